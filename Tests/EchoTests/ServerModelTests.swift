import Screen
import Testing
import Wire

@testable import Echo

/// The server's screen as a function of what happens.
@Suite struct ServerModelTests {
  @Test("Before it listens it shows no seconds; then the title counts time, peers, messages and bytes")
  func title() {
    var script = ServerScript()
    #expect(!script.model.showsSeconds)
    #expect(script.rows[0].hasPrefix(" START"))
    script.listen()
    #expect(script.model.showsSeconds)
    script.connect(1)
    script.receive("hello")
    script.receive("udp", from: ServerScript.peer(2, .udp))
    script.pass(milliseconds: 61_000)
    #expect(
      script.rows[0].hasPrefix(" LISTEN  tcp+udp 127.0.0.1:9000  up 00:01:01  peers 2  2 msg  9B"),
      "\(script.rows[0])"
    )
    script.give(.resize(Size(columns: 40, rows: 10)))
    #expect(!script.model.showsSeconds)
  }

  @Test("A row has the number, time, peer, transport, bytes on the wire, receipt and text of its message")
  func row() {
    var script = ServerScript()
    script.listen()
    script.receive("hello")
    #expect(
      script.rows[3] == ">    1  15:47:58.004 127.0.0.1:50171       tcp       6B OK      hello",
      "\(script.rows[3])"
    )
  }

  @Test(
    "What became of a message is in its reply column",
    arguments: [
      (MessageRecord.Flags.answered, " OK "), ([], " - "), ([.answered, .stop], " stop "),
      ([.answered, .stopRefused], " stop! "), ([.answered, .truncated], " trunc "), ([.answered, .partial], " part "),
    ] as [(MessageRecord.Flags, String)]
  )
  func reply(flags: MessageRecord.Flags, word: String) {
    var script = ServerScript()
    script.listen()
    script.receive(Array("text".utf8), flags: flags)
    #expect(script.rows[3].contains(word))
  }

  @Test("Messages of a fixed framing and padded datagrams are shown without their padding")
  func padding() {
    var script = ServerScript(framing: .fixed(8))
    script.receive(Array("a\0garbage".utf8))
    #expect(script.rows[3].hasSuffix(" a"))
    var datagrams = ServerScript()
    datagrams.receive("text\0\0\0", from: ServerScript.peer(1, .udp))
    #expect(datagrams.rows[3].hasSuffix(" text"))
  }

  @Test("Connections, losses, refusals and failures are rows and counts of their own")
  func notices() {
    var script = ServerScript(size: Size(columns: 160, rows: 30))
    script.listen()
    script.connect(1)
    var traffic = Traffic()
    traffic.messages = 3
    traffic.bytesReceived = 1284
    script.give(.news(.disconnected(ServerScript.peer(1), .finished, traffic, at: script.time)))
    script.give(.news(.dropped(Drop(by: .kernel, count: 5), at: script.time)))
    script.give(.news(.dropped(Drop(by: .server, count: 7, bytes: 70), at: script.time)))
    script.give(.news(.refused(.connections(count: 2, limit: 10), at: script.time)))
    script.give(.news(.failure(SystemError("accept4", code: 24), peer: nil, at: script.time)))
    for text in [
      "-- connected", "-- closed by peer; 3 messages, 1284B", "!! 5 datagrams dropped by the kernel",
      "!! 7 messages received but not shown", "!! 2 connections refused: the limit is 10",
      "!! accept4 failed: too many open files",
      "drop 5  not shown 7  refused 2",
    ] { #expect(script.contains(text), "\(text)") }
    script.give(.news(.refused(.stops(count: 3, lastPeer: ServerScript.peer(1)), at: script.time)))
    script.give(.news(.disconnected(ServerScript.peer(1), .idle, traffic, at: script.time)))
    script.give(.news(.disconnected(ServerScript.peer(1), .stalled, traffic, at: script.time)))
    script.give(.news(.messages(ServerScript.batch([[0x61], [0x62]], nil, .truncated))))
    script.give(.news(.messages(ServerScript.batch([[0x61]], nil, [.truncated, .partial]))))
    let counts = "drop 5  not shown 7  refused 2  stops refused 3  truncated 3  idle 1  stalled 1  partial 1"
    #expect(script.rows[1].contains(counts), "\(script.rows[1])")
    // Messages that were not shown were received all the same.
    #expect(script.rows[0].contains("10 msg  76B"))
  }

  @Test("Following, the newest is always in sight; held, nothing moves and the count says what came")
  func follow() {
    var script = ServerScript()
    script.listen()
    for number in 1...50 { script.receive("message \(number).") }
    #expect(script.contains("message 50.") && script.contains("FOLLOW +0 new"))
    script.press(.character("k"))
    let held = script.rows[3..<22]
    for number in 51...53 { script.receive("message \(number).") }
    #expect(script.contains("HOLD +3 new"))
    #expect(script.rows[3..<22] == held)
    script.press(.character("g"))
    #expect(script.contains("message 1."))
    script.press(.character("G"))
    #expect(script.contains("message 53.") && script.contains("FOLLOW +0 new"))
    script.press(.character("F"))
    script.receive("message 54.")
    #expect(!script.contains("message 54.") && script.contains("HOLD +1 new"))
    script.press(.character("F"))
    #expect(script.contains("message 54."))
  }

  @Test("Held, the columns stay as they are when the total has a digit more")
  func heldColumns() {
    var script = ServerScript()
    script.listen()
    for number in 1...30 { script.receive("message \(number).") }
    script.press(.character("k"))
    let held = script.rows[2..<21]
    script.give(.news(.dropped(Drop(by: .server, count: 2_000_000, bytes: 9), at: script.time)))
    #expect(script.rows[2..<21] == held, "\(script)")
    script.press(.character("G"))
    #expect(script.rows[2] != held[2])
  }

  @Test("Held, the view stays by its messages even when older ones go from memory")
  func trimmed() {
    var script = ServerScript(historyCount: 100)
    script.listen()
    for number in 1...90 { script.receive("message \(number).") }
    script.press(.character("k"))
    let held = script.rows[3..<21]
    for number in 91...120 { script.receive("message \(number).") }
    #expect(script.rows[3..<21] == held)
    #expect(script.contains("kept since 15:47:58"))
    for number in 121...400 { script.receive("message \(number).") }
    #expect(script.rows[3..<21] == held)
    #expect(script.contains("HOLD +310 new"), "\(script)")
    // What came into sight after the key is there as well, up to the last that history and sight had together.
    #expect(script.model.browser.log.endID > 170)
    #expect(script.model.browser.newest.count <= 100)
    // A window too small for a row of the list is no end of it.
    script.give(.resize(Size(columns: 80, rows: 2)))
    for number in 401...404 { script.receive("message \(number).") }
    script.give(.resize(Size(columns: 80, rows: 24)))
    #expect(script.rows[3].hasSuffix("message 89."), "\(script)")
    script.press(.character("g"))
    let top = script.rows[3]
    for number in 405...700 { script.receive("message \(number).") }
    #expect(script.rows[3] == top)
    script.press(.character("G"))
    #expect(script.contains("FOLLOW +0 new") && script.contains("message 700.") && !script.contains("message 681."))
  }

  @Test("Paused, the list stands still while the counts go on; the pause's end shows what came")
  func pause() {
    var script = ServerScript()
    script.listen()
    script.receive("before")
    script.press(.character("="))
    script.receive("meanwhile")
    #expect(script.contains("PAUSED +1 new") && !script.contains("meanwhile") && script.rows[0].contains("2 msg"))
    script.press(.character("="))
    #expect(script.contains("meanwhile") && script.contains("FOLLOW"))
    script.press(.character("="))
    script.receive("again")
    script.press(.character("G"))
    #expect(script.contains("again") && script.contains("FOLLOW"))
  }

  @Test("A pause of any length keeps the list in order, whatever was forgotten meanwhile")
  func longPause() {
    var script = ServerScript(historyCount: 50)
    script.listen()
    for number in 1...40 { script.receive("message \(number).") }
    script.press(.character("="))
    for number in 41...500 { script.receive("message \(number).") }
    _ = script.rows
    script.press(.character("="))
    #expect(script.rows[21].hasSuffix("message 500."))
  }

  @Test("A pause in a held list counts what came since the end was left; the oldest row it shows is one there is")
  func heldPause() {
    var script = ServerScript(historyCount: 100)
    script.listen()
    for number in 1...60 { script.receive("message \(number).") }
    script.press(.character("k"))
    script.receive("message 61.")
    script.press(.character("="))
    for number in 62...120 { script.receive("message \(number).") }
    #expect(script.contains("PAUSED +60 new"))
    script.press(.character("g"))
    #expect(script.rows[3].hasSuffix("message \(script.model.browser.log.firstID + 1)."))
  }

  @Test("Lost news is told as what it was")
  func lostNews() {
    var script = ServerScript(size: Size(columns: 109, rows: 24))
    script.listen()
    script.give(.news(.dropped(Drop(by: .server, notices: 1), at: script.time)))
    script.give(.news(.dropped(Drop(by: .server, count: 1, bytes: 5, notices: 2), at: script.time)))
    #expect(script.contains("!! 1 event not shown: the output is too slow"))
    #expect(script.contains("!! 1 message received but not shown, 2 events: the output is too slow"))
    #expect(script.rows[1].contains("not shown 1  events not shown 3"))
    script.give(.news(.stopped(ServerTotals(), at: script.time)))
    #expect(script.model.summary == "0 messages, 0 bytes received; 0 connections; 3 events not shown")
  }

  @Test("A screen without the row of rates has the losses in its status, and nothing there where nothing is lost")
  func lossesOnSmallScreens() {
    for size in [Size(columns: 80, rows: 12), Size(columns: 40, rows: 24)] {
      var script = ServerScript(size: size)
      script.listen()
      script.receive("a")
      #expect(!script.contains("drop"))
      script.give(.news(.dropped(Drop(by: .kernel, count: 5), at: script.time)))
      script.give(.news(.messages(ServerScript.batch([[0x61], [0x62]], nil, .truncated))))
      #expect(script.contains("drop 5  truncated 2"))
    }
  }

  @Test("Previews scroll sideways by eight columns, stay so when more comes, and go back to the start")
  func sideways() {
    var script = ServerScript(size: Size(columns: 100, rows: 24))
    script.listen()
    script.receive("0123456789abcdef")
    script.press(Key(.right))
    #expect(script.rows[3].hasSuffix(" 89abcdef") && script.rows[2].contains("preview, from column 9"))
    script.receive("01234567 more")
    #expect(script.rows[3].hasSuffix(" 89abcdef") && script.rows[4].hasSuffix("  more"))
    script.press(Key(.left), Key(.left))
    #expect(script.rows[3].hasSuffix(" 0123456789abcdef"))
  }

  @Test("The wheel scrolls three rows")
  func wheel() {
    var script = ServerScript()
    script.listen()
    for number in 1...50 { script.receive("message \(number).") }
    let point = Point(column: 5, row: 5)
    script.give(.input(.mouse(Mouse(.wheelUp, at: point))))
    #expect(script.contains("HOLD") && script.rows[21].hasSuffix("message 47."))
    script.give(.input(.mouse(Mouse(.wheelDown, at: point))))
    #expect(script.contains("FOLLOW"))
  }

  @Test("q stops at once without peers, asks with some; only y goes on")
  func quit() {
    var script = ServerScript()
    script.listen()
    #expect(script.press(.character("q")) == [.request(.stop)])
    script.connect(1)
    #expect(script.press(.character("q")) == [])
    #expect(script.contains("1 peer connected. Stop the server? y/n"))
    #expect(script.press(.character("n")) == [])
    #expect(!script.contains("y/n"))
    script.connect(2)
    #expect(script.press(.character("q")) == [])
    #expect(script.contains("2 peers connected."))
    #expect(script.press(.character("y")) == [.request(.stop)])
  }

  @Test("Control-C and a signal stop at once; the engine's end is the screen's")
  func stop() {
    var script = ServerScript()
    script.listen()
    script.connect(1)
    #expect(script.press(.control("c")) == [.request(.stop)])
    #expect(script.give(.terminate) == [.request(.stop)])
    #expect(script.give(.news(.stopping(.asked, at: script.time))) == [])
    #expect(script.rows[0].hasPrefix(" STOPPING"))
    var totals = ServerTotals()
    totals.traffic.messages = 9
    totals.traffic.bytesReceived = 90
    totals.connections = 1
    #expect(script.give(.news(.stopped(totals, at: script.time))) == [.quit])
    #expect(script.model.summary == "9 messages, 90 bytes received; 1 connection")
  }

  @Test("^Z suspends, ^L redraws; a paste and focus do nothing")
  func effects() {
    var script = ServerScript()
    #expect(script.press(.control("z")) == [.suspend])
    #expect(script.press(.control("l")) == [.redraw])
    #expect(script.give(.input(.paste(Array("q".utf8)))) == [])
    #expect(script.give(.input(.focus(false))) == [])
  }

  @Test("In help keys scroll, and any other key closes it without doing what it else does")
  func help() {
    var script = ServerScript(size: Size(columns: 80, rows: 12))
    script.listen()
    script.press(.character("?"))
    #expect(script.contains("up a page"))
    let first = script.rows
    script.press(.character("j"))
    #expect(script.rows != first)
    #expect(script.press(.character("q")) == [])
    #expect(script.contains("waiting for messages"))
  }

  @Test("Everyone may stop it: the status bar says so")
  func anyone() {
    #expect(ServerScript(stopPolicy: .any).contains("ANYONE MAY STOP"))
    #expect(!ServerScript(stopPolicy: .local).contains("ANYONE"))
  }

  @Test("That it records stands in the title for as long as it does, and in a row with the file and how safely")
  func recording() {
    var script = ServerScript()
    script.listen()
    #expect(!script.rows[0].contains("REC"))
    script.record()
    #expect(script.contains("recording to messages.db (durability group)"))
    script.pass(milliseconds: 3_600_000)
    #expect(script.rows[0].hasPrefix(" LISTEN  REC  "))
    script.give(.news(.recording(file: "messages.db", .rotated(to: "messages.db.1"), at: script.time)))
    #expect(script.contains("it is messages.db.1 now"))
    let failure = RecordingFailure(reason: "database or disk is full", lastSequence: 7, endsProgram: false)
    script.give(.news(.recordingFailed(failure, at: script.time)))
    script.pass(milliseconds: 3_600_000)
    #expect(script.rows[0].hasPrefix(" LISTEN  REC FAILED  "))
  }

  @Test("A recording that failed is told for as long as the server runs, and in a row of the list")
  func recordingFailure() {
    var script = ServerScript()
    script.listen()
    let failure = RecordingFailure(reason: "database or disk is full", lastSequence: 7, endsProgram: false)
    script.give(.news(.recordingFailed(failure, at: script.time)))
    #expect(script.contains("recording failed: database or disk is full"))
    script.pass(milliseconds: 3_600_000)
    #expect(script.model.recordingFailure == failure)
    #expect(script.contains("NOT RECORDED: database or disk is full"))
  }

  @Test("The rate is the last whole second's, and a quiet second is none")
  func rates() {
    var script = ServerScript()
    script.listen()
    for _ in 0..<7 { script.receive("x") }
    script.pass(milliseconds: 1000)
    #expect(script.rows[1].contains("7 msg/s  14B/s  peak 7/s"))
    script.pass(milliseconds: 1000)
    #expect(script.rows[1].contains("0 msg/s  0B/s  peak 7/s"))
  }
}
