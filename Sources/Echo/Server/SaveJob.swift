import Screen
import Wire

/// Rows on their way to a file, a slice at a time, as the log was when the user asked.
struct SaveJob: Sendable {
  enum Scope: String, Sendable {
    case all, filtered, marked, message
  }

  typealias Predicate = @Sendable (UInt64, MessageRecord, Peer?, UnsafeRawBufferPointer) -> Bool

  let path: String
  /// Whether the file is open and wants bytes.
  var isReady = false
  /// Rows written so far.
  private(set) var count: UInt64 = 0
  private let log: MessageLog
  private let isWanted: Predicate
  private var transcript: ServerTranscript
  private let isJSON: Bool
  private var next: UInt64
  private let end: UInt64

  /// The format goes by the name: JSON lines for `.json`, `.jsonl` and `.ndjson`, else text.
  init(
    path: String,
    log: MessageLog,
    ids: Range<UInt64>,
    framing: Framing,
    isWanted: @escaping Predicate
  ) {
    self.path = path
    self.log = log
    self.isWanted = isWanted
    isJSON = [".json", ".jsonl", ".ndjson"].contains { path.hasSuffix($0) }
    transcript = ServerTranscript(format: isJSON ? .json : .text, framing: framing)
    next = max(ids.lowerBound, log.firstID)
    end = min(ids.upperBound, log.endID)
  }

  /// The share of the work that is done, in percent.
  var percent: Int { log.count == 0 ? 100 : Int((next - min(next, log.firstID)) * 100 / UInt64(log.count)) }

  /// The next rows as they go into the file; nil when all are written.
  mutating func slice() -> [UInt8]? {
    guard next < end else { return nil }
    var plain = PlainOutput()
    let limit = min(end, next + UInt64(MessageList.sliceRows / 4))
    var found: [UInt64] = []
    var visited = 0
    next = log.scan(next..<limit) { id, record, peer, bytes in
      if isWanted(id, record, peer, bytes) { found.append(id) }
      visited += bytes.count
      return visited < MessageList.sliceBytes
    }
    for id in found { append(id, to: &plain) }
    count += UInt64(found.count)
    return plain.output
  }

  private mutating func append(_ id: UInt64, to plain: inout PlainOutput) {
    guard let row = log[id] else { return }
    if !isJSON { plain.output.append(row.record.time) }
    if let event = row.event, !isJSON {
      // Plain mode tells events apart from messages by its other stream; in a file they stand among them.
      plain.output.append(row.record.flags.contains(.alert) ? " !! " : " -- ")
      if row.hasPeer { plain.output.append("\(row.peer): ") }
      plain.output.append(event.noticeText ?? "")
      plain.output.append(0x0a)
      return
    }
    if !isJSON { plain.output.append(0x20) }
    transcript.append(row.event ?? .messages(row.batch), to: &plain)
  }
}

extension MessageLog.Row {
  /// The message as a batch of its own.
  fileprivate var batch: MessageBatch {
    var batch = MessageBatch()
    var record = record
    record.offset = 0
    record.peer = 0
    batch.records = [record]
    batch.peers = [peer]
    batch.bytes = Array(payload)
    return batch
  }
}
