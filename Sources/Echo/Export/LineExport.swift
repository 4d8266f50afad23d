import Wire

/// A recording as the lines that its program wrote, or would have: text with times, or JSON.
struct LineExport {
  /// Bytes of messages that are gathered before their lines are made.
  private static let batchBytes = 64 << 10

  private let format: OutputFormat
  private var transcript: ServerTranscript
  private var batch = MessageBatch()

  init(_ format: OutputFormat) {
    self.format = format
    transcript = ServerTranscript(format: format, framing: .line, isTimed: true)
  }

  mutating func begin(_ run: ExportedRun, to output: inout [UInt8]) {
    flush(to: &output)
    transcript = ServerTranscript(format: format, framing: run.framing, isTimed: true)
    if !run.isClients { add(.listening(run.endpoints), at: run.started, to: &output) }
  }

  mutating func add(
    _ message: MessageRecord,
    from peer: Peer,
    _ payload: UnsafeRawBufferPointer,
    reply: MessageReply,
    to output: inout [UInt8]
  ) {
    if batch.bytes.count + payload.count > LineExport.batchBytes || batch.records.count >= 1024 { flush(to: &output) }
    if batch.peers.last != peer { batch.peers.append(peer) }
    var message = message
    message.peer = UInt32(batch.peers.count - 1)
    message.offset = UInt32(batch.bytes.count)
    message.count = UInt32(payload.count)
    batch.bytes.append(contentsOf: payload)
    batch.append(reply: reply)
    batch.records.append(message)
  }

  /// Adds an event of a client's, by its words and its line of JSON.
  mutating func add(_ notice: [UInt8], _ object: JSONObject, at time: Timestamp, to output: inout [UInt8]) {
    if format == .json { return add(nil, object, at: time, to: &output) }
    flush(to: &output)
    output.append(time)
    output.append(0x20)
    output.append(printable: notice[...])
    output.append(0x0a)
  }

  /// Adds an event that is no message; the line of JSON is taken as it was written, and made anew.
  mutating func add(_ event: ServerEvent?, _ object: JSONObject, at time: Timestamp, to output: inout [UInt8]) {
    flush(to: &output)
    switch format {
    case .text: if let event { add(event, at: time, to: &output) }
    case .json:
      object.append(to: &output)
      output.append(0x0a)
    }
  }

  private mutating func add(_ event: ServerEvent, at time: Timestamp, to output: inout [UInt8]) {
    var plain = PlainOutput()
    transcript.append(event, to: &plain)
    guard format == .text else { return output.append(contentsOf: plain.output) }
    // Notices too: here they have one reader.
    for line in (plain.notices + plain.output + plain.lateNotices).split(separator: 0x0a) {
      output.append(time)
      output.append(0x20)
      output.append(contentsOf: line)
      output.append(0x0a)
    }
  }

  /// Makes the lines of the messages that were gathered.
  mutating func flush(to output: inout [UInt8]) {
    guard !batch.isEmpty else { return }
    var plain = PlainOutput()
    swap(&plain.output, &output)
    transcript.append(.messages(batch), to: &plain)
    swap(&plain.output, &output)
    batch.peers.removeAll(keepingCapacity: true)
    batch.records.removeAll(keepingCapacity: true)
    batch.replies.removeAll(keepingCapacity: true)
    batch.bytes.removeAll(keepingCapacity: true)
  }
}
