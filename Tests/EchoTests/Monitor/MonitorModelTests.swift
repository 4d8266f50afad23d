import Screen
import TestKit
import Testing
import Wire

@testable import Echo

/// The monitor's screen as a function of what a server tells and of the keys.
@Suite struct MonitorModelTests {
  private func lines(_ effects: [Effect<MonitorCommand>]) -> [String] {
    effects.map { effect in
      guard case .request(.send(let line)) = effect else { return "\(effect)" }
      return String(decoding: line, as: UTF8.self)
    }
  }

  @Test("The title names the server, counts its time since its own start, and begins with its totals")
  func title() throws {
    var script = try MonitorScript(size: Size(columns: 108, rows: 24))
    script.attach(messages: 1280, dropped: 3)
    script.receive("hello")
    #expect(
      script.rows[0].hasPrefix(
        " echo_monitor 5000  LISTEN  tcp+udp 127.0.0.1:5000 +1  up 00:00:58  peers 1  1,281 msg  7.5K"
      ),
      "\(script.rows[0])"
    )
    #expect(script.contains("drop 3"))
    #expect(script.contains("1281  15:47:58.004 127.0.0.1:50171       tcp       6B OK 0.12 hello"))
    #expect(script.model.showsSeconds)
  }

  @Test("Whoever attaches late sees in the title that the server records, or does no more, and what becomes of it")
  func recording() throws {
    var script = try MonitorScript()
    script.attach(messages: 7)
    #expect(!script.rows[0].contains("REC"))
    script = try MonitorScript()
    script.attach(messages: 7, recording: #"{"file":"messages.db","more":[]}"#)
    script.receive("hello")
    #expect(script.rows[0].contains("  REC  "))
    script.tell(
      #"{"event":"recording","time":"2026-11-22T15:48:00.000000Z","error":"disk full","recorded":8,"ends_server":true}"#
    )
    #expect(script.rows[0].contains("REC FAILED"))
    script = try MonitorScript()
    script.attach(messages: 7, recording: #"{"error":"disk \u001b[2Jfull","recorded":5}"#)
    #expect(script.rows[0].contains("REC FAILED") && script.contains("disk \\e[2Jfull"), "\(script.rows)")
  }

  @Test("Whoever attaches late counts those who are connected, also before anything comes of them")
  func unheard() throws {
    var script = try MonitorScript(size: Size(columns: 140, rows: 30))
    script.attach(messages: 7, peers: 3)
    #expect(script.rows[0].contains("peers 3") && script.contains("peers 3, 3 unheard"), "\(script)")
    script.receive("hello", from: 1)
    script.receive("again", from: 1)
    #expect(script.rows[0].contains("peers 3") && script.contains("peers 3, 2 unheard"), "\(script)")
    script.connect(9)
    #expect(script.rows[0].contains("peers 4"), "\(script)")
    script.disconnect(2)
    #expect(script.rows[0].contains("peers 3") && script.contains("peers 3, 1 unheard"), "\(script)")
    script.disconnect(3)
    script.disconnect(1)
    script.disconnect(9)
    #expect(script.rows[0].contains("peers 0") && !script.contains("unheard"), "\(script)")
  }

  @Test("What came before is counted in its own second, and long ago in none")
  func history() throws {
    var script = try MonitorScript()
    script.attach()
    for _ in 0..<50 { script.receive("old", secondsAgo: 3000) }
    for _ in 0..<7 { script.receive("young", secondsAgo: 10) }
    script.receive("now")
    script.pass(milliseconds: 1000)
    #expect(script.contains("1 msg/s  4B/s  peak 7/s"), "\(script.rows[1])")
    #expect(script.contains("58 msg"))
  }

  @Test("What was lost is a row, and counted as received and not shown, also when the server's own totals come")
  func lost() throws {
    var script = try MonitorScript()
    script.lose(5)
    script.attach(messages: 11)
    script.receive("one")
    script.lose(1200, bytes: 12_000)
    #expect(script.contains("!! 1,200 messages received but not shown: the output is too slow"))
    #expect(
      script.rows[0].contains("1,212 msg  11.8K") || script.rows[0].contains("1,212 msg  12K"),
      "\(script.rows[0])"
    )
    #expect(script.contains("not shown 1,205"))
    script.stop(messages: 1212)
    #expect(script.contains("not shown 1,205") && script.rows[0].contains("1,212 msg"))
  }

  @Test("q and ^C go and leave the server alone, whoever is connected; so does a signal")
  func quit() throws {
    var script = try MonitorScript()
    script.attach()
    script.connect(1)
    #expect(script.press(.character("q")) == [.quit])
    #expect(script.press(.control("c")) == [.quit])
    #expect(script.command("quit") == [.quit])
    #expect(script.give(.terminate) == [.quit])
    script.press(.character("s"))
    #expect(script.press(.character("q")) == [])
    #expect(script.press(.character("q")) == [.quit])
  }

  @Test("Without --control the server can't be stopped nor a peer disconnected, and the screen says how")
  func viewOnly() throws {
    var script = try MonitorScript()
    script.attach()
    script.connect(1)
    script.receive("hello")
    #expect(script.press(.character("D")) == [])
    #expect(script.contains("view only: start with --control"))
    script.press(Key(.escape))
    #expect(!script.contains("view only"))
    #expect(script.command("stop") == [])
    #expect(script.contains("view only: start with --control"))
    #expect(script.press(.character("y")) == [])
  }

  @Test("With --control a question goes before a stop and before a disconnect, and the answer's error is shown")
  func control() throws {
    var script = try MonitorScript(isControlled: true)
    script.attach()
    script.connect(1)
    script.receive("hello")
    script.press(.character("D"))
    #expect(script.contains("Disconnect tcp 127.0.0.1:50171? y/n"))
    #expect(lines(script.press(.character("n"))) == [])
    script.press(.character("D"))
    #expect(lines(script.press(.character("y"))) == ["{\"command\":\"disconnect\",\"connection\":1}\n"])
    script.tell(#"{"event":"error","reason":"no such connection"}"#)
    #expect(script.contains("no such connection"))
    script.press(Key(.escape))
    script.command("stop")
    #expect(script.contains("Stop the server 5000? y/n"))
    #expect(lines(script.press(.character("y"))) == ["{\"command\":\"stop\"}\n"])
    script.tell(#"{"event":"done","command":"stop"}"#)
    #expect(script.press(.character("q")) == [.quit])
  }

  @Test("When the server has ended the screen says so and stays; the history can be read")
  func ended() throws {
    var script = try MonitorScript(isControlled: true)
    script.attach()
    for number in 1...40 { script.receive("message \(number).") }
    script.tell(#"{"event":"error","reason":"no such connection"}"#)
    let effects = script.stop(messages: 40)
    #expect(effects == [.request(.close)])
    #expect(script.give(.news(.ended(.finished))) == [])
    #expect(script.model.end == .stopped)
    #expect(script.rows[0].contains("ENDED") && script.contains("the server has ended, q quits"))
    #expect(!script.model.showsSeconds)
    script.pass(milliseconds: 60_000)
    #expect(script.rows[0].contains("up 00:00:58"))
    script.press(.character("g"))
    #expect(script.contains("message 1."))
    script.command("stop")
    #expect(script.contains("the server has ended") && !script.contains("y/n"))
    #expect(script.press(.character("q")) == [.quit])
  }

  @Test(
    "When the connection is lost the screen stays and says why",
    arguments: [
      (MonitorNews.ended(.finished), "closed by the server"),
      (.ended(.failed(SystemError("recv", code: 104))), "connection reset by peer"),
      (.lines(Array("nonsense\n".utf8)), "what it says can't be understood: its line 3 is no JSON, from byte 1 on"),
      (
        .lines(Array("{\"event\":\"connected\"}\n".utf8)),
        "what it says can't be understood: its \"transport\" is no text"
      ),
    ] as [(MonitorNews, String)]
  )
  func lostConnection(_ news: (MonitorNews, String)) throws {
    var script = try MonitorScript(size: Size(columns: 140, rows: 24))
    script.attach()
    #expect(script.give(.news(news.0)) == [.request(.close)])
    #expect(script.model.end == .lost(news.1))
    #expect(script.rows[0].contains("LOST"))
    #expect(script.contains("the connection is lost: \(news.1), q quits"), "\(script.rows)")
    #expect(script.contains("no message came") && !script.contains("waiting"), "\(script.rows)")
    // What comes after that is not believed.
    script.receive("more")
    #expect(!script.contains("more"))
    #expect(script.press(.character("q")) == [.quit])
  }

  @Test("Lines that were too long are counted as not shown")
  func skipped() throws {
    var script = try MonitorScript()
    script.attach()
    script.give(.news(.skipped(2, at: script.time)))
    #expect(script.contains("2 messages received but not shown") && script.contains("not shown 2"))
  }

  @Test("The help is the monitor's own")
  func help() throws {
    var script = try MonitorScript(size: Size(columns: 160, rows: 100))
    script.press(.character("?"))
    #expect(script.contains("─ echo_monitor ─") && script.contains("quit; the server goes on"))
    #expect(!script.contains("stop the server and quit"))
  }

  @Test("A file that is being written is asked for before the end")
  func saving() throws {
    var script = try MonitorScript()
    script.attach()
    script.receive("hello")
    script.command("save all /tmp/x")
    #expect(script.press(.character("q")) == [])
    #expect(script.contains("/tmp/x is not written yet. Quit? y/n"))
    #expect(script.press(.character("y")) == [.quit])
  }

  @Test("Numbers as large as they come, again and again, end in nothing worse than wrong sums")
  func overflow() throws {
    var script = try MonitorScript(size: Size(columns: 160, rows: 50))
    script.attach(messages: 1 << 50, dropped: 1 << 50)
    let most = UInt64(1) << 53
    let time = "2261-12-31T23:59:59.999999Z"
    let peer = #""transport":"tcp","peer":"127.0.0.1:1","connection":4294967295"#
    let lines = [
      #"{"event":"lost","time":"\#(time)","count":\#(most),"bytes":\#(most),"notices":\#(most)}"#,
      #"{"event":"dropped","time":"\#(time)","count":\#(most),"by":"kernel"}"#,
      #"{"event":"refused","time":"\#(time)","what":"connections","count":\#(most),"limit":\#(most)}"#,
      #"{"event":"message","seq":\#(most),"time":"\#(time)",\#(peer),"bytes":\#(most),"answered":\#(most),"text":"","truncated":true}"#,
      #"{"event":"message","seq":0,"time":"1970-01-01T00:00:00.000000Z",\#(peer),"bytes":0,"text":"","partial":true}"#,
      #"{"event":"disconnected","time":"\#(time)",\#(peer),"reason":"idle","messages":\#(most),"bytes":\#(most),"bytes_sent":0}"#,
    ]
    let all = Array(lines.joined(separator: "\n").utf8) + [0x0A]
    for _ in 0..<3000 { script.give(.news(.lines(all))) }
    #expect(script.model.end == nil)
    script.press(.character("p"), .character("o"), .character("o"))
    #expect(script.model.view().size.rows == 50)
    script.press(Key(.escape), Key(.enter))
    #expect(script.model.view().size.rows == 50)
    script.stop(messages: 1 << 50)
    #expect(script.model.end == .stopped)
  }

  @Test("Whatever bytes a server sends, there is a picture, and it is visible text")
  func noise() throws {
    var random = TestRandom(seed: 77)
    for _ in 0..<200 {
      var script = try MonitorScript(size: Size(columns: 120, rows: 30))
      script.attach()
      script.receive("hello")
      var events = RandomEvents(framing: .line, seed: random.next())
      var transcript = ServerTranscript(format: .json, framing: .line)
      var plain = PlainOutput()
      for _ in 0..<20 { transcript.append(events.next(), to: &plain) }
      for _ in 0..<3 {
        let place = Int.random(in: plain.output.indices, using: &random)
        plain.output[place] = UInt8.random(in: .min ... .max, using: &random)
      }
      script.give(.news(.lines(plain.output)))
      for row in script.rows { #expect(VisibleText.complaint(about: row) == nil) }
    }
  }
}

/// The monitor's pictures, kept.
@Suite struct GoldenMonitorTests {
  static let sizes = [(140, 40), (80, 24), (40, 10), (20, 4)].map { Size(columns: $0, rows: $1) }

  @Test("With a history, a loss and what came since", arguments: sizes)
  func session(_ size: Size) throws {
    try Golden.check(MonitorScript.session(size: size).model.view(), "monitor-session-\(size.columns)x\(size.rows)")
  }

  @Test("When the server has ended", arguments: sizes)
  func ended(_ size: Size) throws {
    var script = try MonitorScript.session(size: size)
    script.stop(messages: 2484)
    try Golden.check(script.model.view(), "monitor-ended-\(size.columns)x\(size.rows)")
  }
}
