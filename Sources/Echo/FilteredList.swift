package import Wire

/// The rows of a log that a predicate lets through, found a slice at a time in both directions from where the reader is.
///
/// Rows are numbered around a constant: those found before the origin get smaller numbers than what is there already, so
/// that nothing is ever numbered anew. A match takes 8 bytes.
package struct FilteredList: Sendable {
  /// What a slice of work brought.
  package struct Progress: Hashable, Sendable {
    /// Matches that came after those there were.
    package var addedAtEnd = 0
    /// Matches that came before those there were.
    package var addedAtFront = 0
    /// Rows that were looked at.
    package var visited = 0
  }

  /// The number of the first row at or after the origin.
  private static let base: UInt64 = 1 << 62

  /// The ids of the matches from the origin on, ascending; the first `gone` of them are no more.
  private var later: [UInt64] = []
  private var gone = 0
  /// The ids of the matches before the origin, descending.
  private var earlier: [UInt64] = []
  /// The next id to look at.
  private var ahead: UInt64
  /// One past the next id to look at on the way back.
  private var behind: UInt64
  /// Rows dropped from `later` and given back, which its places no longer count.
  private var forgotten: UInt64 = 0

  /// The search goes from `origin` to the end of the log first, then back to its start.
  package init(origin: UInt64) {
    ahead = origin
    behind = origin
  }

  // MARK: Rows

  package var count: Int { earlier.count + later.count - gone }
  package var isEmpty: Bool { count == 0 }

  /// The number of the first row.
  package var firstRow: UInt64 {
    FilteredList.base + forgotten + UInt64(gone) - UInt64(earlier.count)
  }

  /// One past the number of the last row.
  package var endRow: UInt64 { FilteredList.base + forgotten + UInt64(later.count) }

  /// The log's id of a row, which must be one there is.
  package subscript(row: UInt64) -> UInt64 {
    let start = FilteredList.base + forgotten
    return row < start ? earlier[Int(start - 1 - row)] : later[Int(row - start)]
  }

  /// The number of the row whose id is nearest to `id`, of two the later one; `firstRow` when there are no rows.
  package func row(of id: UInt64) -> UInt64 {
    let next = firstRow(from: id)
    guard next > firstRow else { return next }
    guard next < endRow else { return endRow - 1 }
    return self[next] - id <= id - self[next - 1] ? next : next - 1
  }

  /// The number of the first row whose id is `id` or greater; `endRow` when there is none.
  package func firstRow(from id: UInt64) -> UInt64 {
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
  package func isComplete(for log: some RowLog) -> Bool { ahead >= log.endID && behind <= log.firstID }

  /// Looks at further rows, at most `rows` of them and not many more than `bytes` bytes; newer ones first.
  package mutating func advance(
    _ log: some RowLog,
    rows: Int,
    bytes: Int,
    matches: (MessageRecord, Peer?, UnsafeRawBufferPointer) -> Bool
  ) -> Progress {
    var progress = Progress()
    var left = bytes
    func look(_ record: MessageRecord, _ peer: Peer?, _ payload: UnsafeRawBufferPointer) -> (match: Bool, goesOn: Bool)
    {
      progress.visited += 1
      left -= payload.count
      return (matches(record, peer, payload), progress.visited < rows && left > 0)
    }
    guard rows > 0, bytes > 0 else { return progress }
    if ahead < log.endID {
      ahead = log.scan(ahead..<log.endID) { id, record, peer, payload in
        let (match, goesOn) = look(record, peer, payload)
        if match {
          later.append(id)
          progress.addedAtEnd += 1
        }
        return goesOn
      }
    }
    if behind > log.firstID, progress.visited < rows, left > 0 {
      behind = log.scanReversed(log.firstID..<min(behind, log.endID)) { id, record, peer, payload in
        let (match, goesOn) = look(record, peer, payload)
        if match {
          earlier.append(id)
          progress.addedAtFront += 1
        }
        return goesOn
      }
    }
    return progress
  }

  /// Forgets the matches before `id`, which the log no longer holds.
  package mutating func drop(before id: UInt64) {
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
