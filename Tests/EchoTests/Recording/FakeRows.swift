import Screen
import Synchronization
import Wire

@testable import Echo

/// A recording that is none: rows made up when they are asked for.
final class FakeRows: RecordedRows {
  struct Row {
    var record: MessageRecord
    var peer: Peer?
    var bytes: [UInt8]
    var line: String = ""
    var reply = MessageReply.none
  }

  private struct State {
    /// nil is a row that is not there.
    var rows: [Row?] = []
    var readCount = 0
    var lastPage: RecordedPage?
    var unreadable = 0..<0
    var failure: String?
    var isFailureTold = false
    var run: (run: ExportedRun, ids: Range<UInt64>)?
  }

  private let state: Mutex<State>
  let framing = Framing.line
  let runCount = 1
  /// Where the last run begins.
  private let runStart: Int

  init(_ rows: [Row?], runStart: Int = 0) {
    state = Mutex(State(rows: rows))
    self.runStart = runStart
  }

  /// Messages of one peer, a millisecond apart.
  convenience init(messages: [[UInt8]]) {
    self.init(messages.enumerated().map { FakeRows.message($0.offset, $0.element) })
  }

  convenience init(texts: [String]) { self.init(messages: texts.map { Array($0.utf8) }) }

  static func message(_ id: Int, _ bytes: [UInt8], from peer: Peer? = ServerScript.peer(1)) -> Row {
    Row(record: record(id, wireCount: bytes.count + 1, flags: .answered), peer: peer, bytes: bytes)
  }

  static func event(_ id: Int, _ words: String, line: String = "", flags: MessageRecord.Flags = .notice) -> Row {
    Row(record: record(id, wireCount: 0, flags: flags), peer: nil, bytes: Array(words.utf8), line: line)
  }

  /// A message of a client's recording.
  static func clients(
    _ id: Int,
    _ text: String,
    _ flags: MessageRecord.Flags,
    reply: MessageReply = .none
  ) -> Row {
    var record = record(id, wireCount: text.utf8.count + 1, flags: flags)
    record.replyTime = reply.roundTrip.map(ReplyTime.init(nanoseconds:)) ?? .none
    return Row(record: record, peer: ServerScript.peer(1), bytes: Array(text.utf8), reply: reply)
  }

  private static func record(_ id: Int, wireCount: Int, flags: MessageRecord.Flags) -> MessageRecord {
    MessageRecord(
      sequence: UInt64(id + 1),
      time: Timestamp(nanoseconds: ServerScript.start.nanoseconds + Int64(id) * 1_000_000),
      wireCount: UInt64(wireCount),
      offset: 0,
      count: 0,
      peer: 0,
      flags: flags
    )
  }

  func add(_ text: String) { add(FakeRows.message(state.withLock { $0.rows.count }, Array(text.utf8))) }

  func add(_ row: Row) {
    state.withLock { state in
      state.rows.append(row)
      state.lastPage = nil
    }
  }

  /// Rows that are not there from now on.
  func remove(_ ids: Range<Int>) {
    state.withLock { state in
      ids.forEach { state.rows[$0] = nil }
      state.lastPage = nil
    }
  }

  /// Rows that can't be read from now on.
  func damage(_ ids: Range<Int>) {
    state.withLock { state in
      state.unreadable = ids
      state.lastPage = nil
    }
  }

  let firstID: UInt64 = 0
  /// The run that all rows are of.
  var run: (run: ExportedRun, ids: Range<UInt64>)? {
    get { state.withLock { $0.run } }
    set { state.withLock { $0.run = newValue } }
  }

  var readCount: Int { state.withLock { $0.readCount } }

  func refresh() -> UInt64 { state.withLock { UInt64($0.rows.count) } }

  func page(from id: UInt64) -> RecordedPage {
    state.withLock { state in
      guard id < state.rows.count else { return RecordedPage(before: id, framing: framing) }
      return read(&state, stride(from: Int(id), to: max(Int(id) + 1, state.rows.count), by: 1), isReversed: false)
    }
  }

  func page(upTo id: UInt64) -> RecordedPage {
    state.withLock { state in
      guard id < state.rows.count else { return RecordedPage(before: id, framing: framing) }
      return read(&state, stride(from: Int(id), through: 0, by: -1), isReversed: true)
    }
  }

  func scan(_ ids: Range<UInt64>, isReversed: Bool, reading content: RowContent, _ body: RowVisitor) -> UInt64 {
    let (rows, unreadable) = state.withLock { ($0.rows, $0.unreadable) }
    for step in 0..<ids.count {
      let id = isReversed ? Int(ids.upperBound) - 1 - step : Int(ids.lowerBound) + step
      let edge = UInt64(isReversed ? id + 1 : id)
      guard id < rows.count, !unreadable.contains(id) else { return edge }
      guard let row = rows[id] else { continue }
      // No more than what is asked for.
      let flags = row.record.flags.intersection(.notice)
      var record = content == .whole ? row.record : FakeRows.record(-1, wireCount: 0, flags: flags)
      if content == .whole { row.bytes.withUnsafeBytes { record.markHostile(row.peer, $0, framing) } }
      guard row.bytes.withUnsafeBytes({ body(UInt64(id), record, row.peer, $0) }) else {
        return UInt64(isReversed ? id : id + 1)
      }
    }
    return isReversed ? ids.lowerBound : ids.upperBound
  }

  private func read(_ state: inout State, _ ids: some Sequence<Int>, isReversed: Bool) -> RecordedPage {
    let first = ids.first { _ in true } ?? 0
    // As the file does, which keeps more of them.
    if let page = state.lastPage, page.range.contains(UInt64(first)) { return page }
    state.readCount += 1
    var page = RecordedPage(of: UInt64(first), framing: framing)
    var last = first
    for id in ids {
      last = id
      if state.unreadable.contains(id) {
        state.failure = "it is damaged"
        break
      }
      guard id < state.rows.count, let row = state.rows[id] else { continue }
      row.bytes.withUnsafeBytes { page.append(UInt64(id), row.record, row.peer, $0, reply: row.reply) }
      if page.isFull { break }
    }
    page.close(UInt64(min(first, last))..<UInt64(max(first, last) + 1), isReversed: isReversed)
    state.lastPage = page
    return page
  }

  func id(ofMessage number: UInt64, inRunOf id: UInt64) -> UInt64? {
    state.withLock { state in
      let run = id < runStart ? 0..<runStart : runStart..<state.rows.count
      return run.first { place in
        state.rows[place]?.record.sequence == number && state.rows[place]?.record.flags.contains(.notice) == false
      }.map(UInt64.init)
    }
  }

  func run(of id: UInt64) -> (run: ExportedRun, ids: Range<UInt64>)? { run }

  func line(of id: UInt64) -> [UInt8] { state.withLock { Array(($0.rows[Int(id)]?.line ?? "").utf8) } }

  func takeFailure() -> String? {
    state.withLock { state in
      guard !state.isFailureTold, let failure = state.failure else { return nil }
      state.isFailureTold = true
      return failure
    }
  }
}
