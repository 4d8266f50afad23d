import Wire

/// An event as a recording has it: the line of JSON that its server would have printed.
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
    if let event = decoded(line) {
      var transcript = ServerTranscript(format: .json, framing: .line)
      return transcript.appendJSON(event, to: &output)
    }
    var json = JSONLine()
    json.begin("unknown", at: row.record.time)
    json.field("notice", String(decoding: row.payload, as: UTF8.self))
    json.end(into: &output)
  }
}
