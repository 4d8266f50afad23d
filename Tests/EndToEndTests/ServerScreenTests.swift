import Glibc
import Screen
import TestKit
import Testing

/// `echo_server` with its screen, in a terminal.
@Suite struct ServerScreenTests {
  @Test("The first screen says where it listens and what to do; messages, peers and totals appear live")
  func live() throws {
    let server = try ScreenServer()
    let screen = server.terminal.screen
    #expect(screen.contains("waiting for messages"))
    #expect(screen.contains("echo_client 127.0.0.1 \(server.port)"))
    #expect(screen.contains("FOLLOW"))
    #expect(screen.isAlternateScreen && !screen.isCursorVisible)
    let peer = try SocketPeer(tcp: server.port)
    try server.terminal.waitForText("connected")
    try peer.send("hello\n")
    #expect(try peer.receive(exactly: 3) == "OK\n")
    try server.terminal.waitForText("hello")
    let row = try #require(screen.lines.first { $0.contains("hello") })
    let pattern = /^> +1  \d\d:\d\d:\d\d\.\d{3} 127\.0\.0\.1:\d+ +tcp +6B OK \d[0-9.s ]+ hello$/
    #expect(row.contains(pattern), "\(row)")
    #expect(screen.text(row: 0).contains("peers 1  1 msg  6B"))
    let datagrams = try SocketPeer(udp: server.port)
    try datagrams.send("by UDP")
    #expect(try datagrams.receive() == Array("OK\0\0".utf8))
    try server.terminal.waitForText("by UDP")
    #expect(screen.text(row: 0).contains("peers 2  2 msg  12B"))
    peer.finish()
    #expect(try peer.receiveToEnd() == "")
    try server.terminal.waitForText("-- closed by peer; 1 message, 6B")
    try server.quit()
  }

  @Test("A hundred thousand messages in a row reach the screen, and none is lost")
  func flood() throws {
    let server = try ScreenServer()
    let port = server.port
    let sender = BackgroundThread {
      guard let peer = try? SocketPeer(tcp: port) else { return }
      var bytes: [UInt8] = []
      for number in 1...100_000 { bytes += Array("line \(number)\n".utf8) }
      let writer = BackgroundThread { [bytes] in try? peer.send(bytes) }
      var count = 0
      while count < 300_000, let piece = try? peer.receive(), !piece.isEmpty { count += piece.count }
      writer.join()
    }
    try server.terminal.waitForScreen("all") { $0.text(row: 0).contains("100,000 msg") }
    sender.join()
    try server.terminal.waitForText("line 100000")
    try server.quit()
  }

  @Test("Scrolled up, the view holds while messages come, says how many, and comes back")
  func scroll() throws {
    let server = try ScreenServer()
    let terminal = server.terminal
    let peer = try SocketPeer(tcp: server.port)
    try peer.send((1...60).map { "message \($0).\n" }.joined())
    try terminal.waitForText("message 60.")
    terminal.press(.pageUp)
    try terminal.waitForText("HOLD +0 new")
    let held = terminal.screen.lines[2..<21]
    #expect(!held.contains { $0.contains("message 60.") })
    try peer.send("message 61.\n")
    try terminal.waitForText("HOLD +1 new")
    #expect(terminal.screen.lines[3..<21] == held.dropFirst())
    terminal.type("k")
    terminal.type("g")
    try terminal.waitForText("message 1.")
    terminal.press(.end)
    try terminal.waitForText("message 61.")
    #expect(terminal.screen.contains("FOLLOW +0 new"))
    terminal.type("F")
    try terminal.waitForText("HOLD")
    terminal.type("F")
    try terminal.waitForText("FOLLOW")
    try server.quit()
  }

  @Test("Paused, the list stands still, receiving goes on, and the pause's end shows all")
  func pause() throws {
    let server = try ScreenServer()
    let terminal = server.terminal
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("before\n")
    try terminal.waitForText("before")
    terminal.type("=")
    try terminal.waitForText("PAUSED")
    try peer.send("meanwhile\n")
    #expect(try peer.receive(exactly: 6) == "OK\nOK\n")
    try terminal.waitForText("PAUSED +1 new")
    #expect(terminal.screen.text(row: 0).contains("2 msg"))
    #expect(!terminal.screen.contains("meanwhile"))
    terminal.type("=")
    try terminal.waitForText("meanwhile")
    try server.quit()
  }

  @Test("Help shows every key and goes with any")
  func help() throws {
    let server = try ScreenServer(columns: 80, rows: 40)
    let terminal = server.terminal
    terminal.type("?")
    try terminal.waitForText("up a page")
    #expect(terminal.screen.contains("pause the list"))
    terminal.type(" ")
    try terminal.waitForText("an event that is trouble")
    terminal.press(.escape)
    try terminal.waitForScreen("no help") { !$0.contains("echo_server ─") }
    terminal.press(.function1)
    try terminal.waitForText("up a page")
    terminal.type("q")
    try terminal.waitForScreen("no help") { !$0.contains("up a page") }
    #expect(terminal.isRunning)
    try server.quit()
  }

  @Test("q asks while peers are connected; n stays, y stops")
  func quitQuestion() throws {
    let server = try ScreenServer()
    let terminal = server.terminal
    let peer = try SocketPeer(tcp: server.port)
    try terminal.waitForText("peers 1")
    terminal.type("q")
    try terminal.waitForText("1 peer connected. Stop the server? y/n")
    terminal.type("n")
    try terminal.waitForText("FOLLOW")
    try peer.send("still there\n")
    #expect(try peer.receive(exactly: 3) == "OK\n")
    try terminal.waitForText("still there")
    terminal.type("q")
    try terminal.waitForText("y/n")
    terminal.type("y")
    #expect(try terminal.waitForExit() == 0)
    #expect(try peer.receiveToEnd() == "")
    #expect(terminal.leftovers == [])
    #expect(terminal.screen.contains("echo_server: 1 message, 12 bytes received; 1 connection"))
  }

  @Test("Every size is drawn, and the way back too")
  func resize() throws {
    let server = try ScreenServer()
    let terminal = server.terminal
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("hello\n")
    try terminal.waitForText("hello")
    terminal.resize(columns: 140, rows: 40)
    try terminal.waitForScreen("the side pane") {
      $0.contains("peers 1") && $0.lines[1...].contains { $0.contains("peers 1 ") } && $0.lines[39].contains("quit")
    }
    terminal.resize(columns: 40, rows: 10)
    try terminal.waitForScreen("40x10") { $0.lines[9].hasPrefix(" FOLLOW") && $0.contains("hello") }
    terminal.resize(columns: 10, rows: 3)
    try terminal.waitForScreen("10x3") { $0.lines[0].contains("LISTEN") && !$0.contains("FOLLOW") }
    terminal.resize(columns: 1, rows: 1)
    terminal.resize(columns: 80, rows: 24)
    try terminal.waitForScreen("80x24") { $0.lines[23].contains("quit") && $0.contains("hello") }
    try peer.send("after\n")
    try terminal.waitForText("after")
    try server.quit()
  }

  @Test("Control-Z gives the terminal back; continued, the screen is there again and nothing was missed")
  func suspend() throws {
    let server = try ScreenServer()
    let terminal = server.terminal
    terminal.pressControl("z")
    try terminal.waitForStop()
    try terminal.wait(for: "the restored terminal") { terminal.leftovers.isEmpty }
    let peer = try SocketPeer(udp: server.port)
    try peer.send("while away")
    terminal.signal(SIGCONT)
    try terminal.waitForScreen("the message") { $0.isAlternateScreen && $0.contains("while away") }
    #expect(try peer.receive() == Array("OK\0\0".utf8))
    try server.quit()
  }

  @Test("A stop from outside and SIGCONT bring the screen back")
  func stopped() throws {
    let server = try ScreenServer()
    let terminal = server.terminal
    terminal.signal(SIGSTOP)
    try terminal.waitForStop()
    terminal.screen.feed("\u{1B}[2J\u{1B}[5;5Hnoise")
    terminal.signal(SIGCONT)
    try terminal.waitForScreen("the repaired screen") { !$0.contains("noise") && $0.contains("waiting for messages") }
    try server.quit()
  }

  @Test("Signals end it with 0 and leave the totals", arguments: [SIGTERM, SIGINT, SIGQUIT])
  func signals(_ signal: CInt) throws {
    let server = try ScreenServer()
    server.terminal.signal(signal)
    #expect(try server.terminal.waitForExit() == 0)
    #expect(server.terminal.leftovers == [])
    #expect(server.terminal.screen.contains("echo_server: 0 messages, 0 bytes received; 0 connections"))
  }

  @Test("A stop message ends it with 0, as in plain mode")
  func stopMessage() throws {
    let server = try ScreenServer()
    let peer = try SocketPeer(tcp: server.port)
    try peer.send(".\n")
    #expect(try peer.receiveToEnd() == "OK\n")
    #expect(try server.terminal.waitForExit() == 0)
    #expect(server.terminal.leftovers == [])
  }

  @Test("Control-C stops at once, peers or not")
  func controlC() throws {
    let server = try ScreenServer()
    let peer = try SocketPeer(tcp: server.port)
    try server.terminal.waitForText("peers 1")
    server.terminal.pressControl("c")
    #expect(try server.terminal.waitForExit() == 0)
    #expect(server.terminal.leftovers == [])
    withExtendedLifetime(peer) {}
  }

  @Test("A terminal that hangs up ends it, peers or not")
  func hangUp() throws {
    let server = try ScreenServer()
    let peer = try SocketPeer(tcp: server.port)
    try server.terminal.waitForText("peers 1")
    server.terminal.hangUp()
    #expect(try server.terminal.waitForExit() == 0)
    #expect(try peer.receiveToEnd() == "")
  }

  @Test("A port that is taken is a line where the user typed, and no screen")
  func portInUse() throws {
    let owner = try SocketPeer.server()
    let port = owner.port
    let terminal = try TerminalProgram(Programs.path(named: "echo_server"), ["\(port)"])
    #expect(try terminal.waitForExit() == 71)
    #expect(terminal.leftovers == [])
    #expect(!terminal.screen.sawAlternateScreen)
    #expect(terminal.screen.contains("address already in use"))
    withExtendedLifetime(owner) {}
  }

  @Test(
    "A terminal without a cursor gets plain mode, and is told why",
    arguments: [
      ("dumb", "plain mode, because the terminal type \"dumb\" (TERM) can't place the cursor"),
      (nil, "plain mode, because TERM is not set"),
      ("no-such-terminal", "plain mode, because the terminal type \"no-such-terminal\" (TERM) is unknown"),
    ] as [(String?, String)]
  )
  func unfit(_ name: String?, _ why: String) throws {
    let terminal = try TerminalProgram(
      Programs.path(named: "echo_server"),
      ["0"],
      environment: ["TERM": name],
      columns: 120
    )
    try terminal.waitForText("waiting")
    #expect(terminal.screen.contains("echo_server: \(why)"))
    #expect(!terminal.screen.sawAlternateScreen)
    terminal.signal(SIGTERM)
    #expect(try terminal.waitForExit() == 0)
    #expect(terminal.leftovers == [])
  }

  @Test("--no-tui is plain mode in a terminal, without a word about it")
  func askedForPlain() throws {
    let terminal = try TerminalProgram(Programs.path(named: "echo_server"), ["0", "--no-tui"])
    try terminal.waitForText("waiting")
    #expect(!terminal.screen.contains("plain mode"))
    #expect(!terminal.screen.sawAlternateScreen)
    terminal.signal(SIGINT)
    #expect(try terminal.waitForExit() == 0)
  }

  @Test(
    "What is of plain mode is refused where there is a screen",
    arguments: [(["--quiet"], "--quiet"), (["--format", "json"], "--format json")],
    [("echo_server", ["0"]), ("echo_client", ["127.0.0.1", "9"]), ("echo_client", [])]
  )
  func plainOptions(_ option: ([String], String), _ program: (String, [String])) throws {
    let terminal = try TerminalProgram(Programs.path(named: program.0), program.1 + option.0)
    #expect(try terminal.waitForExit() == 64)
    #expect(terminal.screen.contains("\(program.0): \(option.1) is of plain mode: add --no-tui"))
    #expect(!terminal.screen.sawAlternateScreen)
    #expect(terminal.leftovers == [])
  }

  @Test("NO_COLOR: no colour at all, and the same words")
  func noColor() throws {
    let server = try ScreenServer(environment: ["NO_COLOR": "1"])
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("hel\u{7}lo\n")
    try server.terminal.waitForText("hel\\x07lo")
    let picture = server.terminal.screen.picture
    #expect(picture.runs.allSatisfy { $0.style.foreground == .default && $0.style.background == .default })
    #expect(picture.runs.contains { $0.style.attributes.contains(.reverse) })
    try server.quit()
  }

  @Test(
    "--theme: the terminal's richest colours for it, and a wish outweighs NO_COLOR",
    arguments: [
      ("dark", "xterm-256color", Style(foreground: .indexed(255), background: .indexed(24))),
      ("light", "xterm-256color", Style(foreground: .indexed(231), background: .indexed(24))),
      ("mono", "xterm-256color", Style(attributes: .reverse)),
      ("light", "xterm", Style(attributes: .reverse)),
    ]
  )
  func theme(name: String, terminal: String, titleBar: Style) throws {
    let server = try ScreenServer(["--theme", name], environment: ["TERM": terminal, "NO_COLOR": "1"])
    #expect(server.terminal.screen.picture.style(column: 1, row: 0) == titleBar)
    try server.quit()
  }

  @Test("Every terminal is drawn", arguments: ["vt100", "screen", "tmux-256color", "linux", "xterm"])
  func terminals(_ name: String) throws {
    let server = try ScreenServer(environment: ["TERM": name])
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("hello\n")
    try server.terminal.waitForText("hello")
    try server.quit()
  }
}
