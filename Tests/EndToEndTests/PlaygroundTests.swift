import Glibc
import TestKit
import Testing

/// `echo_client` without an address: a server and a client in one.
@Suite struct PlaygroundTests {
  @Test("With nobody to type it holds a conversation with itself and ends, to the byte")
  func scripted() throws {
    let ending = try Client.run([])
    #expect(ending.code == 0)
    let from = hasIPv4First(ending.output)
    #expect(
      ending.output == """
        waiting
        client sent 6 bytes to server
        server received 6 bytes from tcp \(from): hello
        server reply: OK (N ms)
        client sent 38 bytes to server
        server received 38 bytes from tcp \(from): every message is counted and answered
        server reply: OK (N ms)
        client sent 48 bytes to server
        server received 48 bytes from tcp \(from): 日本語, and escapes are only shown: \\e[31mred
        server reply: OK (N ms)
        client sent 2 bytes to server
        server received . from tcp \(from), exiting
        server reply: OK (N ms)
        client entered ., exiting

        """
    )
    #expect(ending.error.hasSuffix("4 messages, 94 bytes received; 1 connection\n"))
  }

  private func hasIPv4First(_ output: String) -> String {
    output.contains("tcp 127.0.0.1:PORT") ? "127.0.0.1:PORT" : "[::1]:PORT"
  }

  @Test("--no-tui sends the lines of standard input and shows both sides")
  func lines() throws {
    let ending = try Client.run(["--no-tui"], input: "one\ntwo")
    #expect(ending.code == 0)
    let lines = ending.output.split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("client sent 4 bytes") } == 2)
    #expect(lines.count { $0.hasPrefix("server received 4 bytes") } == 2)
    #expect(lines.count { $0.hasPrefix("server reply: OK") } == 2)
    #expect(lines.contains("2 messages, 8 bytes sent; 2 receipts; 0 missing"))
  }

  @Test("Quiet, neither side tells of a message")
  func quiet() throws {
    let ending = try Client.run(["--no-tui", "--quiet"], input: "one\ntwo")
    #expect(ending.code == 0)
    #expect(ending.output == "waiting\n2 messages, 8 bytes sent; 2 receipts; 0 missing\n")
  }

  @Test("On a screen both sides are seen, and others can join")
  func screen() throws {
    let terminal = try TerminalProgram(Client.path, columns: 140, rows: 40)
    try terminal.waitForText(" UP ")
    let title = terminal.screen.text(row: 0)
    #expect(title.contains("playground"))
    let digits = try #require(title.firstMatch(of: /:([0-9]+)/)?.output.1)
    let port = try #require(UInt16(digits))
    terminal.type("hello\r")
    try terminal.waitForScreen("both sides") { $0.lines.contains { $0.contains(">ok") && $0.contains("hello") } }
    try terminal.waitForScreen("the server's side") {
      $0.lines.contains { $0.split(separator: "│").last?.contains("hello") == true }
    }
    #expect(try Client.run(["127.0.0.1", "\(port)"], input: "a guest\n").code == 0)
    try terminal.waitForText("a guest")
    terminal.resize(columns: 80, rows: 24)
    try terminal.waitForScreen("one above the other") { $0.contains("a guest") && $0.contains(">ok") }
    terminal.resize(columns: 40, rows: 10)
    try terminal.waitForScreen("the client alone") { $0.text(row: 9) == ">" }
    terminal.type(".\r")
    #expect(try terminal.waitForExit() == 0)
    #expect(terminal.leftovers == [])
  }

  @Test("Control-D ends it, and SIGTERM does", arguments: [0, SIGTERM])
  func end(_ signal: CInt) throws {
    let terminal = try TerminalProgram(Client.path)
    try terminal.waitForText(" UP ")
    if signal == 0 { terminal.pressControl("d") } else { terminal.signal(signal) }
    #expect(try terminal.waitForExit() == 0)
    #expect(terminal.leftovers == [])
  }
}
