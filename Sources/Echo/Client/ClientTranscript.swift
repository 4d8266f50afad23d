import Screen
package import Wire

/// The client's plain mode: turns what happened into the lines of the contract.
///
/// Messages are pipelined; in text a message's line waits until those before it have been answered, so that its two lines
/// stand together. What is held is what is in flight.
package struct ClientTranscript {
  /// What stands around a reply takes fewer bytes.
  private static let longestFrame = 64

  private let format: OutputFormat
  private let framing: Framing
  private let transport: Transport
  private let awaitsReceipts: Bool
  private let timeoutText: String
  private let isQuiet: Bool
  private var json = JSONLine()
  private var connection: ConnectionTranscript
  private var exchanges = ExchangeOrder()
  private var shortReply = ShortReply()
  private var isStopping = false
  private var late: UInt64 = 0
  private var lost: UInt64 = 0
  private var unsent: UInt64 = 0
  /// Failures that a quiet transcript has yet to tell of.
  private var failures: FailureRun?
  private var misfits: UInt64 = 0
  private var recordingFailure: RecordingFailure?

  /// Quiet, it leaves out what was sent, and what was answered in time.
  package init(
    format: OutputFormat,
    framing: Framing,
    transport: Transport,
    timeoutNanoseconds: Int64,
    awaitsReceipts: Bool,
    isQuiet: Bool = false
  ) {
    self.format = format
    self.framing = framing
    self.transport = transport
    self.awaitsReceipts = awaitsReceipts
    self.isQuiet = isQuiet
    connection = ConnectionTranscript(format: format, transport: transport)
    timeoutText = Figures.seconds(nanoseconds: timeoutNanoseconds)
  }

  /// Receipts that never came: of messages that timed out, or that the connection's end left open.
  package var missingReceipts: UInt64 { lost - min(lost, late) }

  /// The user entered a stop message: the end of the session is what was asked for.
  package mutating func enterStop() { isStopping = true }

  /// Tells of a message that does not fit the framing, and so is not sent.
  package mutating func append(misfit reason: String, at time: Timestamp, to plain: inout PlainOutput) {
    misfits += 1
    switch format {
    case .text: plain.notice("echo_client: not sent: \(reason)")
    case .json:
      json.begin("misfit", at: time)
      json.field("error", reason)
      json.end(into: &plain.output)
    }
  }

  /// Adds the lines of one event.
  package mutating func append(_ event: ClientEvent, to plain: inout PlainOutput) {
    if case .traffic(let batch) = event { count(batch) }
    if case .recordingFailed(let failure, _) = event { recordingFailure = failure }
    connection.append(event, to: &plain)
    switch format {
    case .text: appendText(event, to: &plain.output)
    case .json: appendJSON(event, to: &plain.output)
    }
  }

  private mutating func count(_ batch: TrafficBatch) {
    for record in batch.records {
      switch record.kind {
      case .failed where record.isUnsent: unsent += 1
      case .timedOut, .failed: lost += 1
      case .lateReceipt: late += 1
      case .sent, .receipt, .received: break
      }
    }
  }

  private func isTold(_ record: TrafficRecord) -> Bool { !isQuiet || (record.kind != .sent && record.kind != .receipt) }

  // Text.

  private mutating func appendText(_ event: ClientEvent, to output: inout [UInt8]) {
    switch event {
    case .traffic(let batch):
      batch.bytes.withUnsafeBytes { bytes in
        for record in batch.records where isTold(record) {
          if !gather(record, to: &output) { appendText(record, bytes, to: &output) }
        }
      }
      if failures?.isPrompt == true { tellFailures(to: &output) }
    case .ended(let end, let totals, _):
      guard connection.hasConnected else { return }
      tellFailures(to: &output)
      exchanges.flush(to: &output)
      var isFailed = false
      if case .failed = end { isFailed = true }
      if isStopping, !isFailed {
        output.append("client entered ., exiting\n")
      } else {
        output.append(
          totals.text(
            awaitsReceipts: awaitsReceipts,
            missing: missingReceipts,
            unsent: unsent,
            misfits: misfits,
            unrecorded: recordingFailure?.unrecorded(of: totals) ?? 0
          )
        )
        output.append(0x0a)
      }
    case .resolving, .resolved, .connecting, .attemptFailed, .connected, .peerFinished, .failure, .recording,
      .recordingFailed:
      break
    }
  }

  /// `bytes`: those of the record's batch.
  private mutating func appendText(_ record: TrafficRecord, _ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
    switch record.kind {
    case .sent:
      let isOpen = awaitsReceipts && record.isAwaited
      exchanges.sent(record.message, wireCount: record.wireCount, isOpen: isOpen, to: &output)
    case .receipt:
      let shown = shown(record, bytes)
      tell(record.message, to: &output) { $0.appendReply("server reply", record, shown, to: &$1) }
    case .lateReceipt: appendReply("server reply, late", record, shown(record, bytes), to: &output)
    case .received:
      output.append("server sent ")
      output.append(decimal: record.wireCount)
      output.append(" bytes")
      ClientTranscript.appendMarks(record, to: &output)
      output.append(": ")
      Printable.append(shown(record, bytes), to: &output)
      output.append(0x0a)
    case .timedOut:
      tell(record.message, to: &output) { $1.append("server failed to reply (\($0.timeoutText))\n") }
    case .failed:
      guard connection.hasConnected else { return }
      if record.isUnsent {
        exchanges.interject("client failed to send a message\n", id: record.message, to: &output)
      } else {
        tell(record.message, to: &output) { $1.append("server failed to reply (connection closed)\n") }
      }
    }
  }

  /// Keeps a failure for one line with its neighbours, if the transcript is quiet; tells of those before it that it ends.
  private mutating func gather(_ record: TrafficRecord, to output: inout [UInt8]) -> Bool {
    guard isQuiet, connection.hasConnected else { return false }
    if failures?.extend(by: record) == true { return true }
    tellFailures(to: &output)
    failures = FailureRun(record)
    return failures != nil
  }

  private mutating func tellFailures(to output: inout [UInt8]) {
    guard let run = failures else { return }
    failures = nil
    output.append(run.text(timeout: timeoutText))
    output.append(0x0a)
  }

  /// Says the outcome of a message when it is its turn.
  private mutating func tell(
    _ id: UInt64,
    to output: inout [UInt8],
    _ write: (inout ClientTranscript, inout [UInt8]) -> Void
  ) {
    switch exchanges.turn(of: id) {
    case .next:
      write(&self, &output)
      exchanges.advance(to: &output)
    case .later:
      var line: [UInt8] = []
      write(&self, &line)
      exchanges.hold(line, id: id)
    case .never: write(&self, &output)
    }
  }

  private func shown(_ record: TrafficRecord, _ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let payload = record.payload(in: bytes)
    return UnsafeRawBufferPointer(rebasing: payload[..<framing.shownCount(of: payload, transport: transport)])
  }

  private mutating func appendReply(
    _ words: StaticString,
    _ record: TrafficRecord,
    _ shown: UnsafeRawBufferPointer,
    to output: inout [UInt8]
  ) {
    let isShort = record.flags.isEmpty && shortReply.take(shown)
    guard !isShort else {
      return output.append(addingCapacity: ClientTranscript.longestFrame + ShortReply.longestText) { line in
        line.append(words)
        line.append(": ")
        shortReply.text.withUnsafeBytes { line.append($0) }
        line.append(end: record)
      }
    }
    output.append(words.description)
    ClientTranscript.appendMarks(record, to: &output)
    output.append(": ")
    Printable.append(shown, to: &output)
    output.append(addingCapacity: ClientTranscript.longestFrame) { $0.append(end: record) }
  }

  private static func appendMarks(_ record: TrafficRecord, to line: inout [UInt8]) {
    if record.flags.contains(.truncated) { line.append(" (truncated)") }
    if record.flags.contains(.partial) { line.append(" (partial)") }
  }

  // JSON.

  private mutating func appendJSON(_ event: ClientEvent, to output: inout [UInt8]) {
    switch event {
    case .traffic(let batch):
      for record in batch.records where isTold(record) {
        describe(record, of: batch)
        json.end(into: &output)
      }
    case .ended(let end, let totals, let time):
      describe(end, totals, time)
      json.end(into: &output)
    case .resolving, .resolved, .connecting, .attemptFailed, .connected, .peerFinished, .failure, .recording,
      .recordingFailed:
      break
    }
  }

  private mutating func describe(_ record: TrafficRecord, of batch: TrafficBatch) {
    switch record.kind {
    case .sent: json.begin("sent", at: batch.time)
    case .receipt, .lateReceipt: json.begin("receipt", at: batch.time)
    case .received: json.begin("received", at: batch.time)
    case .timedOut: json.begin("timeout", at: batch.time)
    case .failed: json.begin("failed", at: batch.time)
    }
    if record.kind != .received { json.field("id", record.message) }
    switch record.kind {
    case .sent: json.field("bytes", record.wireCount)
    case .timedOut, .failed: break
    case .receipt, .lateReceipt, .received:
      json.field("bytes", record.wireCount)
      json.payload(framing.shown(of: batch.payload(of: record), transport: transport))
      if record.kind != .received { json.field("rtt_ms", milliseconds: record.roundTrip) }
      if record.kind == .lateReceipt { json.field("late", true) }
      if record.flags.contains(.truncated) { json.field("truncated", true) }
      if record.flags.contains(.partial) { json.field("partial", true) }
    }
  }

  private mutating func describe(_ end: ClientEnd, _ totals: ClientTotals, _ time: Timestamp) {
    json.begin("finished", at: time)
    json.field("reason", end.word)
    if let text = end.failureText { json.field("error", text) }
    if isStopping { json.field("stop", true) }
    json.field("messages", totals.messagesSent)
    json.field("bytes", totals.bytesSent)
    json.field("receipts", totals.receipts)
    json.field("missing", missingReceipts)
    json.field("unsent", unsent)
    json.field("messages_received", totals.messagesReceived)
    json.field("bytes_received", totals.bytesReceived)
    json.field("truncated", totals.truncated)
    json.field("partial", totals.partial)
    json.field("misfits", misfits)
    if let unrecorded = recordingFailure?.unrecorded(of: totals), unrecorded > 0 {
      json.field("unrecorded", unrecorded)
    }
  }
}

extension OutputSpan<UInt8> {
  /// What ends a reply's line.
  fileprivate mutating func append(end record: TrafficRecord) {
    append(" (")
    append(roundTrip: record.roundTrip)
    append(")\n")
  }
}
