import Screen
package import Wire

/// The server's plain mode: turns what happened into the lines of the contract.
package struct ServerTranscript {
  private let format: OutputFormat
  private let framing: Framing
  private var json = JSONLine()

  package init(format: OutputFormat, framing: Framing) {
    self.format = format
    self.framing = framing
  }

  /// Adds the lines of one event.
  package mutating func append(_ event: ServerEvent, to plain: inout PlainOutput) {
    switch format {
    case .text: appendText(event, to: &plain)
    case .json: appendJSON(event, to: &plain.output)
    }
  }

  // Text.

  private mutating func appendText(_ event: ServerEvent, to plain: inout PlainOutput) {
    switch event {
    case .listening(let endpoints):
      for endpoint in endpoints { plain.notice("listening on \(endpoint.text)") }
      plain.output.append("waiting\n")
    case .messages(let batch): appendText(batch, to: &plain.output)
    case .connected: break
    case .disconnected(let peer, let reason, _, _):
      if let text = reason.abnormalText { plain.notice("\(peer) disconnected: \(text)") }
    case .dropped(let drop, _): plain.notice(drop.text)
    case .refused(let refusal, _): plain.notice(refusal.text)
    case .failure(let error, let peer, _):
      plain.notice("\(error.call)\(peer.map { " on \($0)" } ?? "") failed: \(error.reason); the server goes on")
    case .stopping(.asked, _): plain.notice("stopping")
    case .stopping(.message, _): break
    case .stopped(let totals, _): plain.notice(totals.text)
    }
  }

  // Millions of lines go through here: what is the same for all messages of a peer is made once a peer.
  private func appendText(_ batch: MessageBatch, to output: inout [UInt8]) {
    let start = Array("server received ".utf8)
    var place = UInt32.max
    var transport = Transport.tcp
    var origin: [UInt8] = []
    var middle: [UInt8] = []
    batch.bytes.withUnsafeBytes { bytes in
      for record in batch.records {
        if record.peer != place {
          place = record.peer
          let peer = batch.peers[Int(place)]
          transport = peer.transport
          origin = Array(" from \(peer)".utf8)
          middle = Array(" bytes from \(peer): ".utf8)
        }
        let payload = record.payload(in: bytes)
        let count = framing.shownCount(of: payload, transport: transport)
        let shown = UnsafeRawBufferPointer(rebasing: payload[..<count])
        output.append(contentsOf: start)
        if record.flags.isSubset(of: .answered) {
          output.append(decimal: record.wireCount)
          output.append(contentsOf: middle)
          Printable.append(shown, to: &output)
        } else {
          appendMarked(record, origin, shown, to: &output)
        }
        output.append(0x0a)
      }
    }
  }

  private func appendMarked(
    _ record: MessageRecord,
    _ origin: [UInt8],
    _ shown: UnsafeRawBufferPointer,
    to output: inout [UInt8]
  ) {
    if record.flags.contains(.stop) {
      Printable.append(shown, to: &output)
      output.append(contentsOf: origin)
      output.append(", exiting")
      return
    }
    output.append(decimal: record.wireCount)
    output.append(" bytes")
    output.append(contentsOf: origin)
    for (flag, word) in ServerTranscript.marks where record.flags.contains(flag) { output.append(" (\(word))") }
    output.append(": ")
    Printable.append(shown, to: &output)
  }

  private static let marks: [(MessageRecord.Flags, String)] = [
    (.truncated, "truncated"), (.partial, "partial"), (.stopRefused, "stop refused"),
  ]

  // JSON.

  private mutating func appendJSON(_ event: ServerEvent, to output: inout [UInt8]) {
    switch event {
    case .listening(let endpoints):
      for endpoint in endpoints {
        begin("listening", endpoint)
        json.end(into: &output)
      }
      return
    case .messages(let batch): return appendJSON(batch, to: &output)
    case .connected(let peer, let time):
      begin("connected", peer, time)
    case .disconnected(let peer, let reason, let traffic, let time):
      begin("disconnected", peer, time)
      json.field("reason", reason.word)
      if case .failed(let error) = reason { describe(error) }
      describe(traffic)
    case .dropped(let drop, let time):
      json.begin("dropped")
      json.field("time", time)
      json.field("count", drop.count)
      json.field("by", drop.agent.rawValue)
      if drop.bytes > 0 { json.field("bytes", drop.bytes) }
      if drop.notices > 0 { json.field("notices", drop.notices) }
    case .refused(let refusal, let time): describe(refusal, time)
    case .failure(let error, let peer, let time):
      json.begin("failure")
      json.field("time", time)
      if let peer { describe(peer) }
      describe(error)
    case .stopping(let reason, let time):
      json.begin("stopping")
      json.field("time", time)
      switch reason {
      case .message(let peer): describe(peer)
      case .asked: break
      }
    case .stopped(let totals, let time):
      json.begin("stopped")
      json.field("time", time)
      describe(totals.traffic)
      json.field("connections", totals.connections)
      json.field("dropped", totals.droppedByKernel + totals.droppedByServer)
      json.field("refused", totals.refused)
      json.field("stops_refused", totals.stopsRefused)
      json.field("truncated", totals.truncated)
      json.field("partial", totals.partial)
      json.field("idle", totals.idle)
      json.field("stalled", totals.stalled)
    }
    json.end(into: &output)
  }

  private func appendJSON(_ batch: MessageBatch, to output: inout [UInt8]) {
    let start = Array("{\"event\":\"message\",\"seq\":".utf8)
    let bytesKey = Array(",\"bytes\":".utf8)
    var place = UInt32.max
    var time: Timestamp?
    var transport = Transport.tcp
    // The time and the peer, which most of a batch's messages share.
    var middle: [UInt8] = []
    batch.bytes.withUnsafeBytes { bytes in
      for record in batch.records {
        if record.peer != place || record.time != time {
          (place, time) = (record.peer, record.time)
          let peer = batch.peers[Int(place)]
          transport = peer.transport
          middle = ServerTranscript.middle(peer, record.time)
        }
        let payload = record.payload(in: bytes)
        let count = framing.shownCount(of: payload, transport: transport)
        output.append(contentsOf: start)
        output.append(decimal: record.sequence)
        output.append(contentsOf: middle)
        output.append(contentsOf: bytesKey)
        output.append(decimal: record.wireCount)
        JSONLine.append(payload: UnsafeRawBufferPointer(rebasing: payload[..<count]), to: &output)
        if !record.flags.isSubset(of: .answered) {
          for (flag, key) in ServerTranscript.jsonMarks where record.flags.contains(flag) {
            output.append(",\"\(key)\":true")
          }
        }
        output.append("}\n")
      }
    }
  }

  private static let jsonMarks: [(MessageRecord.Flags, String)] = [
    (.truncated, "truncated"), (.partial, "partial"), (.stop, "stop"), (.stopRefused, "stop_refused"),
  ]

  private static func middle(_ peer: Peer, _ time: Timestamp) -> [UInt8] {
    var middle = Array(",\"time\":\"".utf8)
    middle.append(time)
    middle.append("\",\"transport\":\"\(peer.transport.rawValue)\",\"peer\":\"\(peer.address)\"")
    return middle
  }

  private mutating func begin(_ event: String, _ endpoint: Endpoint) {
    json.begin(event)
    json.field("transport", endpoint.transport.rawValue)
    json.field("address", endpoint.addressText)
  }

  private mutating func begin(_ event: String, _ peer: Peer, _ time: Timestamp) {
    json.begin(event)
    json.field("time", time)
    describe(peer)
    json.field("connection", peer.connection.number)
  }

  private mutating func describe(_ peer: Peer) {
    json.field("transport", peer.transport.rawValue)
    json.field("peer", peer.address.description)
  }

  private mutating func describe(_ error: SystemError) {
    json.field("call", error.call)
    json.field("error", error.reason)
  }

  private mutating func describe(_ traffic: Traffic) {
    json.field("messages", traffic.messages)
    json.field("bytes", traffic.bytesReceived)
    json.field("bytes_sent", traffic.bytesSent)
  }

  private mutating func describe(_ refusal: Refusal, _ time: Timestamp) {
    json.begin("refused")
    json.field("time", time)
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
