package import Wire

/// Reads a recording by rows, also while a server records to it. For one thread at a time.
///
/// The file may be of anyone's making: one that is no recording, or a damaged one, is an error, and nothing worse.
package struct RecordingReader: ~Copyable {
  /// What the bytes of an event's row are.
  package enum EventText: Sendable {
    /// The words that a list shows.
    case notice
    /// The line of JSON output, without its line feed; the row has the words, too.
    case json
  }

  private let eventText: EventText
  private let place: RecordingPlace
  private var connection: RecordingConnection
  private var extent: RecordingExtent

  /// The rows that there were at the last refresh.
  package var rows: Range<Int64> { extent.rows }
  /// The runs that there were, in their order.
  package var runs: [RecordedRun] { extent.runs }

  package init(path: String, eventText: EventText = .notice) throws(RecordingError) {
    let place = try RecordingPlace(path)
    let connection = try RecordingConnection(place, eventText)
    var extent = RecordingExtent()
    try extent.refresh(from: connection.database)
    self.eventText = eventText
    self.place = place
    self.connection = connection
    self.extent = extent
  }

  /// Looks for what was recorded since.
  package mutating func refresh() throws(RecordingError) {
    if try connection.isOutdated(at: place) { try reopen() } else { try extent.refresh(from: connection.database) }
  }

  private mutating func reopen() throws(RecordingError) {
    connection = try RecordingConnection(place, eventText)
    extent = RecordingExtent()
    try extent.refresh(from: connection.database)
  }

  /// Gives `body` the rows, in order or the other way round, until it returns false; what it is given stays until it
  /// returns.
  package mutating func scan(
    _ rows: Range<Int64>,
    reversed: Bool = false,
    reading content: RowContent = .whole,
    _ body: (RecordedRow, UnsafeRawBufferPointer) -> Bool
  ) throws(RecordingError) {
    if try connection.isOutdated(at: place) { try reopen() }
    try connection.scan(rows.clamped(to: extent.rows), reversed: reversed, reading: content, body)
  }

  /// An event's line of JSON output, as far as one is ever that long; empty where there is none.
  package mutating func line(ofEvent row: Int64) throws(RecordingError) -> [UInt8] {
    if try connection.isOutdated(at: place) { try reopen() }
    connection.lines.bind(1, row)
    defer { connection.lines.reset() }
    return try connection.database.step(connection.lines) ? Array(connection.lines.bytes(0)) : []
  }

  // MARK: Rows are found by halves

  /// The row of a run's message, if it is in this file.
  package mutating func row(ofSequence sequence: UInt64, run: Int64) throws(RecordingError) -> Int64? {
    let row = try firstRow { ($0.run, $0.sequence) >= (run, sequence) }
    guard let row, row.run == run, row.sequence == sequence, !row.isNotice else { return nil }
    return row.row
  }

  /// The rows of a run.
  package mutating func rows(ofRun run: Int64) throws(RecordingError) -> Range<Int64> {
    let start = try firstRow { $0.run >= run }?.row ?? rows.upperBound
    let end = try firstRow { $0.run > run }?.row ?? rows.upperBound
    return start..<max(start, end)
  }

  /// The first row for which it holds, as it then does for all that follow.
  private mutating func firstRow(where holds: (RecordedRow) -> Bool) throws(RecordingError) -> RecordedRow? {
    var range = rows
    var found: RecordedRow?
    while !range.isEmpty {
      let middle = range.lowerBound + (range.upperBound - range.lowerBound) / 2
      var row: RecordedRow?
      try scan(middle..<range.upperBound) { candidate, _ in
        row = candidate
        return false
      }
      if let row, !holds(row) {
        range = row.row + 1..<range.upperBound
      } else {
        found = row ?? found
        range = range.lowerBound..<middle
      }
    }
    return found
  }
}

extension RecordingConnection {
  fileprivate mutating func scan(
    _ rows: Range<Int64>,
    reversed: Bool,
    reading content: RowContent,
    _ body: (RecordedRow, UnsafeRawBufferPointer) -> Bool
  ) throws(RecordingError) {
    switch content {
    case .whole: try messages.scan(rows, reversed: reversed, with: &events, &peers, in: database, body)
    case .bytes: try payloads.scan(rows, reversed: reversed, with: &events, &peers, in: database, body)
    }
  }
}
