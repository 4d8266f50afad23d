import Echo
import Journal
import Screen
import Wire

/// The messages of one run of a recording, read as they are wanted.
struct RecordedMessages: ~Copyable {
  /// Rows after which somebody looks whether the end was asked for, however few of them were messages.
  static let sliceRows = 4096

  let run: RecordedRun
  private var reader: RecordingReader
  private var rows: Range<Int64>
  /// Of a client's run.
  private var exchanges: RecordedExchanges?

  /// Opens the file; nil is its last run.
  static func open(_ path: String, run number: Int64?) throws(Failure) -> RecordedMessages {
    var reader: RecordingReader
    do throws(RecordingError) {
      reader = try RecordingReader(path: path)
    } catch {
      throw Failure(reading: path, error)
    }
    let runs = reader.runs
    guard let run = number == nil ? runs.last : runs.first(where: { $0.run == number }) else {
      let known = runs.isEmpty ? "it has none" : "it has \(runs[0].run) to \(runs[runs.count - 1].run)"
      throw Failure(.usage, "\(Printable.text(path.utf8)) has no such run: \(known)")
    }
    let rows: Range<Int64>
    do throws(RecordingError) {
      rows = try reader.rows(ofRun: run.run)
    } catch {
      throw Failure(reading: path, error)
    }
    let exchanges = run.isClients ? RecordedExchanges(expectsReplies: run.awaitsReplies) : nil
    return RecordedMessages(run: run, reader: reader, rows: rows, exchanges: exchanges)
  }

  /// How the run's replies came.
  var replyPath: ReplayPlan.ReplyPath {
    let transport = run.endpoints.first.flatMap { $0.split(separator: " ").first }.flatMap {
      Transport(rawValue: String($0))
    }
    return ReplayPlan.ReplyPath(framing: Framing(run.framing) ?? .line, transport: transport ?? .tcp)
  }

  /// Whether the run is a client's, whose messages have their own replies.
  var isClients: Bool { exchanges != nil }

  /// Gives `body` the next messages until it returns false, or for as many rows as one slice has; returns whether there may
  /// be more.
  mutating func read(_ body: (ReplayMessage) -> Bool) throws(RecordingError) -> Bool {
    guard exchanges == nil else { return try readExchanges(body) }
    var next = rows.upperBound
    var rowCount = 0
    try reader.scan(rows) { row, bytes in
      rowCount += 1
      guard rowCount <= RecordedMessages.sliceRows else {
        next = row.row
        return false
      }
      guard !row.isNotice, !row.flags.contains(.sent) else { return true }
      let message = ReplayMessage(
        sequence: row.sequence,
        time: row.time,
        isAnswered: row.flags.contains(.answered),
        isTruncated: row.flags.contains(.truncated),
        payload: Array(bytes)
      )
      if body(message) { return true }
      next = row.row + 1
      return false
    }
    rows = min(next, rows.upperBound)..<rows.upperBound
    return !rows.isEmpty
  }

  private mutating func readExchanges(_ body: (ReplayMessage) -> Bool) throws(RecordingError) -> Bool {
    while let message = exchanges?.next() { if !body(message) { return true } }
    if rows.isEmpty { exchanges?.finish() } else { try readSlice() }
    while let message = exchanges?.next() { if !body(message) { return true } }
    return !rows.isEmpty || exchanges?.isEmpty == false
  }

  private mutating func readSlice() throws(RecordingError) {
    var next = rows.upperBound
    var left = RecordedMessages.sliceRows
    var pending = exchanges.take()
    defer { exchanges = pending }
    try reader.scan(rows) { row, bytes in
      pending?.add(row, bytes)
      left -= 1
      if left > 0 { return true }
      next = row.row + 1
      return false
    }
    rows = min(next, rows.upperBound)..<rows.upperBound
  }
}

extension RecordedExchanges {
  fileprivate mutating func add(_ row: RecordedRow, _ bytes: UnsafeRawBufferPointer) {
    if row.flags.contains(.sent) {
      let message = ReplayMessage(
        sequence: row.sequence,
        time: row.time,
        isAnswered: false,
        isTruncated: row.flags.contains(.truncated),
        payload: Array(bytes)
      )
      let hasReply = row.flags.isDisjoint(with: .unanswered) || row.flags.contains(.late)
      add(message, row: row.row, hasReply: hasReply)
    } else if let answered = row.answers {
      add(reply: Array(bytes), toRow: answered)
    }
  }
}
