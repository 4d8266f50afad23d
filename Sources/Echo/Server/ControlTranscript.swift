import Screen
package import Wire

/// What a server says on its control socket: its events as in plain mode's JSON, with more detail, and what viewers are
/// told besides.
package struct ControlTranscript: Sendable {
  private let program: String
  private let version: String
  private let configuration: ServerConfiguration

  package init(program: String, version: String, configuration: ServerConfiguration) {
    self.program = program
    self.version = version
    self.configuration = configuration
  }

  /// The version of the protocol.
  private static let protocolVersion = 1

  /// Adds the lines of one record.
  package func append(_ record: ControlRecord, to output: inout [UInt8]) {
    var json = JSONLine()
    switch record {
    case .event(let event):
      var transcript = ServerTranscript(format: .json, framing: configuration.framing, isDetailed: true)
      return transcript.appendJSON(event, to: &output)
    case .hello(let hello): describe(hello, &json)
    case .attached(let first, let totals, let peers, let recording, let time):
      json.begin("attached")
      json.field("first", first)
      json.field("time", time)
      json.object("totals") { $0.fields(totals) }
      json.field("peers", peers)
      if let recording { json.object("recording") { $0.fields(recording) } }
    case .lost(let missed, let time):
      json.begin("lost")
      json.field("time", time)
      json.field("count", missed.messages)
      if missed.bytes > 0 { json.field("bytes", missed.bytes) }
      if missed.notices > 0 { json.field("notices", missed.notices) }
    case .done(let request):
      json.begin("done")
      json.field("command", request.word)
    case .refused(let refusal):
      json.begin("error")
      json.field("reason", refusal.reason)
    }
    json.end(into: &output)
  }

  private func describe(_ hello: ControlHello, _ json: inout JSONLine) {
    json.begin("hello")
    json.field("protocol", ControlTranscript.protocolVersion)
    json.field("program", program)
    json.field("version", version)
    json.field("instance", Hexadecimal.text(hello.instance, digits: 16))
    json.field("name", hello.name)
    json.field("pid", hello.process)
    json.field("framing", configuration.framing.description)
    json.field("reply", configuration.reply.rawValue)
    json.field("stop_on_dot", configuration.stopPolicy.rawValue)
    json.field("started", hello.started)
    json.field("oldest", hello.oldest)
    json.field("next", hello.next)
    json.array("listening", of: hello.endpoints) { json, endpoint in
      json.field("transport", endpoint.transport.rawValue)
      json.field("address", endpoint.addressText)
    }
  }
}

extension JSONLine {
  fileprivate mutating func fields(_ recording: RecordingStatus) {
    switch recording {
    case .going(let file): field("file", file)
    case .failed(let failure): fields(failure, isDetailed: true)
    }
  }
}

extension ControlRequest {
  /// What it is called by.
  fileprivate var word: String {
    switch self {
    case .attach: "attach"
    case .stop: "stop"
    case .disconnect: "disconnect"
    }
  }
}

extension ControlRefusal {
  fileprivate var reason: String {
    switch self {
    case .malformed(let reason): reason
    case .tooLong(let limit): "a line is longer than \(limit) bytes"
    case .alreadyAttached: "already attached"
    case .noSuchConnection(let connection): "no connection \(connection.number) is open"
    case .tooManyViewers(let limit): "too many viewers: the limit is \(limit)"
    case .notPermitted: "not permitted: this server is another user's"
    }
  }
}
