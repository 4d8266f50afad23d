import Glibc
import Screen
import TestKit
import Testing

/// `echo_client` with its screen, in a terminal.
@Suite struct ClientScreenTests {
  @Test("The first screen says where it is connected and what to do; a message is typed, sent, answered and counted")
  func send() throws {
    let server = try RunningServer()
    let client = try ScreenClient(server.port)
    #expect(client.screen.text(row: 0).contains("tcp 127.0.0.1:\(server.port)"))
    #expect(client.screen.contains("type a message, Enter sends it"))
    #expect(client.screen.contains("FOLLOW"))
    #expect(client.screen.cursor == Point(column: 2, row: 22))
    client.terminal.type("hello")
    try client.terminal.waitForText("> hello")
    #expect(client.screen.cursor == Point(column: 7, row: 22))
    client.terminal.press(.enter)
    try client.terminal.waitForText(">ok")
    let row = try #require(client.screen.lines.first { $0.contains(">ok") })
    #expect(row.contains(/^ \d\d:\d\d:\d\d\.\d{3} >ok +6B +\d+\.\d+m?s +hello$/), "\(row)")
    #expect(client.screen.text(row: 22) == ">")
    #expect(client.screen.contains("> 1  6B"))
    try client.quit()
    #expect(client.screen.contains("echo_client: 1 messages, 6 bytes sent; 1 receipts; 0 missing"))
    #expect(try server.end(SIGTERM).output.contains("6 bytes from tcp 127.0.0.1:PORT: hello\n"))
  }

  @Test(
    "Each state of a message is shown: waiting, answered, late, without a receipt, and what the server says unasked"
  )
  func states() throws {
    let server = try SocketPeer.server()
    let client = try ScreenClient(server.port, ["--timeout", "0.5"])
    let connection = try server.accept()
    client.send("first")
    #expect(try connection.receive(exactly: 6) == "first\n")
    try client.terminal.waitForText(">wait")
    try connection.send("a fine answer\n")
    try client.terminal.waitForText("a fine answer")
    try client.terminal.waitForText(">ok")
    client.send("second")
    #expect(try connection.receive(exactly: 7) == "second\n")
    try client.terminal.waitForText(">T/O")
    #expect(client.screen.contains("T/O 1"))
    try connection.send("too late\n")
    try client.terminal.waitForText(">late")
    try connection.send("by the way\n")
    try client.terminal.waitForText("by the way")
    #expect(!client.screen.contains(">wait") && !client.screen.contains(">T/O"))
    try client.quit(closing: connection)
  }

  @Test("The line is edited as readline does, and Up brings messages back")
  func editing() throws {
    let server = try RunningServer()
    let client = try ScreenClient(server.port)
    let terminal = client.terminal
    terminal.type("one two thre")
    terminal.press(.backspace)
    terminal.type("ee!")
    terminal.pressControl("a")
    terminal.type("0 ")
    terminal.pressMeta("f")
    terminal.pressMeta("d")
    terminal.pressControl("e")
    terminal.press(.left)
    terminal.pressControl("d")
    terminal.pressControl("w")
    terminal.pressControl("y")
    terminal.type(" 日本e\u{301}")
    try terminal.waitForText("> 0 one three 日本e\u{301}")
    terminal.press(.enter)
    #expect(try server.program.waitForLine(containing: "0 one").hasSuffix(": 0 one three 日本e\u{301}"))
    client.send("other")
    _ = try server.program.waitForLine(containing: "other")
    terminal.press(.up)
    terminal.press(.up)
    try terminal.waitForText("> 0 one three")
    terminal.press(.down)
    try terminal.waitForText("> other")
    terminal.press(.enter)
    #expect(try server.program.waitForLine(containing: "other").hasSuffix(": other"))
    terminal.type("never sent")
    terminal.pressControl("u")
    terminal.type("gone")
    terminal.pressControl("c")
    try terminal.waitForScreen("an empty line") { $0.text(row: 22) == ">" }
    try client.quit()
    #expect(try server.end(SIGTERM).error.contains("3 messages"))
  }

  @Test("A message that begins with a dot says that it ends the session, and does")
  func stopMessage() throws {
    let server = try RunningServer()
    let client = try ScreenClient(server.port)
    client.terminal.type(".")
    try client.terminal.waitForText("a message that begins with . ends the session")
    client.terminal.press(.enter)
    try client.expectEnd()
    #expect(try server.end().code == 0)
  }

  @Test("Control-C clears the line, then asks, then quits")
  func controlC() throws {
    let server = try RunningServer()
    let client = try ScreenClient(server.port)
    client.terminal.type("some")
    client.terminal.pressControl("c")
    try client.terminal.waitForScreen("an empty line") { $0.text(row: 22) == ">" }
    client.terminal.pressControl("c")
    try client.terminal.waitForText("^C again quits at once")
    client.terminal.pressControl("c")
    try client.expectEnd()
  }

  @Test("Scrolled up, the log holds while messages come below a rule, which says how many")
  func scroll() throws {
    let server = try SocketPeer.server()
    let client = try ScreenClient(server.port, ["--no-receipts"])
    let connection = try server.accept()
    try connection.send((1...60).map { "message \($0).\n" }.joined())
    try client.terminal.waitForText("message 60.")
    client.terminal.press(.pageUp)
    try client.terminal.waitForText("HOLD +0 new")
    let rule = try #require(client.screen.lines.firstIndex { $0.contains("─ newest ─") })
    let held = client.screen.lines[1..<rule]
    try connection.send("message 61.\n")
    try client.terminal.waitForText("HOLD +1 new")
    #expect(client.screen.lines[1..<rule] == held && client.screen.lines[rule].contains("newest, 1 new"))
    #expect(client.screen.contains("message 61."))
    client.terminal.type("\u{1B}\u{1B}OF")
    client.terminal.press(.pageDown)
    client.terminal.press(.pageDown)
    try client.terminal.waitForText("FOLLOW")
    #expect(!client.screen.contains("─ newest"))
    try client.quit(closing: connection)
  }

  @Test("A paste of several lines asks first; a paste of one goes into the line")
  func paste() throws {
    let server = try RunningServer()
    let client = try ScreenClient(server.port)
    client.terminal.paste("one line")
    try client.terminal.waitForText("> one line")
    client.terminal.pressControl("u")
    client.terminal.paste("first\nsecond\nthird\n")
    try client.terminal.waitForText("3 messages")
    client.terminal.type("n")
    try client.terminal.waitForText("FOLLOW")
    client.terminal.paste("first\nsecond\nthird\n")
    try client.terminal.waitForText("3 messages")
    client.terminal.type("y")
    try client.terminal.waitForScreen("three receipts") { $0.lines.count { $0.contains(">ok") } == 3 }
    try client.quit()
    let lines = try server.end(SIGTERM).output.split(separator: "\n").dropFirst()
    #expect(lines.map { $0.split(separator: ": ").last } == ["first", "second", "third"])
  }

  @Test("Help shows the keys and goes with any")
  func help() throws {
    let server = try RunningServer()
    let client = try ScreenClient(server.port, rows: 60)
    client.terminal.press(.function1)
    try client.terminal.waitForScreen("the whole help") {
      $0.contains("this help") && $0.contains("kill the word before, after")
    }
    client.terminal.type("x")
    try client.terminal.waitForScreen("no help") { !$0.contains("this help") && $0.isCursorVisible }
    #expect(client.screen.text(row: 58) == ">")
    try client.quit()
  }

  @Test("A server that dies is told of; without reconnection the message that is typed then connects again")
  func peerKilled() throws {
    let server = try SocketPeer.server()
    let client = try ScreenClient(server.port, ["--no-reconnect"])
    do {
      let connection = try server.accept()
      client.send("one")
      #expect(try connection.receive(exactly: 4) == "one\n")
      connection.resetOnClose()
    }
    try client.terminal.waitForText("DOWN")
    #expect(client.screen.contains("!!") && client.screen.contains("peer reset (ECONNRESET)"))
    #expect(client.screen.contains(">?") && client.screen.contains("Enter connects at once"))
    client.send("two")
    let connection = try server.accept()
    #expect(try connection.receive(exactly: 4) == "two\n")
    try connection.send("OK\n")
    try client.terminal.waitForText(">ok")
    client.terminal.pressControl("d")
    // The first message's fate is in doubt.
    #expect(try client.terminal.waitForExit() == 75)
    #expect(client.terminal.leftovers == [])
  }

  @Test("A server that is killed and started again: what is typed meanwhile waits, and goes once, in order, by itself")
  func restarted() throws {
    let first = try RunningServer()
    let client = try ScreenClient(first.port, columns: 100)
    client.send("before")
    try client.terminal.waitForText(">ok")
    _ = try first.end(SIGKILL)
    try client.terminal.waitForText("retry 1 in 1.0s")
    #expect(client.screen.text(row: 0).contains("DOWN  closed by peer"))
    for text in ["one", "two", "three"] { client.send(text) }
    try client.terminal.waitForText("3 messages queued")
    #expect(client.screen.lines.count { $0.contains(">q") } == 3)
    let second = try RunningServer(port: first.port)
    try client.terminal.waitForScreen("four receipts") {
      $0.lines.count { $0.contains(">ok") } == 4 && $0.contains(" UP ")
    }
    client.send("after")
    try client.terminal.waitForScreen("five receipts") { $0.lines.count { $0.contains(">ok") } == 5 }
    try client.quit()
    let lines = try second.end(SIGTERM).output.split(separator: "\n").dropFirst()
    #expect(lines.map { $0.split(separator: ": ").last } == ["one", "two", "three", "after"])
  }

  @Test("What was written to a server that died is in doubt, and is not sent again by itself")
  func inDoubt() throws {
    let server = try SocketPeer.server()
    let client = try ScreenClient(server.port)
    do {
      let connection = try server.accept()
      client.send("doubtful")
      #expect(try connection.receive(exactly: 9) == "doubtful\n")
      connection.resetOnClose()
    }
    try client.terminal.waitForText(">?")
    let connection = try server.accept()
    try client.terminal.waitForText(" UP ")
    client.send("next")
    #expect(try connection.receive(exactly: 5) == "next\n")
    try connection.send("OK\n")
    try client.terminal.waitForText(">ok")
    #expect(client.screen.contains(">?") && client.screen.contains("in doubt 1"))
    client.terminal.pressControl("d")
    #expect(try client.terminal.waitForExit() == 75)
    #expect(client.terminal.leftovers == [])
  }

  @Test("After ^D the connection is half-closed, and what still comes is shown")
  func halfClosed() throws {
    let server = try SocketPeer.server()
    let client = try ScreenClient(server.port, ["--no-receipts", "--timeout", "60"])
    let connection = try server.accept()
    client.send("question")
    client.terminal.pressControl("d")
    #expect(try connection.receiveToEnd() == "question\n")
    try client.terminal.waitForText("HALF-CLOSED by us")
    try connection.send("late answer\n")
    try client.terminal.waitForText("late answer")
    connection.finish()
    try client.expectEnd()
    #expect(client.screen.contains("1 messages, 9 bytes sent; 12 bytes received"))
  }

  @Test("UDP: echoes are matched to what was sent, so that a lost, a late and a repeated one are told apart")
  func datagramEchoes() throws {
    let server = try SocketPeer.datagramServer()
    let client = try ScreenClient(server.port, ["--udp", "--timeout", "2"], columns: 109)
    var source: UInt16 = 0
    for text in ["one", "two", "three"] {
      client.send(text)
      let datagram = try server.receiveDatagram()
      #expect(datagram.bytes == Array(text.utf8))
      source = datagram.source
    }
    for text in ["three", "two", "two"] { try server.send(Array(text.utf8), to: source) }
    try client.terminal.waitForText("disorder 1")
    #expect(client.screen.contains("twice 1"))
    try client.terminal.waitForText("lost 1")
    #expect(client.screen.lines.contains { $0.contains(">T/O") && $0.contains("one") })
    try server.send(Array("one".utf8), to: source)
    try client.terminal.waitForText("late 1")
    client.terminal.pressControl("d")
    try client.expectEnd()
  }

  @Test("Nobody there: told on the screen with the advice, and what is typed goes once somebody is")
  func refused() throws {
    let owner = try SocketPeer.server(listens: false)
    let client = try ScreenClient(owner.port, awaiting: "DOWN")
    #expect(client.screen.contains("connection refused"))
    #expect(client.screen.contains("Enter"))
    client.terminal.pressControl("d")
    try client.expectEnd()
  }

  @Test("What could never be sent, for nobody could be connected to, ends with 69 and says so")
  func neverSent() throws {
    let owner = try SocketPeer.server(listens: false)
    let client = try ScreenClient(owner.port, ["--no-reconnect"], awaiting: "DOWN")
    client.send("unsent")
    try client.terminal.waitForText("1 message queued")
    client.terminal.pressControl("d")
    try client.terminal.waitForText("^D again quits")
    client.terminal.pressControl("d")
    try client.expectEnd(69)
    #expect(client.screen.contains("1 not sent") && client.screen.contains("not every message was sent"))
  }

  @Test("Every size is drawn with the input in it, and the way back too")
  func resize() throws {
    let server = try RunningServer()
    let client = try ScreenClient(server.port)
    let terminal = client.terminal
    client.send("hello")
    try terminal.waitForText(">ok")
    terminal.type("draft")
    for (columns, rows) in [(140, 40), (40, 10), (20, 4), (10, 3), (140, 40), (80, 24)] {
      terminal.resize(columns: columns, rows: rows)
      let inputRow = rows >= 20 ? rows - 2 : rows - 1
      try terminal.waitForScreen("\(columns)x\(rows)") {
        $0.text(row: inputRow) == "> draft" && $0.cursor == Point(column: 7, row: inputRow)
          && (rows < 10 || $0.contains("hello"))
      }
      if columns == 140 { #expect(client.screen.contains("rtt last")) }
    }
    terminal.resize(columns: 1, rows: 1)
    terminal.resize(columns: 80, rows: 24)
    try terminal.waitForScreen("80x24") { $0.text(row: 22) == "> draft" && $0.contains("hello") }
    terminal.pressControl("u")
    try client.quit()
  }

  @Test("Control-Z gives the terminal back; continued, the screen is there again")
  func suspend() throws {
    let server = try SocketPeer.server()
    let client = try ScreenClient(server.port, ["--no-receipts"])
    let connection = try server.accept()
    client.terminal.type("draft")
    try client.terminal.waitForText("> draft")
    client.terminal.pressControl("z")
    try client.terminal.waitForStop()
    try client.terminal.wait(for: "the restored terminal") { client.terminal.leftovers.isEmpty }
    try connection.send("while away\n")
    client.terminal.signal(SIGCONT)
    try client.terminal.waitForScreen("the message") {
      $0.isAlternateScreen && $0.contains("while away") && $0.contains("> draft")
    }
    client.terminal.pressControl("u")
    try client.quit(closing: connection)
  }

  @Test("Signals end it with 0 and leave the totals", arguments: [SIGTERM, SIGINT, SIGQUIT])
  func signals(_ signal: CInt) throws {
    let server = try RunningServer()
    let client = try ScreenClient(server.port)
    client.send("hello")
    try client.terminal.waitForText(">ok")
    client.terminal.signal(signal)
    try client.expectEnd()
    #expect(client.screen.contains("1 messages, 6 bytes sent; 1 receipts; 0 missing"))
  }

  @Test("A terminal that hangs up ends it, and a message without its receipt is no success")
  func hangUp() throws {
    let server = try SocketPeer.server()
    let client = try ScreenClient(server.port, ["--timeout", "86400"])
    let connection = try server.accept()
    client.send("hello")
    #expect(try connection.receive(exactly: 6) == "hello\n")
    client.terminal.hangUp()
    #expect(try client.terminal.waitForExit() == 75)
    #expect(try connection.receiveToEnd() == "")
  }

  @Test("A try that this machine has no descriptors for is one that failed: others follow, and nothing queued is lost")
  func noDescriptors() throws {
    let server = try SocketPeer.server()
    let client = try ScreenClient(server.port)
    do {
      let connection = try server.accept()
      try client.terminal.limitDescriptors(to: 3)
      connection.finish()
    }
    try client.terminal.waitForText("too many open files")
    client.send("kept")
    try client.terminal.limitDescriptors(to: 1024)
    let connection = try server.accept()
    #expect(try connection.receive(exactly: 5) == "kept\n")
    try connection.send("OK\n")
    try client.terminal.waitForText(">ok")
    try client.quit(closing: connection)
  }

  @Test("NO_COLOR: no colour at all")
  func noColor() throws {
    let server = try RunningServer()
    let client = try ScreenClient(server.port, environment: ["NO_COLOR": "1"])
    client.send("hello")
    try client.terminal.waitForText(">ok")
    let picture = client.screen.picture
    #expect(picture.runs.allSatisfy { $0.style.foreground == .default && $0.style.background == .default })
    #expect(picture.runs.contains { $0.style.attributes.contains(.reverse) })
    try client.quit()
  }

  @Test("A terminal without a cursor gets plain mode with its prompt, and is told why")
  func dumb() throws {
    let server = try RunningServer()
    let terminal = try TerminalProgram(
      Client.path,
      ["127.0.0.1", "\(server.port)"],
      environment: ["TERM": "dumb"],
      columns: 120
    )
    try terminal.waitForText("please enter the message to send:")
    #expect(terminal.screen.contains("echo_client: plain mode, because the terminal type \"dumb\" (TERM) can't place"))
    terminal.type(".\r")
    #expect(try terminal.waitForExit() == 0)
    #expect(!terminal.screen.sawAlternateScreen)
    #expect(terminal.leftovers == [])
  }
}
