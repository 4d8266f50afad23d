import Glibc
import TestKit
import Testing

/// The programs under their sandbox, which every other test of them runs with, too.
@Suite struct SandboxTests {
  /// The tests themselves may have been started by somebody who confines them.
  private static let canTell = Machine.hasLandlock && !isConfined(getpid())

  /// Whether every thread of a program has given up gaining privileges, which is the part of a sandbox that proc(5) tells.
  ///
  /// A sanitizer's threads, which are older than the program's first line, do not count.
  private static func isConfined(_ process: Int32) -> Bool {
    guard let folder = opendir("/proc/\(process)/task") else { return false }
    defer { closedir(folder) }
    var threads: [Bool] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard let bytes = try? Repository.bytes(at: "/proc/\(process)/task/\(name)/status") else { continue }
      let status = String(decoding: bytes, as: UTF8.self)
      guard Int32(name) == process || status.contains(/^Name:\t(wire|control)\n/) else { continue }
      threads.append(status.contains(/NoNewPrivs:\s*1/))
    }
    return !threads.isEmpty && threads.allSatisfy { $0 }
  }

  @Test("In plain mode all threads of the server are confined, unless that is not wanted", .enabled(if: canTell))
  func plain() throws {
    let server = try RunningServer()
    #expect(Self.isConfined(server.program.identifier))
    let free = try RunningServer(["--no-sandbox"])
    #expect(!Self.isConfined(free.program.identifier))
    for server in [server, free] {
      let peer = try SocketPeer(tcp: server.port)
      try peer.send("hello\n")
      #expect(try peer.receive(exactly: 3) == "OK\n")
      let ending = try server.end(SIGTERM)
      #expect(ending.code == 0)
      #expect(!ending.error.contains("sandbox"))
    }
  }

  @Test("The plain client is confined before it connects, and the playground with its server", .enabled(if: canTell))
  func client() throws {
    let owner = try SocketPeer.server()
    for (options, isConfined) in [([], true), (["--no-sandbox"], false)] as [([String], Bool)] {
      let client = try Client.plain(owner.port, options)
      let peer = try owner.accept()
      #expect(Self.isConfined(client.identifier) == isConfined)
      client.write("hello\n")
      #expect(try peer.receive(exactly: 6) == "hello\n")
      try peer.send("OK\n")
      client.closeInput()
      #expect(try peer.receiveToEnd() == "")
      peer.finish()
      #expect(try client.ending().code == 0)
      let playground = try PlainProgram(Client.path, ["--no-tui"] + options)
      playground.write("hello\n")
      try playground.waitForLine(containing: "server reply")
      #expect(Self.isConfined(playground.identifier) == isConfined)
      playground.closeInput()
      #expect(try playground.ending().code == 0)
    }
  }

  @Test(
    "A recording is read in the sandbox",
    .enabled(if: canTell),
    arguments: [("echo_monitor", ["--no-tui"]), ("echo_monitor", ["--export", "text"]), ("echo_client", ["--replay"])]
  )
  func recording(_ program: String, _ arguments: [String]) throws {
    let folder = try TemporaryDirectory()
    let path = "\(folder.path)/recording"
    let server = try RunningServer(["--record", path, "--reply", "none", "--quiet"])
    let peer = try SocketPeer(tcp: server.port)
    for _ in 0..<100 { try peer.send(String(repeating: String(repeating: "x", count: 99) + "\n", count: 200)) }
    peer.finish()
    #expect(try peer.receiveToEnd() == "")
    _ = try server.end(SIGTERM)
    // Nobody reads what it prints, or answers what it sends: it stays at it.
    let listener = try SocketPeer.server()
    let address = program == "echo_client" ? ["127.0.0.1", "\(listener.port)"] : []
    let reader = try PlainProgram(Programs.path(named: program), arguments + [path] + address)
    while reader.isRunning, !Self.isConfined(reader.identifier) { poll(nil, 0, 1) }
    #expect(reader.isRunning)
    reader.signal(SIGKILL)
    try reader.waitForExit()
  }

  @Test(
    "The server's screen saves in the folders that its user works in and nowhere else, unless that is not wanted",
    .enabled(if: Machine.hasLandlock)
  )
  func saving() throws {
    let (inside, outside) = (try TemporaryDirectory(), try TemporaryDirectory())
    for isConfined in [true, false] {
      let options = ["--bind", "127.0.0.1"] + (isConfined ? [] : ["--no-sandbox"])
      let server = try ScreenServer(options, environment: ["TMPDIR": inside.path], columns: 200)
      let terminal = server.terminal
      if Self.canTell { #expect(Self.isConfined(terminal.identifier) == isConfined) }
      let peer = try SocketPeer(tcp: server.port)
      try peer.send("hello\n")
      try terminal.waitForText("hello")
      terminal.type(":save \(outside.path)/rows.txt\r")
      try terminal.waitForText(isConfined ? "not permitted (the sandbox allows . \(inside.path) " : "saved 2 rows")
      #expect(outside.contents(of: "rows.txt").isEmpty == isConfined)
      for path in ["\(inside.path)/\(isConfined).txt", "~/rows.txt"] {
        terminal.type(":save \(path)\r")
        try terminal.waitForText("to \(path)")
      }
      #expect(inside.contents(of: "\(isConfined).txt").contains("hello"))
      try server.quit()
    }
  }

  private static let zone = "/usr/share/zoneinfo/Asia/Kolkata"

  @Test(
    "The screen's times are those of the time zone, whose file is read in time",
    .enabled(if: access(zone, R_OK) == 0)
  )
  func timeZone() throws {
    let server = try ScreenServer(environment: ["TZ": ":\(Self.zone)"])
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("hello\n")
    try server.terminal.waitForText("hello")
    let row = try #require(server.terminal.screen.lines.first { $0.contains("hello") })
    let shown = try #require(row.firstMatch(of: /(\d\d):(\d\d):\d\d\./))
    let minutes = try #require(Int(shown.output.1)) * 60 + #require(Int(shown.output.2))
    let sinceThen = (time(nil) / 60 + 330 - minutes) % (24 * 60)
    #expect((0...1).contains(sinceThen), "\(row)")
    try server.quit()
  }

  @Test("A Unix socket is gone after the end, in either mode", arguments: [SIGTERM, SIGINT])
  func unixSocket(_ signal: CInt) throws {
    let folder = try TemporaryDirectory()
    let path = "\(folder.path)/socket"
    let plain = try RunningServer(["--unix", path])
    #expect(folder.mode(of: "socket") == 0o600)
    #expect(try plain.end(signal).code == 0)
    #expect(folder.mode(of: "socket") == nil)
    let screen = try ScreenServer(["--bind", "127.0.0.1", "--unix", path])
    #expect(folder.mode(of: "socket") == 0o600)
    screen.terminal.signal(signal)
    #expect(try screen.terminal.waitForExit() == 0)
    #expect(folder.mode(of: "socket") == nil)
  }
}
