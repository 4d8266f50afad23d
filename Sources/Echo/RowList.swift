import Screen
import Wire

/// Where the reader is among the rows of a log: all of them, or those that a filter lets through.
///
/// Rows have numbers of the list's own; without a filter they are the log's ids. The reader's place is held by the id of a
/// message, also when a filter comes or goes.
struct RowList: Sendable {
  private struct Filtered: Sendable {
    let filter: Filter
    var rows: FilteredList
    /// The reader's place, until the filter has reached its neighbourhood.
    var wanted: Place?
    /// What takes the place of `rows` once it is complete: the same filter over rows that have become others.
    var renewal: FilteredList?
  }

  /// Where a reader is who has left the end.
  private struct Place: Sendable {
    /// The log's id of the selected row, or of the top one.
    let id: UInt64
    /// The row's line in the window.
    let line: Int
  }

  /// What one slice of work may look at, whatever its budget, where the rows are in memory.
  static let sliceRows = 16_384
  static let sliceBytes = 1 << 20

  private(set) var viewport = ListViewport()
  /// Where the log ended when the list was paused.
  private var pausedEnd: UInt64?
  /// Where the log ended when the reader was last at its end: what came after is new, whatever a filter finds.
  private var seenEnd: UInt64 = 0
  /// Where the log ended when the list last looked.
  private var syncedEnd: UInt64 = 0
  private var filtered: Filtered?
  /// Whether a row is selected without being asked for.
  private let selectsByItself: Bool

  init(selectsByItself: Bool = true) { self.selectsByItself = selectsByItself }

  var filter: Filter? { filtered?.filter }

  var isPaused: Bool { pausedEnd != nil }

  /// Rows that there are to scroll through.
  var count: Int { viewport.count }

  /// The log's id of one of the list's rows.
  func id(of row: UInt64) -> UInt64 { filtered?.rows[row] ?? row }

  /// The first of the list's rows whose id in the log is `id` or greater.
  func row(from id: UInt64) -> UInt64 { filtered?.rows.firstRow(from: id) ?? id }

  /// The ids, without one left out, that rows of the list have from an id on, or before it: one or more of those that are
  /// there; nil when there are none.
  func adjacentIDs(to id: UInt64, isForward: Bool) -> Range<UInt64>? {
    let edge = min(max(row(from: id), viewport.first), viewport.end)
    let limit = isForward ? viewport.end - edge : edge - viewport.first
    guard limit > 0 else { return nil }
    let nearest = self.id(of: isForward ? edge : edge - 1)
    var count: UInt64 = 1
    while count * 2 <= limit {
      let distance = count * 2 - 1
      let farthest = self.id(of: isForward ? edge + distance : edge - 1 - distance)
      guard farthest == (isForward ? nearest + distance : nearest &- distance) else { break }
      count *= 2
    }
    return isForward ? nearest..<(nearest + count) : (nearest + 1 - count)..<(nearest + 1)
  }

  /// The log's id of the selected row.
  var selectedID: UInt64? { viewport.selection.map(id(of:)) }

  /// The row before another one.
  func row(before row: UInt64) -> UInt64? { row > viewport.first ? row - 1 : nil }

  /// The ids from the first row in sight to the last, while the reader is not at the end; nil while they are, or while a
  /// filter has found that there is nothing to be read.
  func heldSight(in log: some RowLog) -> Range<UInt64>? {
    if let filtered, let wanted = filtered.wanted {
      return filtered.rows.isEmpty && isComplete(for: log) ? nil : wanted.id..<(wanted.id + 1)
    }
    guard !viewport.isFollowing || isPaused else { return nil }
    let visible = viewport.visible
    if viewport.count > 0 {
      // Also where the window has no row at all.
      let first = id(of: min(visible.lowerBound, viewport.end - 1))
      return first..<((visible.last.map(id(of:)) ?? first) + 1)
    }
    // A filter may find some.
    return pausedEnd.flatMap { $0 > 0 ? ($0 - 1)..<$0 : nil }
  }

  /// Rows that came since the end was left, or since the pause, whatever a filter says of them.
  func passedCount(in log: some RowLog) -> Int { Int(clamping: log.endID - min(seenEnd, log.endID)) }

  /// Rows that came since the end was left, or since the pause.
  func newCount(in log: some RowLog) -> Int {
    guard let rows = filtered?.rows else { return viewport.isFollowing && !isPaused ? 0 : passedCount(in: log) }
    let end = rows.endRow
    return viewport.newCount + (end > viewport.end ? Int(clamping: end - viewport.end) : 0)
  }

  /// Rows that the filter lets through, as far as it has looked.
  var matchCount: Int { filtered?.rows.count ?? 0 }

  /// The share of the log that the filter has seen, in percent.
  func percent(of log: some RowLog) -> Int { filtered?.rows.percent(of: log) ?? 100 }

  /// Whether the filter has seen the whole log.
  func isComplete(for log: some RowLog) -> Bool {
    guard let filtered else { return true }
    return filtered.renewal == nil && filtered.rows.isComplete(for: log)
  }

  // The list changes.

  /// The log has grown, shrunk, or both.
  mutating func follow(_ log: some RowLog, framing: Framing, _ budget: inout WorkBudget) {
    if filtered != nil { work(log, framing: framing, &budget) } else { sync(log) }
  }

  /// Does a slice of what the filter has left to look at.
  mutating func work(_ log: some RowLog, framing: Framing, _ budget: inout WorkBudget) {
    guard var current = filtered else { return }
    // The only reference is the local one, so that nothing is copied.
    filtered = nil
    let filter = current.filter
    func advance(_ rows: inout FilteredList) {
      rows.advance(log, rows: log.sliceRows, bytes: RowList.sliceBytes, reading: filter.content) {
        filter.matches(FilterRow(record: $0, peer: $1, bytes: $2, framing: framing), &$3, &budget)
      }
    }
    advance(&current.rows)
    if var renewal = current.renewal.take() {
      advance(&renewal)
      current.renewal = renewal
    }
    filtered = current
    sync(log)
    takeRenewal(log)
    settle(log)
    viewport.setFirstNew(row(from: seenEnd))
  }

  /// Shows only what a filter lets through, or everything; the reader's place stays where it is.
  mutating func setFilter(_ filter: Filter?, _ log: some RowLog, framing: Framing, _ budget: inout WorkBudget) {
    let place = place
    let seenEnd = seenEnd
    guard let filter else {
      filtered = nil
      viewport.replace(first: log.firstID, count: 0)
      sync(log)
      if let place {
        viewport.show(place.id, in: place.line)
        self.seenEnd = seenEnd
        viewport.setFirstNew(seenEnd)
      }
      return
    }
    let rows = FilteredList(origin: place?.id ?? min(pausedEnd ?? log.endID, log.endID))
    filtered = Filtered(filter: filter, rows: rows, wanted: place)
    viewport.replace(first: rows.firstRow, count: 0)
    work(log, framing: framing, &budget)
  }

  /// Another log takes the place of this one, with the same rows in sight and fewer after them; it may have more before.
  mutating func goBack(to log: some RowLog, framing: Framing, _ budget: inout WorkBudget) {
    let place = place
    let seenEnd = seenEnd
    guard filtered?.rows.goBack(to: log.endID) ?? true else {
      return setFilter(filter, log, framing: framing, &budget)
    }
    filtered?.renewal = nil
    viewport.replace(first: filtered?.rows.firstRow ?? log.firstID, count: 0)
    sync(log)
    guard let place else { return }
    viewport.show(row(from: place.id), in: place.line)
    self.seenEnd = seenEnd
    viewport.setFirstNew(row(from: seenEnd))
  }

  /// Rows have become others: what the filter said of them may be wrong. It looks at everything anew, and until it has done
  /// so the list stays as it is.
  mutating func refilter(_ log: some RowLog) {
    let origin = place?.id ?? log.endID
    filtered?.renewal = FilteredList(origin: origin)
  }

  /// Everything in the log is gone.
  mutating func clear(_ log: some RowLog) {
    if let filter { filtered = Filtered(filter: filter, rows: FilteredList(origin: log.endID)) }
    if isPaused { pausedEnd = log.endID }
    (seenEnd, syncedEnd) = (log.endID, log.endID)
    viewport.replace(first: filtered?.rows.firstRow ?? log.firstID, count: 0)
    if !selectsByItself { viewport.deselect() }
  }

  mutating func togglePause(_ log: some RowLog) {
    pausedEnd = isPaused ? nil : log.endID
    sync(log)
  }

  // The reader moves.

  mutating func resize(rows: Int) { viewport.resize(rows: rows) }
  mutating func move(by distance: Int) { moving { $0.move(by: distance) } }
  mutating func scroll(by distance: Int) { moving { $0.scroll(by: distance) } }
  mutating func pageUp() { moving { $0.pageUp() } }
  mutating func pageDown() { moving { $0.pageDown() } }
  mutating func top() { moving { $0.top() } }
  mutating func toggleFollow() { moving { $0.toggleFollow() } }

  /// To the newest row, and stay there.
  mutating func bottom(_ log: some RowLog) {
    pausedEnd = nil
    sync(log)
    moving { $0.bottom() }
  }

  mutating func select(row: UInt64) { moving { $0.select(row) } }

  /// Selects a row that was looked for, and stays by it.
  mutating func jump(to row: UInt64) { moving { $0.jump(to: row) } }

  /// Selects a row and stays by it, without moving the window further than that takes.
  mutating func stay(by row: UInt64) { moving { $0.stay(by: row) } }

  /// Selects the row above the selected one, or the last one in sight, and stays by it.
  mutating func selectAbove() {
    guard let row = viewport.selection.map({ max($0, viewport.first + 1) - 1 }) ?? viewport.visible.last else { return }
    stay(by: row)
  }

  /// Selects the row below the selected one and stays by it; below the newest one nothing is selected any more, and the
  /// list follows.
  mutating func selectBelow() {
    guard let selected = viewport.selection else { return }
    guard selected + 1 < viewport.end else { return moving { $0.bottom() } }
    stay(by: selected + 1)
  }

  mutating func deselect() { viewport.deselect() }

  // Inside.

  /// A step of the reader's: where they were before a filter matters no more.
  private mutating func moving(_ step: (inout ListViewport) -> Void) {
    filtered?.wanted = nil
    step(&viewport)
    guard viewport.isFollowing else { return }
    seenEnd = min(pausedEnd ?? syncedEnd, syncedEnd)
    if !selectsByItself { viewport.deselect() }
  }

  /// The reader's place; nil while they follow.
  private var place: Place? {
    if let wanted = filtered?.wanted { return wanted }
    guard !viewport.isFollowing, let row = viewport.selection ?? viewport.visible.first else { return nil }
    return Place(id: id(of: row), line: Int(row - min(row, viewport.visible.lowerBound)))
  }

  private mutating func sync(_ log: some RowLog) {
    filtered?.rows.drop(before: log.firstID)
    filtered?.renewal?.drop(before: log.firstID)
    let first = filtered?.rows.firstRow ?? log.firstID
    let end = shownEnd(log)
    if first < viewport.first { viewport.prepend(Int(viewport.first - first)) }
    if end > viewport.end { viewport.append(Int(end - viewport.end)) }
    // What a filter found that fell behind may all be from after a pause.
    if end < viewport.end { viewport.replace(first: first, count: Int(end - min(first, end))) }
    if first > viewport.first { viewport.drop(Int(first - viewport.first)) }
    // Until a filter has come to the reader's place the window follows for want of it.
    if viewport.isFollowing, !isPaused, filtered?.wanted == nil { seenEnd = log.endID }
    syncedEnd = log.endID
    if selectsByItself, viewport.selection == nil, viewport.count > 0 { viewport.select(viewport.end - 1) }
  }

  /// One past the last row to be shown: while paused nothing that came since.
  private func shownEnd(_ log: some RowLog) -> UInt64 {
    let limit = pausedEnd ?? log.endID
    guard let rows = filtered?.rows else { return min(limit, log.endID) }
    return limit < log.endID ? rows.firstRow(from: limit) : rows.endRow
  }

  /// Brings the reader back to where they were before the filter, as soon as there is something.
  private mutating func settle(_ log: some RowLog) {
    guard let current = filtered, let wanted = current.wanted, !current.rows.isEmpty else { return }
    let rows = current.rows
    let next = rows.firstRow(from: wanted.id)
    viewport.show(next, in: wanted.line)
    // Rows above it that are not found yet are still to be made room for.
    let isThere = next < rows.endRow && next - rows.firstRow >= UInt64(max(0, wanted.line))
    if isThere || rows.isComplete(for: log) { filtered?.wanted = nil }
  }

  /// Puts the rows that were found anew in the place of the old ones, once they are all found.
  private mutating func takeRenewal(_ log: some RowLog) {
    guard let renewal = filtered?.renewal, renewal.isComplete(for: log) else { return }
    let place = place
    let seenEnd = seenEnd
    // A neighbour is not what was selected.
    if !selectsByItself, let id = selectedID {
      let row = renewal.firstRow(from: id)
      if row == renewal.endRow || renewal[row] != id { viewport.deselect() }
    }
    filtered?.renewal = nil
    filtered?.rows = renewal
    filtered?.wanted = place
    viewport.replace(first: renewal.firstRow, count: 0)
    sync(log)
    if place != nil { self.seenEnd = seenEnd }
  }
}
