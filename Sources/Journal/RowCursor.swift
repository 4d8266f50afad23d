import Wire

/// The rows of one of the tables that share their numbers, in the order of a scan.
struct RowCursor: ~Copyable {
  private let ascending: Statement
  private let descending: Statement
  /// Whether the words of events stand behind their lines.
  private let hasNotices: Bool
  private let content: RowContent
  private var rows: Range<Int64> = 1..<1
  private var isReversed = false
  /// The row where it stands; nil at the end.
  private var row: Int64?

  static func messages(
    _ content: RowContent,
    in database: borrowing Database
  ) throws(RecordingError) -> RowCursor {
    guard content == .whole else {
      return try RowCursor("SELECT row, peer, payload FROM messages", content, in: database)
    }
    // What says how a row is shown is not for the file to say.
    let flags = Int64(~MessageRecord.Flags([.notice, .alert, .hostile]).rawValue)
    return try RowCursor(
      "SELECT row, run, seq, time, peer, bytes, flags & \(flags), answers, round_trip, payload FROM messages",
      in: database
    )
  }

  static func events(
    _ text: RecordingReader.EventText,
    in database: borrowing Database
  ) throws(RecordingError) -> RowCursor {
    let (notice, alert) = (MessageRecord.Flags.notice.rawValue, MessageRecord.Flags([.notice, .alert]).rawValue)
    let columns = text == .json ? "json, notice" : "notice"
    return try RowCursor(
      "SELECT row, run, seq, time, peer, 0, iif(alert, \(alert), \(notice)), NULL, NULL, \(columns) FROM events",
      hasNotices: text == .json,
      in: database
    )
  }

  private init(
    _ selection: String,
    _ content: RowContent = .whole,
    hasNotices: Bool = false,
    in database: borrowing Database
  ) throws(RecordingError) {
    // An index of the file's own would be another way to the rows, and need not agree with them.
    let rows = "\(selection) NOT INDEXED WHERE row >= ? AND row < ? ORDER BY row"
    let ascending = try database.prepare(rows)
    let descending = try database.prepare("\(rows) DESC")
    self.ascending = ascending
    self.descending = descending
    self.hasNotices = hasNotices
    self.content = content
  }

  /// Stands at the first of the rows, or at the last.
  private mutating func begin(
    _ rows: Range<Int64>,
    reversed: Bool,
    in database: borrowing Database
  ) throws(RecordingError) {
    self.rows = rows
    isReversed = reversed
    row = nil
    if isReversed { bind(rows, to: descending) } else { bind(rows, to: ascending) }
    try advance(in: database)
  }

  private func bind(_ rows: Range<Int64>, to statement: borrowing Statement) {
    statement.bind(1, rows.lowerBound)
    statement.bind(2, rows.upperBound)
  }

  private mutating func advance(in database: borrowing Database) throws(RecordingError) {
    if isReversed {
      row = try next(of: descending, after: row, in: database)
    } else {
      row = try next(of: ascending, after: row, in: database)
    }
  }

  private func next(
    of statement: borrowing Statement,
    after last: Int64?,
    in database: borrowing Database
  ) throws(RecordingError) -> Int64? {
    guard try database.step(statement) else { return nil }
    let row = statement.number(0)
    // Pages in the wrong place, or linked time and again: there might be no end to them.
    guard rows.contains(row), last.map({ isReversed ? row < $0 : row > $0 }) ?? true else { throw .damaged }
    return row
  }

  private func end() {
    ascending.reset()
    descending.reset()
  }

  /// What the row says, with its peer's key; the bytes stay until the cursor goes on.
  private func read() -> (row: RecordedRow, peer: Int64?, bytes: UnsafeRawBufferPointer) {
    if isReversed { read(descending) } else { read(ascending) }
  }

  private func read(
    _ statement: borrowing Statement
  ) -> (row: RecordedRow, peer: Int64?, bytes: UnsafeRawBufferPointer) {
    let number = statement.number(0)
    guard content == .whole else {
      return (RecordedRow(bytesOf: number), statement.optionalNumber(1), statement.bytes(2))
    }
    var row = RecordedRow(
      row: number,
      run: statement.number(1),
      sequence: UInt64(clamping: statement.number(2)),
      time: Timestamp(recorded: statement.number(3)),
      wireCount: UInt64(min(max(0, statement.number(5)), 1 << 40)),
      flags: MessageRecord.Flags(rawValue: UInt16(truncatingIfNeeded: statement.number(6))),
      peer: nil,
      answers: statement.optionalNumber(7).flatMap { 1 <= $0 && $0 < number ? $0 : nil },
      roundTrip: statement.optionalNumber(8).flatMap { 0 <= $0 && $0 < 1 << 62 ? $0 : nil }
    )
    if hasNotices { row.notice = Array(statement.bytes(10)) }
    return (row, statement.optionalNumber(4), statement.bytes(9))
  }
}

extension RowCursor {
  /// Gives `body` the rows of both, in order or the other way round, until it returns false.
  mutating func scan(
    _ rows: Range<Int64>,
    reversed: Bool,
    with events: inout RowCursor,
    _ peers: inout PeerDirectory,
    in database: borrowing Database,
    _ body: (RecordedRow, UnsafeRawBufferPointer) -> Bool
  ) throws(RecordingError) {
    defer {
      end()
      events.end()
    }
    try begin(rows, reversed: reversed, in: database)
    try events.begin(rows, reversed: reversed, in: database)
    while true {
      let isMessage: Bool
      switch (row, events.row) {
      case (nil, nil): return
      case (_, nil): isMessage = true
      case (nil, _): isMessage = false
      case (let message?, let event?):
        guard message != event else { throw .damaged }
        isMessage = (message < event) != reversed
      }
      if isMessage {
        guard try show(&peers, in: database, to: body) else { return }
        try advance(in: database)
      } else {
        guard try events.show(&peers, in: database, to: body) else { return }
        try events.advance(in: database)
      }
    }
  }

  @inline(__always)
  private func show(
    _ peers: inout PeerDirectory,
    in database: borrowing Database,
    to body: (RecordedRow, UnsafeRawBufferPointer) -> Bool
  ) throws(RecordingError) -> Bool {
    var (row, peer, bytes) = read()
    if let peer { row.peer = try peers.peer(peer, in: database) }
    return body(row, bytes)
  }
}
