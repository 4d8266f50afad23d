import Glibc
import Screen
import TestKit
import Testing

/// `echo_monitor` with its screen, in a terminal, against a scripted server.
@Suite struct MonitorProgramScreenTests {
  private func start(
    _ server: ScriptedServer,
    _ options: [String] = [],
    columns: Int = 80,
    rows: Int = 24
  ) throws -> TerminalProgram {
    try TerminalProgram(
      Programs.path(named: "echo_monitor"),
      [server.path] + options,
      environment: server.environment,
      columns: columns,
      rows: rows
    )
  }

  private func quit(_ terminal: TerminalProgram, code: Int32 = 0) throws {
    terminal.type("q")
    #expect(try terminal.waitForExit() == code)
    #expect(terminal.leftovers == [])
  }

  @Test("History and what comes are shown as the server would; q leaves the server running")
  func watching() throws {
    let server = try ScriptedServer()
    let terminal = try start(server)
    let peer = try server.greet()
    try peer.send(ScriptedServer.connected + ScriptedServer.message(1, "hello"))
    try terminal.waitForText("hello")
    #expect(terminal.screen.text(row: 0).hasPrefix(" echo_monitor 5000  LISTEN"))
    try peer.send(ScriptedServer.message(2, "\\u001b]0;title\\u0007"))
    try terminal.waitForText("\\e]0;title\\x07")
    terminal.type("D")
    try terminal.waitForText("view only: start with --control")
    try quit(terminal)
    #expect(terminal.screen.contains("echo_monitor: 5000 goes on"))
    #expect(try peer.receiveToEnd() == "")
  }

  @Test("The picture with a loss, and at the server's end", arguments: TerminalPictureTests.sizes)
  func pictures(_ size: Size) throws {
    let server = try ScriptedServer()
    let terminal = try start(server, columns: size.columns, rows: size.rows)
    let peer = try server.greet()
    // Frame by frame the same, so that the blanks are too.
    try terminal.waitForText("waiting for messages")
    let first = ScriptedServer.connected + ScriptedServer.message(1, "hello") + ScriptedServer.lost
    try peer.send(first + ScriptedServer.message(1202, "日本語 e\u{301}") + ScriptedServer.stopped(1202))
    peer.finish()
    var picture = try terminal.picture("the end") { $0.contains("the server has ended") && $0.contains("1,202 msg") }
    picture.replace(#/up [0-9:]+/#, with: "up 00:00:00")
    try Golden.check(picture, "terminal-monitor-\(size.columns)x\(size.rows)")
    try quit(terminal)
    #expect(terminal.screen.contains("1,202 messages"))
  }

  @Test("Where several servers run one is chosen, and then watched; q chooses none")
  func choosing() throws {
    let server = try ScriptedServer()
    let other = try ScriptedServer(name: "6000", folder: server.folder)
    let path = Programs.path(named: "echo_monitor")
    for isChosen in [false, true] {
      let terminal = try TerminalProgram(path, [], environment: server.environment)
      for server in [server, other] {
        let asked = try server.accept()
        try asked.send(server.hello)
        #expect(try asked.receiveToEnd() == "")
      }
      try terminal.waitForText("2 servers")
      #expect(terminal.screen.contains("> 5000") && terminal.screen.contains("  6000"))
      guard isChosen else {
        try quit(terminal)
        continue
      }
      terminal.type("j")
      try terminal.waitForText("> 6000")
      terminal.type("\r")
      let peer = try other.greet()
      try peer.send(ScriptedServer.message(1, "hello"))
      try terminal.waitForText("hello")
      #expect(terminal.screen.text(row: 0).hasPrefix(" echo_monitor 6000  LISTEN"))
      try quit(terminal)
    }
  }

  @Test("With --control a stop and a disconnect are asked for, after a question")
  func control() throws {
    let server = try ScriptedServer()
    let terminal = try start(server, ["--control", "--from", "now"])
    let peer = try server.greet(attach: "now")
    try peer.send(ScriptedServer.connected + ScriptedServer.message(1, "hello"))
    try terminal.waitForText("hello")
    terminal.type("D")
    try terminal.waitForText("Disconnect tcp 127.0.0.1:53124? y/n")
    terminal.type("y")
    #expect(try peer.receiveLine() == "{\"command\":\"disconnect\",\"connection\":1}")
    try peer.send("{\"event\":\"error\",\"reason\":\"no such connection\"}\n")
    try terminal.waitForText("no such connection")
    terminal.type(":stop\r")
    try terminal.waitForText("Stop the server 5000? y/n")
    terminal.type("y")
    #expect(try peer.receiveLine() == "{\"command\":\"stop\"}")
    try quit(terminal)
  }

  @Test("A server that is killed leaves the screen with what was seen, and why; the exit code tells it too")
  func killed() throws {
    let server = try ScriptedServer()
    let terminal = try start(server)
    do {
      let peer = try server.greet()
      try peer.send(ScriptedServer.message(1, "hello"))
      try terminal.waitForText("hello")
    }
    try terminal.waitForText("the connection is lost: closed by the server, q quits")
    #expect(terminal.screen.contains("hello"))
    try quit(terminal, code: 74)
  }
}
