import Screen
import TestKit
import Testing
import Wire

@testable import Echo

/// What a server's JSON lines tell, read again.
@Suite struct MonitorDecoderTests {
  static let framings: [Framing] = [.line, .crlf, .nul, .length16, .length32, .fixed(16), .raw]

  static let hello = #"""
    {"event":"hello","protocol":1,"program":"echo_server","version":"1.0","instance":"0123456789abcdef","name":"5000",\#
    "pid":123,"framing":"FRAMING","reply":"ok","stop_on_dot":"local","started":"2026-11-22T15:47:00.000000Z",\#
    "oldest":17,"next":4711,"listening":[{"transport":"tcp","address":"127.0.0.1:5000"},\#
    {"transport":"udp","address":"[::1]:5000"}]}

    """#

  static func hello(_ framing: Framing = .line) -> String { hello.replacing("FRAMING", with: framing.description) }

  private func decode(_ lines: String) throws -> [MonitorEvent] {
    var decoder = MonitorDecoder()
    var events: [MonitorEvent] = []
    try decoder.decode(Array(lines.utf8)) { events.append($0) }
    return events
  }

  private func problem(_ lines: String) -> String? {
    do throws(MonitorProblem) {
      var decoder = MonitorDecoder()
      try decoder.decode(Array(lines.utf8)) { _ in }
      return nil
    } catch {
      return error.reason
    }
  }

  @Test("The greeting tells who the server is")
  func greeting() throws {
    guard case .greeting(let greeting) = try decode(Self.hello(.fixed(16))).first else {
      Issue.record("no greeting")
      return
    }
    #expect(greeting.name == "5000" && greeting.process == 123)
    #expect(greeting.framing == .fixed(16) && greeting.stopPolicy == .local)
    #expect(greeting.endpoints == [.tcp(host: "127.0.0.1", port: 5000), .udp(host: "::1", port: 5000)])
    #expect(
      greeting.listLine == "5000\tpid 123\ttcp+udp 127.0.0.1:5000 [::1]:5000\tsince 2026-11-22T15:47:00.000000Z"
    )
  }

  @Test(
    "A greeting of another protocol, or one that lacks something, is none",
    arguments: [
      (#""protocol":1"#, #""protocol":2"#), (#""protocol":1"#, #""protocol":"1""#), (#""name":"5000","#, ""),
      (#""pid":123"#, #""pid":-1"#), (#""framing":"line""#, #""framing":"lines""#), (#""listening":["#, #""heard":["#),
      (#""stop_on_dot":"local""#, #""stop_on_dot":7"#), ("2026-11-22T15:47:00.000000Z", "2026-02-30T15:47:00.000000Z"),
      ("127.0.0.1:5000", "127.0.0.1:99999"), (#""transport":"udp""#, #""transport":"sctp""#),
    ]
  )
  func badGreeting(_ part: (String, String)) {
    #expect(problem(Self.hello()) == nil)
    #expect(problem(Self.hello().replacing(part.0, with: part.1)) != nil)
  }

  @Test(
    "Whatever happened, its lines tell it again: every event that JSON can tell",
    arguments: framings,
    [false, true]
  )
  func roundTrip(_ framing: Framing, isDetailed: Bool) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      var random = RandomEvents(framing: framing, seed: seed)
      var transcript = ServerTranscript(format: .json, framing: framing, isDetailed: isDetailed)
      var plain = PlainOutput()
      var told: [String] = []
      for _ in 0..<100 {
        let event = random.next()
        transcript.append(event, to: &plain)
        told += Self.texts(of: event, isDetailed: isDetailed)
      }
      let events = try decode(Self.hello(framing) + String(decoding: plain.output, as: UTF8.self)).dropFirst()
      let heard = events.flatMap { event in
        guard case .server(let event) = event else { return ["\(event)"] }
        return Self.texts(of: event, isDetailed: isDetailed)
      }
      #expect(heard.count == told.count)
      let difference = zip(heard, told).first { $0 != $1 }
      #expect(difference == nil, "\(difference?.0 ?? "")\n\(difference?.1 ?? "")")
    }
  }

  /// All that an event says, each message apart: how they are gathered in batches is nobody's business.
  ///
  /// Only a control socket's lines have it all; plain JSON has neither receipts nor, but for its beginning and its end, the
  /// connection.
  private static func texts(of event: ServerEvent, isDetailed: Bool) -> [String] {
    var text = ""
    // What describes itself leaves something out.
    dump(event, to: &text)
    var texts = [text]
    if case .messages(let batch) = event {
      texts = batch.records.map { record in
        var record = record
        if !isDetailed {
          record.flags.remove(.answered)
          record.replyTime = .none
        }
        let (payload, peer) = (batch.payload(of: record), batch.peer(of: record))
        record.offset = 0
        record.peer = 0
        return "\(record) \(Array(payload)) \(peer) \(peer.connection)"
      }
    }
    if isDetailed { return texts }
    return texts.map { text in
      text.replacing(#/number: \d+/#, with: "").replacing("endsProgram: true", with: "endsProgram: false")
    }
  }

  @Test("What a line says of a receipt and of a connection is kept")
  func additions() throws {
    let line = #"""
      {"event":"message","seq":7,"time":"2026-11-22T16:30:01.123456Z","transport":"tcp","peer":"127.0.0.1:53124",\#
      "connection":9,"bytes":6,"answered":1500,"text":"hello"}

      """#
    guard case .server(.messages(let batch)) = try decode(line).first else {
      Issue.record("no message")
      return
    }
    #expect(batch.peers.map(\.connection) == [ConnectionID(9)])
    #expect(batch.records[0].flags == .answered && batch.records[0].replyTime.nanoseconds == 1500)
    guard case .server(.messages(let queued)) = try decode(line.replacing("1500", with: "0")).first else {
      Issue.record("no message")
      return
    }
    #expect(queued.records[0].flags == .answered && queued.records[0].replyTime == .none)
  }

  @Test("An address that is taken is taken again from its line made anew, where its letters are written as escapes")
  func escapedAddress() throws {
    let path = "/" + String(repeating: "\u{202e}", count: 150)
    let line = "{\"event\":\"listening\",\"transport\":\"unix\",\"address\":\"\(path)\"}\n"
    var decoder = MonitorDecoder(copiesLines: true)
    try decoder.decode(Array(line.utf8)) { _ in }
    let copy = decoder.takeCopy()
    #expect(copy.count > line.utf8.count)
    try decoder.decode(copy) { _ in }
    #expect(decoder.takeCopy() == copy)
  }

  @Test("What was lost is a drop of the server's, totals leave out what its own view was not shown")
  func lostAndAttached() throws {
    let time = "2026-11-22T16:30:01.000000Z"
    let events = try decode(
      """
      {"event":"lost","time":"\(time)","count":5}
      {"event":"attached","first":12,"time":"\(time)","totals":{"messages":11,"bytes":66,"bytes_sent":33,"connections":1,\
      "dropped":5,"dropped_by_kernel":2,"dropped_by_server":3,"refused":0,"stops_refused":0,"truncated":0,"partial":0,\
      "idle":0,"stalled":0},"peers":4}
      {"event":"lost","time":"\(time)","count":2,"bytes":20,"notices":1}

      """
    )
    guard events.count == 3, case .server(.dropped(let gone, _)) = events[0],
      case .attached(let totals, peers: 4, nil, _) = events[1],
      case .server(.dropped(let lost, _)) = events[2]
    else {
      Issue.record("\(events)")
      return
    }
    #expect(gone == Drop(by: .server, count: 5))
    #expect(totals.traffic.messages == 11 && totals.droppedByKernel == 2 && totals.droppedByServer == 3)
    #expect(lost == Drop(by: .server, count: 2, bytes: 20, notices: 1))
  }

  @Test("Answers to commands; events and members that are unknown are passed over")
  func others() throws {
    let events = try decode(
      """
      {"event":"done","command":"stop"}
      {"event":"error","reason":"no \\u001b[2Jsuch connection\(String(repeating: "!", count: 10_000))"}
      {"event":"weather","rain":[1,2,{}]}

      {"more":null,"event":"stopping","time":"2026-11-22T16:30:01.000000Z","why":{"a":[]}}

      """
    )
    guard events.count == 3, case .done = events[0], case .refused(let reason) = events[1],
      case .server(.stopping(.asked, _)) = events[2]
    else {
      Issue.record("\(events)")
      return
    }
    #expect(reason.hasPrefix("no \\e[2Jsuch connection!") && reason.count < 400)
  }

  private static let message = #"""
    {"event":"message","seq":1,"time":"2026-11-22T16:30:01.123456Z","transport":"tcp","peer":"127.0.0.1:53124","bytes":6,"text":"hello"}

    """#

  @Test(
    "Numbers, times, addresses and payloads that are none are refused",
    arguments: [
      (#""seq":1"#, #""seq":-1"#), (#""seq":1"#, #""seq":1.0"#), (#""seq":1"#, #""seq":1e3"#),
      (#""seq":1"#, #""seq":"1""#), (#""seq":1,"#, ""), (#""bytes":6"#, #""bytes":9007199254740993"#),
      (#""bytes":6"#, #""bytes":99999999999999999999"#), ("2026-11-22", "2026-13-22"), ("2026-11-22", "2026-11-31"),
      ("16:30:01", "24:30:01"), ("16:30:01", "16:30:60"), ("2026", "1969"), ("2026", "9999"), ("Z\"", "+00:00\""),
      (".123456", ".12345"), ("127.0.0.1", "127.0.0.256"), ("127.0.0.1", "localhost"), (":53124", ":0053124"),
      (":53124", ":65536"), (":53124", ""), ("127.0.0.1:53124", "pid 7"), ("127.0.0.1:53124", "[::0001]:5"),
      (#""tcp""#, #""unix""#), (#""tcp""#, #""TCP""#), (#""text":"hello""#, #""text":7"#),
      (#""text":"hello""#, #""base64":"aGVsbG8""#), (#","text":"hello""#, ""), (#"{"event""#, #"{"evnt""#),
      (#""peer""#, #""connection":4294967296,"peer""#), ("}\n", "\n"), ("}\n", "}}\n"),
    ]
  )
  func badMessage(_ part: (String, String)) {
    #expect(problem(Self.message) == nil)
    let line = Self.message.replacing(part.0, with: part.1)
    #expect(line != Self.message)
    #expect(problem(line) != nil)
  }

  @Test("Whatever the words of a hostile server, what is made of them is visible")
  func hostileWords() throws {
    for text in HostileCorpus.texts {
      var word: [UInt8] = []
      Array(text.utf8).withUnsafeBytes { _ = JSONLine.append(string: $0, to: &word) }
      let quoted = String(decoding: word, as: UTF8.self)
      let name = try decode(Self.hello().replacing("\"5000\"", with: quoted))
      guard case .greeting(let greeting) = name.first else {
        Issue.record("no greeting")
        continue
      }
      #expect(VisibleText.complaint(about: greeting.name) == nil)
      let time = "2026-11-22T16:30:01.000000Z"
      let lines = [
        #"{"event":"error","reason":\#(quoted)}"#,
        #"{"event":"recording","time":"\#(time)","error":\#(quoted),"recorded":1}"#,
        #"{"event":"failure","time":"\#(time)","call":\#(quoted),"error":"x"}"#,
        #"{"event":"failure","time":"\#(time)","call":"recv","error":\#(quoted)}"#,
        #"{"event":"listening","transport":"unix","address":\#(quoted)}"#, #"{"event":\#(quoted)}"#,
      ]
      for line in lines {
        var transcript = ServerTranscript(format: .text, framing: .line)
        var plain = PlainOutput()
        do throws(MonitorProblem) {
          var decoder = MonitorDecoder()
          try decoder.decode(Array("\(line)\n".utf8)) { event in
            if case .server(let event) = event { transcript.append(event, to: &plain) }
            if case .refused(let reason) = event { plain.notice(reason) }
          }
        } catch {
          plain.notice(error.reason)
        }
        let shown = String(decoding: plain.output + plain.notices + plain.lateNotices, as: UTF8.self)
        for line in shown.split(separator: "\n") { #expect(VisibleText.complaint(about: String(line)) == nil) }
      }
    }
  }

  @Test("Lines made anew are the lines that came, where those are a server's")
  func copies() throws {
    var random = RandomEvents(framing: .line, seed: 5)
    var transcript = ServerTranscript(format: .json, framing: .line)
    var plain = PlainOutput()
    for _ in 0..<500 { transcript.append(random.next(), to: &plain) }
    var decoder = MonitorDecoder(copiesLines: true)
    let lines = Array(Self.hello().utf8) + plain.output
    try decoder.decode(lines) { _ in }
    #expect(decoder.takeCopy() == lines)
    #expect(decoder.takeCopy() == [])
  }
}
