import Wire

/// An event as a recording has it: the line of JSON that its program would have printed.
enum RecordedEvent {
  /// What a line tells; nil where it is none of a server's.
  static func decoded(_ line: [UInt8]) -> ServerEvent? {
    var decoder = MonitorDecoder()
    var event: ServerEvent?
    do throws(MonitorProblem) {
      try decoder.decode(line + [0x0A]) { if case .server(let news) = $0 { event = news } }
    } catch {
      return nil
    }
    switch event {
    // Those have tables of their own.
    case .messages, .listening, nil: return nil
    case let event: return event
    }
  }

  /// Adds an event as a line of JSON; one that can't be understood has its words and its time.
  static func append(_ line: [UInt8], _ row: MessageLog.Row, to output: inout [UInt8]) {
    if row.isClients, appendClients(line, to: &output) { return }
    if !row.isClients, let event = decoded(line) {
      var transcript = ServerTranscript(format: .json, framing: .line)
      return transcript.appendJSON(event, to: &output)
    }
    var json = JSONLine()
    json.begin("unknown", at: row.record.time)
    json.field("notice", String(decoding: row.payload, as: UTF8.self))
    json.end(into: &output)
  }

  /// Makes a client's line anew; false where it is none.
  private static func appendClients(_ line: [UInt8], to output: inout [UInt8]) -> Bool {
    line.withUnsafeBytes { line in
      var object = JSONObject()
      guard (try? object.read(line)) != nil, object.string("event") != nil else { return false }
      object.append(to: &output)
      output.append(0x0a)
      return true
    }
  }

  /// A client's event as what it means for who is connected; nil where it means nothing.
  static func connection(_ line: [UInt8], _ peer: Peer, at time: Timestamp) -> ServerEvent? {
    line.withUnsafeBytes { line in
      var object = JSONObject()
      guard (try? object.read(line)) != nil else { return nil }
      switch object.string("event") {
      case "connected": return .connected(peer, at: time)
      case "finished": return .disconnected(peer, .finished, Traffic(), at: time)
      default: return nil
      }
    }
  }
}

extension MessageLog.Row {
  /// Whether it is of a client's recording, where a row's peer is whom the client talked to.
  var isClients: Bool { !record.flags.isDisjoint(with: .clients) }
}
