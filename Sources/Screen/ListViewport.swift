/// Where a list stands whose items come at the end and go at the front, without ever moving under a reader.
///
/// Items have consecutive ids from `first`; a filtered list numbers its rows itself. At the end the view *follows*; once
/// it has left the end it holds by the id of its top item until it comes back. Every operation is O(1).
package struct ListViewport: Hashable, Sendable {
  /// The id of the oldest item.
  package private(set) var first: UInt64
  /// Items there are.
  package private(set) var count: Int
  /// Rows of the window, each for one item.
  package private(set) var rows: Int
  /// Whether the window stays at the newest item.
  package private(set) var isFollowing = true
  /// The id of the selected item; always one there is, and the newest while following.
  package private(set) var selection: UInt64?
  /// Whether an item is selected, or will be as soon as there is one.
  private var isSelecting = false
  /// The id at the top while not following.
  private var anchor: UInt64
  /// The id of the first item that came after the end was left.
  private var unseen: UInt64

  package init(first: UInt64 = 0, count: Int = 0, rows: Int = 0) {
    self.first = first
    self.count = max(0, count)
    self.rows = max(0, rows)
    anchor = first
    unseen = first
  }

  /// One past the id of the newest item.
  package var end: UInt64 { first + UInt64(count) }

  /// The ids in the window, top to bottom; fewer than `rows` only when there are no more items.
  package var visible: Range<UInt64> {
    let top = isFollowing ? lastTop : anchor
    return top..<min(end, top + UInt64(rows))
  }

  /// Items that came since the end was left.
  package var newCount: Int { isFollowing ? 0 : Int(end - max(unseen, first)) }

  /// The id of the first of those, for an unread marker above it.
  package var firstNew: UInt64? { newCount > 0 ? max(unseen, first) : nil }

  package func index(of id: UInt64) -> Int? {
    id >= first && id < end ? Int(id - first) : nil
  }

  // MARK: The list changes

  /// `added` items came at the end; a following view and its selection go along.
  package mutating func append(_ added: Int) {
    count += max(0, added)
    if isFollowing { follow() }
  }

  /// `added` items were found before the first: they get the ids before it, and nothing that fills the window moves.
  package mutating func prepend(_ added: Int) {
    let added = min(max(0, added), Int(clamping: first))
    first -= UInt64(added)
    count += added
    settle()
    if isFollowing { follow() }
  }

  /// `dropped` items went at the front; what was held by one of them moves to the oldest that is left.
  package mutating func drop(_ dropped: Int) {
    let dropped = min(max(0, dropped), count)
    first += UInt64(dropped)
    count -= dropped
    settle()
  }

  /// Another list takes the place of this one (a filter, a clear); the view follows it, with a selection if it had one.
  package mutating func replace(first: UInt64, count: Int) {
    let isSelecting = isSelecting
    self = ListViewport(first: first, count: count, rows: rows)
    self.isSelecting = isSelecting
    follow()
  }

  /// The items from `id` on are those that came after the end was left, whenever the others were appended.
  package mutating func setFirstNew(_ id: UInt64) { unseen = min(max(id, first), end) }

  /// The window has another height; the selection stays in it.
  package mutating func resize(rows: Int) {
    self.rows = max(0, rows)
    settle()
    revealSelection()
  }

  // MARK: The reader moves

  /// Moves the selection where there is one, else scrolls; up is negative.
  package mutating func move(by distance: Int) {
    if selection == nil { scroll(by: distance) } else { select(by: distance) }
  }

  package mutating func pageUp() { move(by: -page) }
  package mutating func pageDown() { move(by: page) }

  /// Scrolls the window; a selection it would lose is drawn along. Going down to the end follows again.
  package mutating func scroll(by distance: Int) {
    let top = visible.lowerBound
    let target = clamped(top, by: distance, to: lastTop)
    if distance < 0, target < top { leaveEnd(at: target) }
    if distance > 0 {
      anchor = target
      if target == lastTop { follow() }
    }
    if let selected = selection, !visible.isEmpty {
      selection = min(max(selected, visible.lowerBound), visible.upperBound - 1)
    }
  }

  /// Moves the selection, which starts at the newest item of the window; the window goes along.
  package mutating func select(by distance: Int) {
    isSelecting = true
    guard count > 0 else { return }
    guard let selected = selection else {
      selection = visible.isEmpty ? end - 1 : visible.upperBound - 1
      return
    }
    select(clamped(selected, by: distance, to: end - 1))
  }

  /// Selects an item, or the nearest there is, and brings it into the window; the newest one follows again, any other one
  /// leaves the end.
  package mutating func select(_ id: UInt64) {
    isSelecting = true
    guard count > 0 else { return }
    let id = min(max(id, first), end - 1)
    if id == end - 1 {
      selection = id
      follow()
    } else {
      hold(id)
    }
  }

  /// Selects an item, or the nearest there is, and stays by it, also when it is the newest; one out of sight comes to the
  /// middle of the window.
  package mutating func jump(to id: UInt64) {
    guard count > 0 else { return }
    let id = min(max(id, first), end - 1)
    let isInSight = visible.contains(id)
    stay(by: id)
    if !isInSight { anchor = min(clamped(id, by: -(rows / 2), to: id), lastTop) }
  }

  /// Like `jump`, but the window moves no further than it must.
  package mutating func stay(by id: UInt64) {
    isSelecting = true
    guard count > 0 else { return }
    hold(min(max(id, first), end - 1))
  }

  /// Leaves the end and shows an item, or the nearest there is, in a line of the window as far as there are items for that.
  package mutating func show(_ id: UInt64, in line: Int) {
    guard count > 0 else { return }
    let id = min(max(id, first), end - 1)
    leaveEnd(at: min(clamped(id, by: -max(0, line), to: id), lastTop))
    if isSelecting { selection = id }
    revealSelection()
  }

  /// Drops the selection and leaves the window where it is.
  package mutating func deselect() {
    isSelecting = false
    selection = nil
  }

  package mutating func top() {
    if selection == nil { scroll(by: .min) } else { select(first) }
  }

  /// To the newest item, and stay there.
  package mutating func bottom() { follow() }

  package mutating func toggleFollow() {
    if isFollowing { leaveEnd(at: lastTop) } else { bottom() }
  }

  // MARK: Inside

  private var page: Int { max(1, rows - 1) }

  /// The top of the window that shows the newest item in its last row.
  private var lastTop: UInt64 { count > rows ? end - UInt64(rows) : first }

  private func clamped(_ id: UInt64, by distance: Int, to last: UInt64) -> UInt64 {
    let step = UInt64(distance.magnitude)
    if distance < 0 { return id - first > step ? id - step : first }
    return id < last && last - id > step ? id + step : last
  }

  private mutating func leaveEnd(at top: UInt64) {
    if isFollowing { unseen = end }
    isFollowing = false
    anchor = top
  }

  private mutating func follow() {
    isFollowing = true
    anchor = lastTop
    selection = isSelecting && count > 0 ? end - 1 : nil
  }

  private mutating func hold(_ id: UInt64) {
    selection = id
    if isFollowing { leaveEnd(at: lastTop) }
    revealSelection()
  }

  private mutating func settle() {
    anchor = min(max(anchor, first), max(first, lastTop))
    unseen = max(unseen, first)
    if let selected = selection { selection = count > 0 ? min(max(selected, first), end - 1) : nil }
    if count == 0 { follow() }
  }

  private mutating func revealSelection() {
    guard !isFollowing, let selected = selection, rows > 0 else { return }
    if selected < anchor { anchor = selected }
    if selected - anchor >= UInt64(rows) { anchor = selected - UInt64(rows) + 1 }
  }
}
