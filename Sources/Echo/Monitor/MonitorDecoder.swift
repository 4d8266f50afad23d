import Wire

/// Makes events of the lines of a control socket, of which not one byte is trusted.
package struct MonitorDecoder: Sendable {
  private var gatherer = MessageGatherer()
  /// Endpoints of lines that came one after another: they are one event.
  private var endpoints: [Endpoint] = []
  private var lineNumber: UInt64 = 0
  private let copiesLines: Bool
  private var copy: [UInt8] = []

  /// `copiesLines`: the lines are wanted themselves, too.
  package init(copiesLines: Bool = false) { self.copiesLines = copiesLines }

  /// The lines since this was asked last, made anew: as JSON they say the same, and nothing in them acts on a terminal.
  package mutating func takeCopy() -> [UInt8] {
    defer { copy = [] }
    return copy
  }

  /// Gives `body` what whole lines tell, in their order; events that are unknown here are left out.
  package mutating func decode(
    _ lines: [UInt8],
    _ body: (MonitorEvent) -> Void
  ) throws(MonitorProblem) {
    var problem: MonitorProblem?
    lines.withUnsafeBytes { bytes in
      do throws(MonitorProblem) { try decode(bytes, body) } catch { problem = error }
    }
    flush(body)
    if let problem { throw problem }
  }

  private mutating func decode(
    _ bytes: UnsafeRawBufferPointer,
    _ body: (MonitorEvent) -> Void
  ) throws(MonitorProblem) {
    var object = JSONObject()
    var lines = LineCutter(bytes)
    while let line = lines.next() {
      lineNumber &+= 1
      do throws(JSONProblem) { try object.read(line) } catch { throw MonitorProblem(error, line: lineNumber) }
      if copiesLines {
        object.append(to: &copy)
        copy.append(0x0A)
      }
      if let event = object.text("event"), object.raw(event).elementsEqual("message".utf8) {
        if !endpoints.isEmpty { flush(body) }
        try gatherer.add(object)
      } else {
        try take(object, body)
      }
    }
  }

  private mutating func take(_ object: JSONObject, _ body: (MonitorEvent) -> Void) throws(MonitorProblem) {
    guard let event = object.string("event") else { throw MonitorProblem("its line \(lineNumber) has no \"event\"") }
    if event == "listening" {
      if !gatherer.isEmpty { flush(body) }
      // One that repeats itself without an end is no server of ours.
      guard endpoints.count < JSONObject.memberLimit else { throw MonitorProblem(badMember: event) }
      return endpoints.append(try object.endpoint())
    }
    flush(body)
    switch event {
    case "hello":
      let greeting = try ServerGreeting(object)
      gatherer.framing = greeting.framing
      body(.greeting(greeting))
    case "attached":
      guard let totals = object.object("totals") else { throw MonitorProblem(badMember: event) }
      let recording = try object.object("recording")?.recordingStatus()
      // A server before this member tells of those who come.
      let peers = object.count("peers") ?? 0
      body(.attached(try totals.totals(), peers: peers, recording, at: try object.time()))
    case "done": body(.done)
    case "error": body(.refused(try object.visible("reason")))
    default:
      if let event = try ServerEvent(event, object) { body(.server(event)) }
    }
  }

  /// Hands on what was gathered.
  private mutating func flush(_ body: (MonitorEvent) -> Void) {
    if !gatherer.isEmpty { body(.server(.messages(gatherer.take()))) }
    guard !endpoints.isEmpty else { return }
    body(.server(.listening(endpoints)))
    endpoints = []
  }
}
