import Screen
package import Wire

/// The server's plain mode: turns what happened into the lines of the contract.
package struct ServerTranscript {
  private let format: OutputFormat
  private let lines: MessageLines
  private let isQuiet: Bool
  private let isDetailed: Bool
  private var json = JSONLine()
  private var noticesDropped: UInt64 = 0

  /// Quiet, it leaves the messages out and tells the rest; detailed, JSON also has what a view of the server needs;
  /// timed, the text of each message begins with when it came.
  package init(
    format: OutputFormat,
    framing: Framing,
    isQuiet: Bool = false,
    isDetailed: Bool = false,
    isTimed: Bool = false
  ) {
    self.format = format
    lines = MessageLines(framing: framing, isDetailed: isDetailed, isTimed: isTimed)
    self.isQuiet = isQuiet
    self.isDetailed = isDetailed
  }

  /// Adds the lines of one event.
  package mutating func append(_ event: ServerEvent, to plain: inout PlainOutput) {
    if isQuiet, case .messages = event { return }
    let event = counted(event)
    switch format {
    case .text: appendText(event, to: &plain)
    case .json: appendJSON(event, to: &plain.output)
    }
  }

  /// Counts what was not shown; the last event gets the sum.
  private mutating func counted(_ event: ServerEvent) -> ServerEvent {
    switch event {
    case .dropped(let drop, _): noticesDropped &+= drop.notices
    case .stopped(var totals, let time):
      totals.noticesDropped = noticesDropped
      return .stopped(totals, at: time)
    default: break
    }
    return event
  }

  // Text.

  private mutating func appendText(_ event: ServerEvent, to plain: inout PlainOutput) {
    switch event {
    case .listening(let endpoints):
      for endpoint in endpoints { plain.notice("listening on \(endpoint.text)") }
      plain.output.append("waiting\n")
    case .messages(let batch): lines.appendText(batch, to: &plain.output)
    case .connected: break
    case .disconnected(let peer, let reason, _, _):
      if let text = reason.abnormalText { plain.notice("\(peer) disconnected: \(text)") }
    case .dropped(let drop, _): plain.notice(drop.text)
    case .refused(let refusal, _): plain.notice(refusal.text)
    case .failure(let error, let peer, _):
      plain.notice("\(error.call)\(peer.map { " on \($0)" } ?? "") failed: \(error.reason); the server goes on")
    case .recording(let file, let step, _): plain.notice(step.text(file))
    case .recordingFailed(let failure, _): plain.notice(failure.text)
    case .stopping(.asked, _): plain.notice("stopping")
    case .stopping(.recordingFailed, _): break
    case .stopping(.message(let peer), _):
      // Otherwise the message's own line says it.
      if isQuiet { plain.notice("stopping, as \(peer) asked") }
    case .stopped(let totals, _): plain.notice(totals.text)
    }
  }

  // JSON.

  mutating func appendJSON(_ event: ServerEvent, to output: inout [UInt8]) {
    switch event {
    case .listening(let endpoints):
      for endpoint in endpoints {
        begin("listening", endpoint)
        json.end(into: &output)
      }
      return
    case .messages(let batch): return lines.appendJSON(batch, to: &output)
    case .connected(let peer, let time):
      begin("connected", peer, time)
    case .disconnected(let peer, let reason, let traffic, let time):
      begin("disconnected", peer, time)
      json.field("reason", reason.word)
      if case .failed(let error) = reason { describe(error) }
      json.fields(traffic)
    case .dropped(let drop, let time):
      json.begin("dropped", at: time)
      json.field("count", drop.count)
      json.field("by", drop.agent.rawValue)
      if drop.bytes > 0 { json.field("bytes", drop.bytes) }
      if drop.notices > 0 { json.field("notices", drop.notices) }
    case .refused(let refusal, let time): describe(refusal, time)
    case .failure(let error, let peer, let time):
      json.begin("failure", at: time)
      if let peer { describe(peer) }
      describe(error)
    case .recording(let file, let step, let time): json.begin(step, of: file, at: time)
    case .recordingFailed(let failure, let time):
      json.begin("recording", at: time)
      json.fields(failure, isDetailed: isDetailed)
    case .stopping(let reason, let time):
      json.begin("stopping", at: time)
      if case .message(let peer) = reason { describe(peer) }
    case .stopped(let totals, let time):
      json.begin("stopped", at: time)
      json.fields(totals)
    }
    json.end(into: &output)
  }

  private mutating func begin(_ event: String, _ endpoint: Endpoint) {
    json.begin(event)
    json.field("transport", endpoint.transport.rawValue)
    json.field("address", endpoint.addressText)
  }

  private mutating func begin(_ event: String, _ peer: Peer, _ time: Timestamp) {
    json.begin(event, at: time)
    describe(peer)
    if !isDetailed { json.field("connection", peer.connection.number) }
  }

  private mutating func describe(_ peer: Peer) {
    json.field("transport", peer.transport.rawValue)
    json.field("peer", peer.address.description)
    if isDetailed { json.field("connection", peer.connection.number) }
  }

  private mutating func describe(_ error: SystemError) {
    json.field("call", error.call)
    json.field("error", error.reason)
  }

  private mutating func describe(_ refusal: Refusal, _ time: Timestamp) {
    json.begin("refused", at: time)
    switch refusal {
    case .connections(let count, let limit):
      json.field("what", "connections")
      json.field("count", count)
      json.field("limit", limit)
    case .stops(let count, let peer):
      json.field("what", "stop")
      json.field("count", count)
      describe(peer)
    case .replies(let count, let peer):
      json.field("what", "replies")
      json.field("count", count)
      describe(peer)
    }
  }
}

extension JSONLine {
  mutating func fields(_ totals: ServerTotals) {
    fields(totals.traffic)
    field("connections", totals.connections)
    field("dropped", totals.droppedByKernel &+ totals.droppedByServer)
    field("dropped_by_kernel", totals.droppedByKernel)
    field("dropped_by_server", totals.droppedByServer)
    field("notices_dropped", totals.noticesDropped)
    field("refused", totals.refused)
    field("stops_refused", totals.stopsRefused)
    field("truncated", totals.truncated)
    field("partial", totals.partial)
    field("idle", totals.idle)
    field("stalled", totals.stalled)
    if totals.unrecorded > 0 { field("unrecorded", totals.unrecorded) }
  }

  fileprivate mutating func fields(_ traffic: Traffic) {
    field("messages", traffic.messages)
    field("bytes", traffic.bytesReceived)
    field("bytes_sent", traffic.bytesSent)
  }
}
