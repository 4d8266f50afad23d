import Screen
package import Wire

/// What a client's recording says of an event.
extension ClientNotice {
  /// The words that a list shows.
  package var text: String {
    switch self {
    case .connection(let event): event.recordedText
    case .timedOut(let sequence): "no reply to #\(sequence) in time"
    case .unanswered(let sequence): "#\(sequence) unanswered: the connection ended"
    case .unsent: "a message was not sent"
    }
  }

  /// Whether something went wrong.
  package var isAlert: Bool {
    switch self {
    case .timedOut, .unanswered, .unsent, .connection(.attemptFailed), .connection(.failure),
      .connection(.recordingFailed), .connection(.ended(.failed, _, _)):
      true
    case .connection: false
    }
  }

  /// The line of JSON output, as plain mode has it, but with the numbers that the recording has, and a connection's own counts
  /// at its end.
  package func json(connection: UInt32, transport: Transport, at time: Timestamp) -> [UInt8] {
    var output: [UInt8] = []
    var json = JSONLine()
    switch self {
    case .timedOut(let sequence):
      json.begin("timeout", at: time)
      json.field("seq", sequence)
    case .unanswered(let sequence):
      json.begin("failed", at: time)
      json.field("seq", sequence)
    case .unsent: json.begin("failed", at: time)
    case .connection(.ended(let end, let totals, let time)):
      json.begin("finished", at: time)
      json.field("connection", connection)
      json.field("reason", end.word)
      if let text = end.failureText { json.field("error", text) }
      json.fields(totals)
    case .connection(let event):
      var plain = PlainOutput()
      var transcript = ConnectionTranscript(format: .json, transport: transport, connection: connection)
      transcript.append(event, to: &plain)
      return plain.output.dropLast()
    }
    json.end(into: &output)
    return output.dropLast()
  }
}

extension ClientEvent {
  fileprivate var recordedText: String {
    switch self {
    case .resolved, .traffic: ""
    case .resolving(let host, _): "resolving \(Printable.text(host.utf8))"
    case .connecting(let address, _): "connecting\(address.map { " to \($0)" } ?? "")"
    case .attemptFailed(let address, let error, _): "\(address.map { "\($0): " } ?? "")\(error.reason)"
    case .connected(let local, _, _): "connected\(local.map { " from \($0)" } ?? "")"
    case .peerFinished: "the server has closed its end"
    case .failure(let error, _): "\(error.call) failed: \(error.reason)"
    case .recording(let file, let step, _): step.text(file)
    case .recordingFailed(let failure, _): failure.clientText
    case .ended(let end, let totals, _): "\(end.loss); \(totals.bothWays)"
    }
  }
}

extension ClientTotals {
  /// What went and what came.
  fileprivate var bothWays: String {
    let sent = "\(Figures.quantity(messagesSent, "message")), \(Figures.bytes(bytesSent)) sent"
    return "\(sent); \(Figures.quantity(messagesReceived, "message")), \(Figures.bytes(bytesReceived)) received"
  }
}

extension JSONLine {
  fileprivate mutating func fields(_ totals: ClientTotals) {
    field("messages", totals.messagesSent)
    field("bytes", totals.bytesSent)
    field("receipts", totals.receipts)
    field("messages_received", totals.messagesReceived)
    field("bytes_received", totals.bytesReceived)
    field("timed_out", totals.timedOut)
    field("truncated", totals.truncated)
    field("partial", totals.partial)
  }
}
