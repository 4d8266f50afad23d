import Glibc
import TestKit
import Testing

/// `echo_monitor` over a recording.
@Suite struct MonitorRecordingTests {
  private let folder: TemporaryDirectory
  private var path: String { "\(folder.path)/messages.db" }

  init() throws { folder = try TemporaryDirectory() }

  private func plain(_ arguments: String...) throws -> PlainProgram {
    try PlainProgram(PlainMonitorTests.path, ["--no-tui"] + arguments)
  }

  /// Records every hostile payload; returns what the server printed.
  private func record(_ format: String) throws -> Ending {
    let options = ["--record", path, "--framing", "length32", "--stop-on-dot", "never"]
    let server = try RunningServer(options, format: format)
    let peer = try SocketPeer(tcp: server.port)
    for payload in HostileCorpus.payloads {
      try peer.send(HostileBytesTests.frame(payload))
      // A receipt: two bytes behind their length.
      _ = try peer.receive(exactly: 6)
    }
    peer.finish()
    _ = try peer.receiveToEnd()
    return try server.end(SIGTERM)
  }

  @Test(
    "In plain mode it prints what the server printed, as text and as JSON, and ends with 0",
    arguments: ["text", "json"]
  )
  func printed(_ format: String) throws {
    let server = try record(format)
    let monitor = try plain(path, "--format", format).ending()
    #expect(monitor.code == 0)
    // The lines of its start are not recorded.
    let heads = ["waiting", #"{"event":"listening""#]
    let printed = server.output.split(separator: "\n").filter { line in !heads.contains { line.hasPrefix($0) } }
    #expect(monitor.output.split(separator: "\n") == printed)
    #expect(monitor.output.split(separator: "\n").compactMap { VisibleText.complaint(about: String($0)) } == [])
    let notices = server.error.split(separator: "\n").filter { !$0.hasPrefix("listening on") }
    #expect(monitor.error.split(separator: "\n") == notices)
  }

  @Test("A reader that has enough ends it quietly")
  func head() throws {
    let server = try RunningServer(["--record", path, "--quiet"])
    let peer = try SocketPeer(tcp: server.port)
    try peer.send(String(repeating: String(repeating: "x", count: 99) + "\n", count: 5000))
    _ = try peer.receive(exactly: 15_000)
    let monitor = try plain(path)
    _ = try monitor.readLine()
    monitor.close(.output)
    #expect(try monitor.waitForExit() == 0)
    #expect(monitor.errorText == "recording to \(path) (durability group)\n")
    #expect(try server.end(SIGTERM).code == 0)
  }

  @Test("On a screen a file that is being written is read from its first row on, and what comes is shown")
  func screen() throws {
    let server = try RunningServer(["--record", path])
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("first\n\u{1B}]0;title\u{7}\n")
    _ = try peer.receive(exactly: 6)
    let terminal = try TerminalProgram(PlainMonitorTests.path, [path], columns: 80, rows: 24)
    try terminal.waitForText("first")
    try terminal.waitForText("\\e]0;title\\x07")
    #expect(terminal.screen.text(row: 0).hasPrefix(" echo_monitor messages.db  RECORDING  1 run"))
    try peer.send("later\n")
    try terminal.waitForText("later")
    #expect(try server.end(SIGTERM).code == 0)
    // The last words of the server, which has closed the file.
    try terminal.waitForText("stopped: 3 messages")
    terminal.type("f")
    terminal.type("later\r")
    try terminal.waitForText("filter: later (1 of 8)")
    terminal.type(":save all \(folder.path)/saved.jsonl\r")
    try terminal.waitForText("saved 8 rows")
    let saved = String(decoding: try Repository.bytes(at: "\(folder.path)/saved.jsonl"), as: UTF8.self)
    let printed = try plain(path, "--format", "json")
    #expect(try printed.waitForExit() == 0)
    #expect(saved == printed.outputText)
    terminal.type("q")
    #expect(try terminal.waitForExit() == 0)
    #expect(terminal.leftovers == [])
  }

  @Test("A file that is removed while it is looked at is told of, and the keys go on")
  func removed() throws {
    _ = try record("text")
    let terminal = try TerminalProgram(PlainMonitorTests.path, [path], columns: 80, rows: 24)
    try terminal.waitForText("stopped:")
    #expect(unlink(path) == 0)
    try terminal.waitForText("the recording can't be read: it was changed meanwhile")
    terminal.type("q")
    #expect(try terminal.waitForExit() == 0)
  }

  @Test("A file that is no recording is told of in one line, and so are options of a running server")
  func wrongFiles() throws {
    #expect(
      try plain("/etc/passwd").ending()
        == Ending(
          code: 77,
          output: "",
          error: "echo_monitor: cannot read /etc/passwd: it is something else than a recording\n"
        )
    )
    _ = try record("text")
    for options in [["--control"], ["--from", "now"]] {
      let ending = try PlainProgram(PlainMonitorTests.path, ["--no-tui", path] + options).ending()
      #expect(ending.code == 64 && ending.output == "" && ending.error.contains("a server that runs"))
    }
    #expect(symlink(path, "\(folder.path)/link") == 0)
    let link = try plain("\(folder.path)/link").ending()
    #expect(link.code == 77 && link.error.hasSuffix("it is a symbolic link, and none is followed\n"))
  }
}
