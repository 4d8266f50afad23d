import Screen
package import Wire

/// The client's plain mode: turns what happened into the lines of the contract.
///
/// Messages are pipelined; in text a message's line waits until those before it have been answered, so that its two lines
/// stand together. What is held is what is in flight.
package struct ClientTranscript {
  private let format: OutputFormat
  private let framing: Framing
  private let transport: Transport
  private let awaitsReceipts: Bool
  private let timeoutText: String
  private var json = JSONLine()
  private var connection: ConnectionTranscript
  private var exchanges = ExchangeOrder()
  private var isStopping = false
  private var late: UInt64 = 0
  private var lost: UInt64 = 0

  package init(
    format: OutputFormat,
    framing: Framing,
    transport: Transport,
    timeoutNanoseconds: Int64,
    awaitsReceipts: Bool
  ) {
    self.format = format
    self.framing = framing
    self.transport = transport
    self.awaitsReceipts = awaitsReceipts
    connection = ConnectionTranscript(format: format, transport: transport)
    timeoutText = Figures.seconds(nanoseconds: timeoutNanoseconds)
  }

  /// Receipts that never came: of messages that timed out, or that the connection's end left open.
  package var missingReceipts: UInt64 { lost - min(lost, late) }

  /// The user entered a stop message: the end of the session is what was asked for.
  package mutating func enterStop() { isStopping = true }

  /// Adds the lines of one event.
  package mutating func append(_ event: ClientEvent, to plain: inout PlainOutput) {
    if case .traffic(let batch) = event { count(batch) }
    connection.append(event, to: &plain)
    switch format {
    case .text: appendText(event, to: &plain.output)
    case .json: appendJSON(event, to: &plain.output)
    }
  }

  private mutating func count(_ batch: TrafficBatch) {
    for record in batch.records {
      switch record.kind {
      case .timedOut, .failed: lost += 1
      case .lateReceipt: late += 1
      case .sent, .receipt, .received: break
      }
    }
  }

  private func shown(_ record: TrafficRecord, of batch: TrafficBatch) -> ArraySlice<UInt8> {
    framing.shown(of: batch.payload(of: record), transport: transport)
  }

  // Text.

  private mutating func appendText(_ event: ClientEvent, to output: inout [UInt8]) {
    switch event {
    case .traffic(let batch):
      for record in batch.records { appendText(record, of: batch, to: &output) }
    case .ended(let end, let totals, _):
      guard connection.hasConnected else { return }
      exchanges.flush(to: &output)
      var isFailed = false
      if case .failed = end { isFailed = true }
      if isStopping, !isFailed {
        output.append("client entered ., exiting\n")
      } else {
        output.append(totals.text(awaitsReceipts: awaitsReceipts, missing: missingReceipts))
        output.append(0x0a)
      }
    case .resolving, .resolved, .connecting, .attemptFailed, .connected, .peerFinished, .failure: break
    }
  }

  private mutating func appendText(_ record: TrafficRecord, of batch: TrafficBatch, to output: inout [UInt8]) {
    switch record.kind {
    case .sent:
      let isOpen = awaitsReceipts && record.isAwaited
      exchanges.sent(record.message, wireCount: record.wireCount, isOpen: isOpen, to: &output)
    case .receipt:
      let shown = shown(record, of: batch)
      exchanges.resolve(record.message, to: &output) { line in
        line.append("server reply")
        ClientTranscript.appendReply(record, shown, to: &line)
      }
    case .lateReceipt:
      output.append("server reply, late")
      ClientTranscript.appendReply(record, shown(record, of: batch), to: &output)
    case .received:
      output.append("server sent ")
      output.append(decimal: record.wireCount)
      output.append(" bytes")
      ClientTranscript.appendMarks(record, to: &output)
      output.append(": ")
      output.append(printable: shown(record, of: batch))
      output.append(0x0a)
    case .timedOut:
      exchanges.resolve(record.message, to: &output) { [timeoutText] in
        $0.append("server failed to reply (\(timeoutText))\n")
      }
    case .failed:
      guard connection.hasConnected else { return }
      if exchanges.isOpen(record.message) {
        exchanges.resolve(record.message, to: &output) { $0.append("server failed to reply (connection closed)\n") }
      } else {
        exchanges.interject("client failed to send a message\n", id: record.message, to: &output)
      }
    }
  }

  private static func appendReply(_ record: TrafficRecord, _ shown: ArraySlice<UInt8>, to line: inout [UInt8]) {
    appendMarks(record, to: &line)
    line.append(": ")
    line.append(printable: shown)
    line.append(" (")
    line.append(roundTrip: record.roundTrip)
    line.append(")\n")
  }

  private static func appendMarks(_ record: TrafficRecord, to line: inout [UInt8]) {
    if record.flags.contains(.truncated) { line.append(" (truncated)") }
    if record.flags.contains(.partial) { line.append(" (partial)") }
  }

  // JSON.

  private mutating func appendJSON(_ event: ClientEvent, to output: inout [UInt8]) {
    switch event {
    case .traffic(let batch):
      for record in batch.records {
        describe(record, of: batch)
        json.end(into: &output)
      }
    case .ended(let end, let totals, let time):
      describe(end, totals, time)
      json.end(into: &output)
    case .resolving, .resolved, .connecting, .attemptFailed, .connected, .peerFinished, .failure: break
    }
  }

  private mutating func begin(_ event: String, _ time: Timestamp) {
    json.begin(event)
    json.field("time", time)
  }

  private mutating func describe(_ record: TrafficRecord, of batch: TrafficBatch) {
    switch record.kind {
    case .sent: begin("sent", batch.time)
    case .receipt, .lateReceipt: begin("receipt", batch.time)
    case .received: begin("received", batch.time)
    case .timedOut: begin("timeout", batch.time)
    case .failed: begin("failed", batch.time)
    }
    if record.kind != .received { json.field("id", record.message) }
    switch record.kind {
    case .sent: json.field("bytes", record.wireCount)
    case .timedOut, .failed: break
    case .receipt, .lateReceipt, .received:
      json.field("bytes", record.wireCount)
      json.payload(shown(record, of: batch))
      if record.kind != .received { json.field("rtt_ms", milliseconds: record.roundTrip) }
      if record.kind == .lateReceipt { json.field("late", true) }
      if record.flags.contains(.truncated) { json.field("truncated", true) }
      if record.flags.contains(.partial) { json.field("partial", true) }
    }
  }

  private mutating func describe(_ end: ClientEnd, _ totals: ClientTotals, _ time: Timestamp) {
    begin("finished", time)
    json.field("reason", end.word)
    if let text = end.failureText { json.field("error", text) }
    if isStopping { json.field("stop", true) }
    json.field("messages", totals.messagesSent)
    json.field("bytes", totals.bytesSent)
    json.field("receipts", totals.receipts)
    json.field("missing", missingReceipts)
    json.field("messages_received", totals.messagesReceived)
    json.field("bytes_received", totals.bytesReceived)
  }
}
