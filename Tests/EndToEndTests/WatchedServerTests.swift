import Glibc
import TestKit
import Testing

/// `echo_monitor` on a running `echo_server`.
@Suite struct WatchedServerTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private var environment: [String: String?] { ["XDG_RUNTIME_DIR": folder.path] }

  private func server(_ options: [String] = [], format: String = "text") throws -> RunningServer {
    try RunningServer(options, format: format, runtimeDirectory: folder.path)
  }

  private func monitor(_ arguments: String...) throws -> PlainProgram {
    try PlainProgram(Programs.path(named: "echo_monitor"), ["--no-tui"] + arguments, environment: environment)
  }

  private func screen(_ options: [String] = []) throws -> TerminalProgram {
    try TerminalProgram(
      Programs.path(named: "echo_monitor"),
      options,
      environment: environment,
      columns: 100,
      rows: 24
    )
  }

  /// The lines that tell of messages.
  private func messages(_ text: String) -> [Substring] {
    text.split(separator: "\n").filter { $0.hasPrefix("server received") || $0.contains("\"event\":\"message\"") }
  }

  @Test("What was before and what comes are the server's own lines; its end ends the monitor")
  func text() throws {
    let server = try server()
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("before\n\u{1B}[31m\r\n")
    #expect(try peer.receive(exactly: 6) == "OK\nOK\n")
    let program = try monitor()
    #expect(try program.waitForLine(containing: "\\e[31m").hasSuffix(": \\e[31m"))
    let datagrams = try SocketPeer(udp: server.port)
    try datagrams.send("after")
    _ = try datagrams.receive()
    _ = try program.waitForLine(containing: "after")
    let ending = try server.end(SIGTERM)
    #expect(try program.waitForExit() == 0)
    #expect(messages(program.outputText).count == 3)
    #expect(messages(normalized(program.outputText)) == messages(ending.output))
    #expect(normalized(program.errorText).hasPrefix("watching \(server.port), pid PID, tcp+udp 127.0.0.1:PORT\n"))
    #expect(ending.error.hasSuffix(normalized(program.errorText).split(separator: "\n").last.map { "\($0)\n" } ?? ""))
  }

  @Test("Its JSON is the server's, with the connection and the receipt of each message")
  func json() throws {
    let server = try server(format: "json")
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("one\ntwo\nthree\n")
    #expect(try peer.receive(exactly: 9) == "OK\nOK\nOK\n")
    let program = try monitor("\(server.port)", "--format", "json", "--from", "tail:2")
    _ = try program.waitForLine(containing: "three")
    _ = try server.end(SIGTERM)
    #expect(try program.waitForExit() == 0)
    let additions = #/,"connection":1|,"answered":[0-9]+/#
    let told = messages(program.outputText)
    #expect(told.count == 2 && told.allSatisfy { $0.matches(of: additions).count == 2 })
    let plain = told.map { $0.replacing(additions, with: "") }
    #expect(plain == messages(server.program.outputText).suffix(2).map { $0.replacing(additions, with: "") })
    #expect(program.outputText.split(separator: "\n").last?.contains("\"event\":\"stopped\"") == true)
  }

  @Test("A monitor whose reader takes nothing loses lines and counts them; the server waits for nobody")
  func tooSlow() throws {
    let server = try server(["--quiet"])
    let program = try monitor("--from", "1")
    _ = try program.waitForLine(containing: "watching", from: .error)
    let count = 30_000
    let peer = try SocketPeer(tcp: server.port)
    let writer = BackgroundThread {
      let line = String(repeating: "x", count: 999) + "\n"
      let block = Array(String(repeating: line, count: 100).utf8)
      for _ in 0..<(count / 100) { try? peer.send(block) }
    }
    var received = 0
    while received < 3 * count { received += try peer.receive().count }
    writer.join()
    // Only now its output is read.
    try peer.send("the last\n")
    _ = try program.waitForLine(containing: ": the last")
    server.program.signal(SIGTERM)
    #expect(try server.program.waitForExit() == 0)
    #expect(try program.waitForExit() == 0)
    let shown = messages(program.outputText).count - 1
    let lost = program.errorText.matches(of: #/([0-9,]+) messages? received but not shown/#).compactMap {
      Int($0.output.1.replacing(",", with: ""))
    }
    #expect(shown + lost.reduce(0, +) == count)
    #expect(lost.count > 0)
    #expect(program.errorText.contains("30,001 messages, 30,000,009 bytes received"))
  }

  @Test("On the screen a peer is disconnected and the server stopped, each after a question; then it can be read on")
  func control() throws {
    let server = try server()
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("hello\n")
    let terminal = try screen(["--control"])
    try terminal.waitForText("hello")
    try terminal.waitForText("echo_monitor \(server.port)  LISTEN  tcp+udp 127.0.0.1:\(server.port)")
    #expect(terminal.screen.lines.contains { $0.contains(#/6B OK \d/#) })
    #expect(terminal.screen.text(row: 0).contains("peers 1  1 msg  6B"))
    terminal.type("D")
    try terminal.waitForText("Disconnect tcp 127.0.0.1:")
    terminal.type("y")
    try terminal.waitForText("closed by us; 1 message, 6B")
    #expect(try peer.receiveToEnd() == "OK\n")
    terminal.type(":stop\r")
    try terminal.waitForText("Stop the server \(server.port)? y/n")
    terminal.type("y")
    try terminal.waitForText("the server has ended, q quits")
    #expect(try server.end().code == 0)
    #expect(terminal.screen.contains("hello"))
    terminal.type("q")
    #expect(try terminal.waitForExit() == 0)
    #expect(terminal.leftovers == [])
    #expect(terminal.screen.contains("1 message, 6 bytes received"))
  }

  @Test("A monitor that goes leaves the server, and its screen, as they are")
  func detached() throws {
    let server = try ScreenServer(environment: environment)
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("hello\n")
    let terminal = try screen()
    try terminal.waitForText("hello")
    terminal.pressControl("c")
    #expect(try terminal.waitForExit() == 0)
    #expect(terminal.leftovers == [])
    #expect(terminal.screen.contains("echo_monitor: \(server.port) goes on"))
    try peer.send("more\n")
    try server.terminal.waitForText("more")
    try server.quit()
  }

  @Test("A killed server is a lost connection, and its socket is passed over where servers are listed")
  func killed() throws {
    let other = try server()
    let server = try server()
    let program = try monitor("\(server.port)")
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("hello\n")
    // It has heard the monitor: words unread would break the connection.
    _ = try program.waitForLine(containing: "hello")
    server.program.signal(SIGKILL)
    let ending = try program.ending()
    #expect(ending.code == 74)
    #expect(ending.error.hasSuffix("echo_monitor: \(server.port): the connection is lost: closed by the server\n"))
    #expect(folder.names(in: "echo").count == 2)
    let list = try monitor("--list")
    #expect(try list.waitForExit() == 0)
    #expect(
      normalized(list.outputText) == "\(other.port)\tpid PID\ttcp+udp 127.0.0.1:PORT\tsince TIME\n"
    )
    #expect(try monitor("\(server.port)").ending().code == 69)
  }
}
