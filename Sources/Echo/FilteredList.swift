import Wire

/// The rows of a log that a predicate lets through, found a slice at a time in both directions from where the reader is.
///
/// Rows are numbered around a constant: those found before the origin get smaller numbers than what is there already, so
/// that nothing is ever numbered anew. A match takes 8 bytes.
struct FilteredList: Sendable {
  /// The number of the first row at or after the origin.
  private static let base: UInt64 = 1 << 62

  /// The ids of the matches from the origin on, ascending; the first `gone` of them are no more.
  private var later: [UInt64] = []
  private var gone = 0
  /// The ids of the matches before the origin, descending.
  private var earlier: [UInt64] = []
  /// The next id to look at.
  private var ahead: UInt64
  /// How far the predicate has come with it, and with the next one on the way back.
  private var aheadProgress = FilterProgress()
  private var behindProgress = FilterProgress()
  /// One past the next id to look at on the way back.
  private var behind: UInt64
  /// Rows dropped from `later` and given back, which its places no longer count.
  private var forgotten: UInt64 = 0

  /// The search goes from `origin` to the end of the log first, then back to its start.
  init(origin: UInt64) {
    ahead = origin
    behind = origin
  }

  // MARK: Rows

  var count: Int { earlier.count + later.count - gone }
  var isEmpty: Bool { count == 0 }

  /// The number of the first row.
  var firstRow: UInt64 {
    FilteredList.base + forgotten + UInt64(gone) - UInt64(earlier.count)
  }

  /// One past the number of the last row.
  var endRow: UInt64 { FilteredList.base + forgotten + UInt64(later.count) }

  /// The log's id of a row, which must be one there is.
  subscript(row: UInt64) -> UInt64 {
    let start = FilteredList.base + forgotten
    return row < start ? earlier[Int(start - 1 - row)] : later[Int(row - start)]
  }

  /// The number of the first row whose id is `id` or greater; `endRow` when there is none.
  func firstRow(from id: UInt64) -> UInt64 {
    var low = firstRow
    var high = endRow
    while low < high {
      let middle = low + (high - low) / 2
      if self[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Work

  /// Whether every row of the log that is held has been looked at.
  func isComplete(for log: some RowLog) -> Bool { ahead >= log.endID && behind <= log.firstID }

  /// The share of the rows that has been looked at, in percent.
  func percent(of log: some RowLog) -> Int {
    let first = max(behind, log.firstID)
    return Figures.percent(ahead - min(first, ahead), of: log.endID - log.firstID)
  }

  /// Looks at further rows, at most `rows` of them and not many more than `bytes` bytes; newer ones first. Where `matches`
  /// has not decided, which is nil, it ends, to go on there the next time. Returns how many rows it looked at.
  @discardableResult
  mutating func advance(
    _ log: some RowLog,
    rows: Int,
    bytes: Int,
    reading content: RowContent = .whole,
    matches: (MessageRecord, Peer?, UnsafeRawBufferPointer, inout FilterProgress) -> Bool?
  ) -> Int {
    var visited = 0
    var left = bytes
    var isOpen = false
    // Adds a row that matches to `ids`; false where the work is to end.
    func look(
      _ id: UInt64,
      _ record: MessageRecord,
      _ peer: Peer?,
      _ payload: UnsafeRawBufferPointer,
      _ progress: inout FilterProgress,
      _ ids: inout [UInt64]
    ) -> Bool {
      progress.begin(id)
      let isMatch = matches(record, peer, payload, &progress)
      if isMatch == true { ids.append(id) }
      isOpen = isMatch == nil
      visited += 1
      left -= payload.count
      return !isOpen && visited < rows && left > 0
    }
    guard rows > 0, bytes > 0 else { return 0 }
    // More comes than can be looked at, and nothing is held of what was: the newest matter most.
    if ahead < log.firstID { restart(log) }
    if ahead < log.endID {
      ahead = log.scan(ahead..<log.endID, isReversed: false, reading: content) {
        look($0, $1, $2, $3, &aheadProgress, &later)
      }
      if isOpen { ahead -= 1 }
    }
    if behind > log.firstID, !isOpen, visited < rows, left > 0 {
      behind = log.scan(log.firstID..<min(behind, log.endID), isReversed: true, reading: content) {
        look($0, $1, $2, $3, &behindProgress, &earlier)
      }
      if isOpen { behind += 1 }
    }
    return visited
  }

  /// Leaves out what is found from `end` on, and looks once more at what is before the first that is found; false, and
  /// nothing done, where that takes a new list.
  mutating func goBack(to end: UInt64) -> Bool {
    guard !isEmpty, earlier.first.map({ $0 < end }) ?? true else { return false }
    let first = self[firstRow]
    guard first < end else { return false }
    later.removeFirst(gone)
    forgotten += UInt64(gone)
    gone = 0
    later.removeLast(later.count - later.prefix { $0 < end }.count)
    (ahead, behind) = (min(ahead, end), first)
    return true
  }

  /// Begins anew at the end of a log; no row gets a number that another one had.
  private mutating func restart(_ log: some RowLog) {
    let next = endRow + UInt64(log.count)
    self = FilteredList(origin: log.endID)
    forgotten = next - FilteredList.base
  }

  /// Forgets the matches before `id`, which the log no longer holds.
  mutating func drop(before id: UInt64) {
    guard count > 0, self[firstRow] < id else { return }
    let dropped = Int(firstRow(from: id) - firstRow)
    let fromEarlier = min(dropped, earlier.count)
    earlier.removeLast(fromEarlier)
    gone += dropped - fromEarlier
    guard gone > 1024, gone > later.count / 2 else { return }
    later.removeFirst(gone)
    forgotten += UInt64(gone)
    gone = 0
  }
}
