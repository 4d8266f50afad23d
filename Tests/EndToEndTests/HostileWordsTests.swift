import Glibc
import Screen
import TestKit
import Testing

/// What is known to harm terminals as an argument, a path, a host or a paste: it is only shown.
@Suite struct HostileWordsTests {
  private static let server = Programs.path(named: "echo_server")
  private static let samples = HostileCorpus.samples.compactMap { String(validating: $0, as: UTF8.self) }.filter {
    !$0.isEmpty && !$0.utf8.contains(0)
  }

  /// A use that names a text: the program, its arguments, the exit code, and what the line on standard error says before and
  /// after the text.
  private struct Use: Sendable {
    let program: String
    let arguments: @Sendable (String) -> [String]
    let code: Int32
    let before: String
    let after: String
  }

  private static let uses = [
    Use(
      program: Client.path,
      arguments: { ["h", $0] },
      code: 64,
      before: "a port is a number from 1 to 65535, not ",
      after: " ("
    ),
    Use(program: Client.path, arguments: { ["x:" + $0] }, code: 64, before: "x:", after: " alone is no address"),
    Use(program: Client.path, arguments: { ["--x" + $0] }, code: 64, before: "Unknown option '--x", after: "'"),
    Use(
      program: Client.path,
      arguments: { ["--theme", $0] },
      code: 64,
      before: "The value '",
      after: "' is invalid for '--theme"
    ),
    Use(
      program: Client.path,
      arguments: { ["--framing=" + $0] },
      code: 64,
      before: "The value '",
      after: "' is invalid for '--framing <framing>'. Please provide one of the following: line, crlf,"
    ),
    Use(
      program: Client.path,
      arguments: { ["--no-tui", "unix:/none/" + $0] },
      code: 69,
      before: "unix /none/",
      after: ": no such"
    ),
    Use(
      program: server,
      arguments: { ["p" + $0] },
      code: 64,
      before: "The value 'p",
      after: "' is invalid for '<port>'"
    ),
    Use(program: server, arguments: { ["0", "x" + $0] }, code: 64, before: "Unexpected argument 'x", after: "' ("),
    Use(
      program: server,
      arguments: { ["0", "--no-tui", "--unix", "/none/" + $0] },
      code: 71,
      before: "cannot listen on unix /none/",
      after: ": "
    ),
  ]

  @Test("A wrong argument is repeated as visible text on one line, which gives it back", arguments: uses.indices)
  func arguments(place: Int) throws {
    let use = Self.uses[place]
    // Each text in one of the uses, for a program's start takes its time; and in each the one that would make another line.
    let texts = stride(from: place, to: Self.samples.count, by: Self.uses.count).map { Self.samples[$0] }
    for text in texts + ["\n\n - a\u{1B}[2J\r\n\\"] where !text.contains("=") {
      let program = try PlainProgram(use.program, use.arguments(text))
      program.closeInput()
      let ending = try program.ending()
      #expect(ending.code == use.code && ending.output == "", "\(ending)")
      let lines = ending.error.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count == 2 && VisibleText.complaint(about: String(lines[0])) == nil, "\(ending.error)")
      #expect(lines[0].contains(": \(use.before)\(Printable.text(text.utf8))\(use.after)"), "\(ending.error)")
    }
  }

  @Test("An argument that is no UTF-8 is refused, and shown byte for byte", arguments: [Client.path, server])
  func illFormed(_ program: String) throws {
    let shell = try PlainProgram("/bin/sh", ["-c", #"exec "$0" 0 "$(printf 'a\303\251\377\033')""#, program])
    #expect(try shell.waitForExit() == 64)
    #expect(shell.errorText.contains(#": an argument is no UTF-8 text: aé\xff\e ("#))
  }

  @Test("A host that nobody knows, in text, as JSON, and on the screen")
  func host() throws {
    let host = "\u{1B}]0;x\u{7}\u{202E}a\\b"
    let shown = #"\e]0;x\x07\u{202e}a\\b"#
    let text = try Client.run(["--no-tui", host, "5000"])
    #expect(text.code == 69 && text.error.hasPrefix("echo_client: unknown host \(shown): "))
    let json = try Client.run(["--format", "json", host, "5000"])
    #expect(json.output.contains(##""host":"\u001b]0;x\u0007\u202ea\\b""##))
    #expect(json.output.split(separator: "\n").compactMap { VisibleText.complaint(about: String($0)) } == [])
    let terminal = try TerminalProgram(Client.path, [host, "5000"], columns: 120)
    try terminal.waitForScreen("the error") { $0.contains("unknown host \(shown): ") && $0.contains("unknown host  ") }
    #expect(terminal.screen.text(row: 0).hasPrefix(" tcp \(shown):5000  DOWN"))
    terminal.expectHarmless(modes: [1049, 1, 2004, 1004])
    terminal.pressControl("d")
    try terminal.waitForExit()
  }

  @Test("The path of a Unix socket: where the server tells it, and where the client does when it is left alone")
  func unixPath() throws {
    for name in Self.samples where name.utf8.count < 60 && !name.contains("/") {
      let folder = try TemporaryDirectory()
      let path = "\(folder.path)/\(name)"
      let shown = Printable.text(path.utf8)
      let server = try RunningServer(["--unix", path])
      try server.program.waitForLine(containing: "listening on unix", from: .error)
      #expect(server.program.errorText.contains("listening on unix \(shown)\n"))
      let client = try PlainProgram(Client.path, ["--no-tui", "unix:\(path)"])
      client.write("x\n")
      try client.waitForLine(containing: "server reply")
      server.program.signal(SIGTERM)
      #expect(try client.waitForExit() == 74)
      #expect(client.errorText == "echo_client: unix \(shown): closed by the peer, 0 messages unanswered\n")
      try server.program.waitForExit()
      #expect(server.program.outputText.contains(/server received 2 bytes from unix pid \d+: x\n/))
    }
  }

  @Test("A paste into the client's line")
  func paste() throws {
    let server = try RunningServer()
    let client = try ScreenClient(server.port)
    let modes = client.screen.privateModes
    // A terminal that is asked to paste its end mark strips it; the rest is what a web page can put into a clipboard.
    client.terminal.paste("a\u{1B}]0;title\u{7}\u{9B}31m\u{202E}b\u{200B}\u{7F}c")
    try client.terminal.waitForScreen("the paste") { $0.text(row: 22).hasSuffix("c") }
    #expect(client.screen.text(row: 22) == "> a\\e]0;title\\x07\\u{9b}31m\\u{202e}b\\u{200b}\\x7fc")
    client.terminal.expectHarmless(modes: modes)
    client.terminal.pressControl("u")
    try client.quit()
  }
}
