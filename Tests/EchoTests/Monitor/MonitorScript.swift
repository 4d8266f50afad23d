import Screen
import Testing
import Wire

@testable import Echo

/// A monitor's model under a script: a server's lines go in, effects and pictures come out.
struct MonitorScript {
  var model: MonitorModel
  private(set) var time = ServerScript.start
  private var sequence: UInt64 = 0

  init(
    isControlled: Bool = false,
    look: Look = Look(),
    size: Size = Size(columns: 100, rows: 24)
  ) throws {
    var feed = MonitorFeed()
    var greeting: ServerGreeting?
    feed.take(.lines(Array(MonitorDecoderTests.hello().utf8))) { event in
      if case .greeting(let it) = event { greeting = it }
    }
    model = MonitorModel(
      try #require(greeting),
      feed: feed,
      isControlled: isControlled,
      historyCount: 1000,
      historyBytes: 1 << 20,
      look: look
    )
    _ = model.update(.tick(Moment(time: time)))
    _ = model.update(.resize(size))
  }

  @discardableResult
  mutating func give(_ event: ScreenEvent<MonitorNews>) -> [Effect<MonitorCommand>] { model.update(event) }

  @discardableResult
  mutating func press(_ keys: Key...) -> [Effect<MonitorCommand>] {
    keys.flatMap { model.update(.input(.key($0))) }
  }

  @discardableResult
  mutating func command(_ text: String) -> [Effect<MonitorCommand>] {
    press(.character(":")) + text.flatMap { press(.character($0)) } + press(Key(.enter))
  }

  mutating func pass(milliseconds: Int64) {
    time.nanoseconds += milliseconds * 1_000_000
    give(.tick(Moment(time: time)))
  }

  @discardableResult
  mutating func tell(_ lines: String...) -> [Effect<MonitorCommand>] {
    give(.news(.lines(Array(lines.map { "\($0)\n" }.joined().utf8))))
  }

  /// The members of every event.
  private func event(_ name: String, _ time: Timestamp? = nil) -> String {
    var text: [UInt8] = []
    text.append(time ?? self.time)
    return "{\"event\":\"\(name)\",\"time\":\"\(String(decoding: text, as: UTF8.self))\""
  }

  private static func peer(_ number: Int) -> String {
    ",\"transport\":\"tcp\",\"peer\":\"127.0.0.1:\(50_170 + number)\",\"connection\":\(number)"
  }

  /// The moment so many seconds ago.
  private func moment(_ secondsAgo: Int64) -> Timestamp {
    Timestamp(nanoseconds: time.nanoseconds - secondsAgo * 1_000_000_000)
  }

  mutating func connect(_ number: Int, secondsAgo: Int64 = 0) {
    tell(event("connected", moment(secondsAgo)) + Self.peer(number) + "}")
  }

  mutating func disconnect(_ number: Int) {
    tell(
      event("disconnected") + Self.peer(number) + ",\"reason\":\"closed\",\"messages\":1,\"bytes\":2,\"bytes_sent\":3}"
    )
  }

  mutating func receive(_ text: String, from number: Int = 1, secondsAgo: Int64 = 0, answered: Int? = 120_000) {
    sequence += 1
    let answer = answered.map { ",\"answered\":\($0)" } ?? ""
    var payload: [UInt8] = []
    Array(text.utf8).withUnsafeBytes { _ = JSONLine.append(string: $0, to: &payload) }
    tell(
      event("message", moment(secondsAgo)) + ",\"seq\":\(sequence)" + Self.peer(number)
        + ",\"bytes\":\(text.utf8.count + 1)\(answer),\"text\":\(String(decoding: payload, as: UTF8.self))}"
    )
  }

  mutating func lose(_ count: Int, bytes: Int? = nil) {
    tell(event("lost") + ",\"count\":\(count)" + (bytes.map { ",\"bytes\":\($0)" } ?? "") + "}")
  }

  private static func totals(_ messages: Int, dropped: Int) -> String {
    """
    "messages":\(messages),"bytes":\(messages * 6),"bytes_sent":0,"connections":1,\
    "dropped_by_kernel":\(dropped),"dropped_by_server":0,"refused":0,\
    "stops_refused":0,"truncated":0,"partial":0,"idle":0,"stalled":0
    """
  }

  /// `recording`: the member of that name, as JSON.
  mutating func attach(messages: Int = 0, dropped: Int = 0, peers: Int = 0, recording: String? = nil) {
    sequence = UInt64(messages)
    let recording = recording.map { ",\"recording\":\($0)" } ?? ""
    let totals = Self.totals(messages, dropped: dropped)
    tell(event("attached") + ",\"first\":\(messages + 1),\"totals\":{\(totals)},\"peers\":\(peers)\(recording)}")
  }

  @discardableResult
  mutating func stop(messages: Int) -> [Effect<MonitorCommand>] {
    tell(event("stopping") + "}", event("stopped") + "," + Self.totals(messages, dropped: 0) + "}")
  }

  /// The picture's rows as text, blanks at their ends left out.
  var rows: [String] {
    let surface = model.view()
    return (0..<surface.size.rows).map { row in
      var line = (0..<surface.size.columns).map { surface[$0, row].text }.joined()
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  func contains(_ text: String) -> Bool { rows.contains { $0.contains(text) } }

  /// A life with a history, a loss and an end.
  static func session(size: Size) throws -> MonitorScript {
    var script = try MonitorScript(size: size)
    script.attach(messages: 1280, dropped: 3)
    script.connect(1, secondsAgo: 21)
    script.receive("hello world", secondsAgo: 20)
    script.receive("e\u{301} 日本語", from: 2, secondsAgo: 19, answered: 0)
    script.receive("\u{1B}]0;title\u{7} hostile", secondsAgo: 1)
    script.lose(1200, bytes: 12_000)
    script.pass(milliseconds: 1500)
    script.receive("after the gap", answered: nil)
    return script
  }
}
