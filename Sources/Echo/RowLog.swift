package import Wire

/// Looks at a row: its id, its record, whose it is, and its bytes, which are there until it returns; false ends a scan.
package typealias RowVisitor = (UInt64, MessageRecord, Peer?, UnsafeRawBufferPointer) -> Bool

/// A log whose rows can be listed, filtered, searched, looked into and saved, whatever they are.
protocol RowLog: Sendable {
  /// The id of the oldest row that is held.
  var firstID: UInt64 { get }
  /// One past the newest row's id.
  var endID: UInt64 { get }
  /// Grows whenever a row that is held has become another one for a filter.
  var changeCount: UInt64 { get }
  /// Whether a copy has its rows for good, as they are: none is read from elsewhere, none becomes another one.
  var isLasting: Bool { get }
  /// Whether the oldest rows may go when the next ones come.
  var isNearlyFull: Bool { get }
  /// Rows that a slice of work may look at.
  var sliceRows: Int { get }
  /// What it has cost so far to read rows from elsewhere, in steps of a budget.
  var readingCost: Int { get }

  /// Gives `body` the rows of `ids` that are held, in order or the other way round, until it returns false; returns the
  /// id after the last row that was visited, reversed that of the last one (with none, where it would have begun).
  /// Meanwhile no other row is asked for.
  func scan(_ ids: Range<UInt64>, isReversed: Bool, reading content: RowContent, _ body: RowVisitor) -> UInt64

  /// How many of a row's bytes are shown as its text, from the first.
  func shownCount(_ record: MessageRecord, _ peer: Peer?, _ bytes: UnsafeRawBufferPointer) -> Int

  /// A row for the detail pane; `before` is the row above it in the reader's list.
  func subject(of id: UInt64, before: UInt64?) -> DetailSubject?

  /// Where to begin to look for a message by its number: at it, where the log knows that; `id` is the reader's row.
  func searchStart(ofMessage number: UInt64, near id: UInt64?) -> UInt64

  /// Adds a row as it goes into a file.
  func append(row id: UInt64, as format: OutputFormat, to output: inout [UInt8])

  /// Forgets every row; ids go on counting.
  mutating func clear()
}

extension RowLog {
  var count: Int { Int(endID - firstID) }
  var changeCount: UInt64 { 0 }
  var isLasting: Bool { true }
  var isNearlyFull: Bool { false }
  var sliceRows: Int { RowList.sliceRows }
  var readingCost: Int { 0 }

  /// Gives `body` whole rows in order.
  func scan(_ ids: Range<UInt64>, _ body: RowVisitor) -> UInt64 {
    scan(ids, isReversed: false, reading: .whole, body)
  }

  /// Gives `body` whole rows, the last one first.
  func scanReversed(_ ids: Range<UInt64>, _ body: RowVisitor) -> UInt64 {
    scan(ids, isReversed: true, reading: .whole, body)
  }

  func searchStart(ofMessage number: UInt64, near id: UInt64?) -> UInt64 { firstID }

  /// The number of the oldest message that is held.
  var oldestSequence: UInt64? { sequence(isReversed: false) }

  /// Whether the number of a message is among those of its rows.
  func holds(message number: UInt64) -> Bool {
    guard let oldest = oldestSequence, let newest = sequence(isReversed: true) else { return false }
    return number >= oldest && number <= newest
  }

  private func sequence(isReversed: Bool) -> UInt64? {
    var sequence: UInt64?
    _ = scan(firstID..<endID, isReversed: isReversed, reading: .whole) { _, record, _, _ in
      if !record.flags.contains(.notice) { sequence = record.sequence }
      return sequence == nil
    }
    return sequence
  }

  /// Whether a row is words of our own; a row that is not held is none.
  func isNotice(_ id: UInt64) -> Bool {
    var isNotice = false
    _ = scan(id..<(id + 1)) { _, record, _, _ in
      isNotice = record.flags.contains(.notice)
      return false
    }
    return isNotice
  }
}
