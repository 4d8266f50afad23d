import Glibc
import TestKit
import Testing

/// `echo_client --record`, and what reads its recordings.
@Suite struct ClientRecordingTests {
  private static let messages = """
    SELECT seq, bytes, flags, answers, round_trip IS NOT NULL, CAST(payload AS TEXT) FROM messages ORDER BY row
    """

  private let folder: TemporaryDirectory
  private var path: String { "\(folder.path)/recording" }

  init() throws { folder = try TemporaryDirectory() }

  private func rows(_ query: String) throws -> [String] { try OpenRecording(path).rows(query) }

  /// Records a client that sends the text to a server of ours, and both to their ends.
  private func record(
    _ text: String,
    _ options: [String] = [],
    server serverOptions: [String] = [],
    url: (UInt16) -> String = { "tcp://127.0.0.1:\($0)" }
  ) throws -> Ending {
    let server = try RunningServer(serverOptions)
    let ending = try Client.run([url(server.port), "--record", path] + options, input: text)
    _ = try server.end(SIGTERM)
    return ending
  }

  private func monitor(_ arguments: [String]) throws -> Ending {
    try PlainProgram(Programs.path(named: "echo_monitor"), [path] + arguments).ending()
  }

  @Test("What becomes of the recording is told on standard error, or as JSON: its start, and each file that was full")
  func told() throws {
    let text = String(repeating: "hello\n", count: 20_000)
    let ending = try record(text, ["--quiet", "--record-limit", "65536"])
    #expect(ending.code == 0)
    let name = path
    #expect(ending.error.contains("recording to \(name) (durability group)"))
    #expect(
      ending.error.contains("\(name) was full or old: it is \(name).1 now, and recording goes on in a new \(name)")
    )
    let other = try record("hello\n", ["--format", "json"])
    #expect(other.output.contains(#"{"event":"recording_started","time":""#))
  }

  @Test(
    "What was sent and what came is in the file, each reply with the row that it answers; the file is the user's alone",
    arguments: [[], ["--quiet"], ["--format", "json"], ["--durability", "none"]]
  )
  func everything(_ options: [String]) throws {
    #expect(try record("hello\nworld\n", options).code == 0)
    #expect(folder.mode(of: "recording") == 0o600)
    #expect(
      try rows("SELECT flags, CAST(payload AS TEXT) FROM messages WHERE flags = 256") == ["256|hello", "256|world"]
    )
    #expect(
      try rows(
        """
        SELECT CAST(sent.payload AS TEXT), CAST(reply.payload AS TEXT), reply.round_trip > 0
        FROM messages AS reply JOIN messages AS sent ON sent.row = reply.answers ORDER BY reply.row
        """
      ) == ["hello|OK|1", "world|OK|1"]
    )
    #expect(
      // The server's end comes before the client's, or not.
      try rows("SELECT kind FROM events WHERE kind <> 'closed' ORDER BY row") == [
        "connecting", "connected", "finished",
      ]
    )
    #expect(try rows("SELECT program, framing, reply FROM runs") == ["echo_client|line|awaited"])
    #expect(try rows("SELECT min(seq), max(seq), count(*) FROM messages") == ["1|4|4"])
  }

  @Test("Datagrams, and what a Unix socket carries, are recorded as well; runs follow each other in a file")
  func transports() throws {
    let socket = "\(folder.path)/socket"
    #expect(try record("hello\n", server: ["--unix", socket], url: { _ in "unix:\(socket)" }).code == 0)
    #expect(try record("hello\n", url: { "udp://127.0.0.1:\($0)" }).code == 0)
    #expect(
      try rows("SELECT run, transport, connection FROM peers ORDER BY peer") == ["1|unix|1", "2|udp|0"]
    )
    #expect(try rows("SELECT run, count(*) FROM messages GROUP BY run") == ["1|2", "2|2"])
  }

  @Test("A message without a receipt in time is marked, and what ends the client is told as without a recording")
  func unanswered() throws {
    let server = try RunningServer(["--reply", "none"])
    let client = try Client.plain(server.port, ["--record", path, "--timeout", "0.05"])
    client.write("hello\n")
    _ = try client.waitForLine(containing: "failed to reply")
    client.closeInput()
    #expect(try client.ending().code == 75)
    #expect(try rows("SELECT flags FROM messages") == ["768"])
    #expect(try rows("SELECT notice, alert FROM events WHERE kind = 'timeout'") == ["no reply to #1 in time|1"])
  }

  @Test("A ping is recorded, and an echo answers the message whose bytes it has", arguments: ["receipt", "echo"])
  func ping(_ expectation: String) throws {
    let options = ["--ping", "20", "--interval", "0", "--expect", expectation]
    #expect(try record("", options, server: ["--reply", "echo"], url: { "udp://127.0.0.1:\($0)" }).code == 0)
    let pairs = """
      SELECT count(*) FROM messages AS reply JOIN messages AS sent ON sent.row = reply.answers
      WHERE sent.payload = reply.payload AND reply.round_trip > 0
      """
    #expect(try rows(pairs) == ["20"])
    #expect(try rows("SELECT count(*) FROM messages") == ["40"])
  }

  @Test("The screen records through several connections, and what is sent again after one is lost")
  func screen() throws {
    let first = try RunningServer()
    let client = try ScreenClient(first.port, ["--record", path])
    client.send("hello")
    try client.terminal.waitForText("hello")
    try client.terminal.waitForText(">ok")
    _ = try first.end(SIGTERM)
    try client.terminal.waitForText("DOWN")
    let second = try RunningServer(port: first.port)
    client.terminal.press(.enter)
    try client.terminal.waitForText(" UP ")
    client.send("again")
    try client.terminal.waitForText("again")
    try client.quit()
    _ = try second.end(SIGTERM)
    #expect(
      try rows(
        """
        SELECT connection, CAST(sent.payload AS TEXT), CAST(reply.payload AS TEXT)
        FROM messages AS reply JOIN messages AS sent ON sent.row = reply.answers
        JOIN peers ON peers.peer = reply.peer ORDER BY reply.row
        """
      ).map { $0.drop { $0 != "|" } } == ["|hello|OK", "|again|OK"]
    )
    #expect(try rows("SELECT count(DISTINCT connection) FROM peers WHERE peer IN (SELECT peer FROM messages)") == ["2"])
  }

  @Test("SIGKILL: what was answered a moment before is in the file")
  func kill() throws {
    let server = try RunningServer()
    let client = try Client.plain(server.port, ["--record", path])
    client.write((1...1000).map { "line \($0)\n" }.joined())
    while try client.readLine() != "client sent 10 bytes to server" {}
    _ = try client.readLine()
    try waitForRows(2000)
    client.signal(SIGKILL)
    try client.waitForExit()
    #expect(try rows("PRAGMA integrity_check") == ["ok"])
    #expect(try rows("SELECT count(*) FROM messages") == ["2000"])
  }

  /// Waits until the recording has so many messages.
  private func waitForRows(_ count: Int) throws {
    let deadline = ContinuousClock.now + .seconds(Deadline.patience)
    while try rows("SELECT count(*) FROM messages") != ["\(count)"] {
      guard ContinuousClock.now < deadline else { throw ProgramError("not recorded") }
    }
  }

  private static let hasRoom = ConditionTrait.disabled(
    if: Programs.areThreadSanitized,
    "the sanitizer's runtime needs larger files itself"
  )

  /// The plain client with a limit to its files' size, in blocks of 512 bytes.
  private func limited(_ port: UInt16, _ options: [String]) throws -> PlainProgram {
    let arguments = ["-c", "ulimit -f 400; exec \"$@\"", "sh", Client.path, "127.0.0.1", "\(port)", "--record", path]
    return try PlainProgram("/bin/sh", arguments + options)
  }

  @Test("A full disk ends the client with 74, is told once, and counted", hasRoom)
  func fullDiskStops() throws {
    let server = try RunningServer(["--quiet"])
    let client = try limited(server.port, ["--format", "json"])
    // More than fits; the client may stop reading before it has all.
    client.write((1...20_000).map { "line \($0)\n" }.joined())
    client.closeInput()
    let ending = try client.ending()
    #expect(ending.code == 74)
    #expect(
      ending.error
        == "echo_client: cannot record to \(path): \(ending.error.split(separator: ": ", maxSplits: 2).last ?? "")"
    )
    #expect(ending.output.matches(of: /"event":"recording"/).count == 1)
    #expect(ending.output.contains(#""unrecorded":"#))
    #expect(try rows("PRAGMA integrity_check") == ["ok"])
  }

  @Test("With --on-record-error continue a full disk costs the recording alone", hasRoom)
  func fullDiskContinues() throws {
    let server = try RunningServer(["--quiet"])
    let client = try limited(server.port, ["--on-record-error", "continue", "--quiet"])
    client.write((1...20_000).map { "line \($0)\n" }.joined())
    client.closeInput()
    let ending = try client.ending()
    #expect(ending.code == 0)
    #expect(ending.error.matches(of: /recording failed: .*the client goes on without it/).count == 1)
    let recorded = try #require(rows("SELECT count(*) FROM messages").first.flatMap { Int($0) })
    #expect(ending.output.hasSuffix("20000 receipts; 0 missing; \(40_000 - recorded) not recorded\n"))
  }

  @Test(
    "On a screen a full disk leaves a banner, or ends the client with 74",
    hasRoom,
    arguments: ["stop", "continue"]
  )
  func fullDiskOnScreen(_ choice: String) throws {
    let server = try RunningServer(["--quiet"])
    let options = ["127.0.0.1", "\(server.port)", "--record", path, "--on-record-error", choice]
    let terminal = try TerminalProgram(
      "/bin/sh",
      ["-c", "ulimit -f 150; exec \"$@\"", "sh", Client.path] + options,
      columns: 80,
      rows: 24
    )
    try terminal.waitForText(" UP ")
    terminal.paste(String(repeating: "x", count: 60_000))
    terminal.press(.enter)
    guard choice == "continue" else {
      #expect(try terminal.waitForExit() == 74)
      return
    }
    try terminal.waitForText("NOT RECORDED: ")
    terminal.pressControl("d")
    #expect(try terminal.waitForExit() == 0)
  }

  @Test("What a client can't do with a recording is refused in words, and what is no recording before it connects")
  func refusals() throws {
    func refusal(_ options: [String]) throws -> Ending { try Client.run(options + ["--no-tui"]) }
    let address = ["127.0.0.1", "1"]
    for (options, words) in [
      (["--record", path], "--record needs an address"),
      (address + ["--record", path, "--durability", "each"], "nothing of a client waits"),
      (address + ["--record", path, "--replay", path], "two things"),
      (address + ["--durability", "none"], "--durability goes with --record"),
    ] {
      let ending = try refusal(options)
      #expect(ending.code == 64 && ending.error.contains(words))
    }
    #expect(folder.names == [])
    let foreign = try refusal(address + ["--record", "/etc/passwd"])
    #expect(foreign.code == 77 && foreign.error.hasPrefix("echo_client: cannot record to /etc/passwd: "))
    #expect(symlink("\(folder.path)/other", path) == 0)
    #expect(try refusal(address + ["--record", path]).error.contains("it is a symbolic link, and none is followed"))
  }

  @Test("The monitor tells which way each message went, in plain text, in JSON and on a screen")
  func monitored() throws {
    #expect(try record("hello\n\u{1b}[2J\n").code == 0)
    let text = try monitor(["--no-tui"])
    #expect(text.code == 0)
    let lines = text.output.split(separator: "\n")
    #expect(
      lines.filter { $0.hasPrefix("client sent ") } == [
        "client sent 6 bytes to tcp 127.0.0.1:PORT: hello", "client sent 5 bytes to tcp 127.0.0.1:PORT: \\e[2J",
      ]
    )
    #expect(lines.filter { $0.hasPrefix("client received ") }.count == 2)
    #expect(lines.contains("client received 3 bytes from tcp 127.0.0.1:PORT: OK (answers 1, N ms)"))
    #expect(text.error.contains("connected from 127.0.0.1:PORT\n"))
    let json = try monitor(["--no-tui", "--format", "json"]).output
    #expect(json == (try monitor(["--export", "jsonl"]).output))
    #expect(json.contains(#"{"event":"sent","seq":1,"#))
    #expect(json.contains(#""answers":1,"rtt_ms":"#))
    #expect(json.matches(of: /"event":"connected".*"local":"127.0.0.1:PORT"/).count == 1)
    let exported = try monitor(["--export", "text"]).output
    #expect(exported.contains("TIME client sent 6 bytes to tcp 127.0.0.1:PORT: hello\n"))
    #expect(exported.contains("TIME connected from 127.0.0.1:PORT\n"))
    let terminal = try TerminalProgram(Programs.path(named: "echo_monitor"), [path], columns: 100, rows: 24)
    try terminal.waitForText("closed by us")
    let sent = try #require((0..<24).map { terminal.screen.text(row: $0) }.first { $0.contains("hello") })
    #expect(sent.contains(" > "))
    let reply = try #require((0..<24).map { terminal.screen.text(row: $0) }.first { $0.contains("OK") })
    #expect(reply.contains(" < "))
    terminal.type("f")
    terminal.type("is:sent\r")
    try terminal.waitForText("is:sent (2 of ")
    terminal.type("q")
    terminal.type("q")
    #expect(try terminal.waitForExit() == 0)
  }

  @Test(
    "Wireshark sees what was sent go from the client's port to the server's, and the replies come back",
    .enabled(if: Programs.tool(named: "tshark") != nil),
    arguments: ["tcp", "udp"]
  )
  func packets(_ transport: String) throws {
    #expect(try record("hello\nworld\n", url: { "\(transport)://127.0.0.1:\($0)" }).code == 0)
    let capture = "\(folder.path)/out.pcapng"
    try #require(try monitor(["--export", "pcapng", "--output", capture]).code == 0)
    let server = try #require(rows("SELECT address FROM peers").first?.split(separator: ":").last)
    let local = try #require(
      rows("SELECT json ->> 'local' FROM events WHERE kind = 'connected'").first?.split(separator: ":").last
    )
    let tool = try #require(Programs.tool(named: "tshark"))
    func shark(_ arguments: [String]) throws -> [String] {
      let checks = ["-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
      let program = try PlainProgram(tool, ["-n", "-r", capture] + checks + arguments)
      try program.waitForExit()
      return program.outputText.split(separator: "\n").map(String.init)
    }
    let fields = [
      "-T", "fields", "-e", "\(transport).srcport", "-e", "\(transport).dstport", "-e", "\(transport).payload",
    ]
    let carrying = try shark(["-Y", "\(transport).payload"] + fields).map { $0.replacing("\t", with: " ") }
    func hexadecimal(_ text: String) -> String {
      (text + (transport == "tcp" ? "\n" : "")).utf8.map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined()
    }
    let receipt = transport == "tcp" ? hexadecimal("OK") : hexadecimal("OK\0\0")
    #expect(
      Set(carrying) == [
        "\(local) \(server) \(hexadecimal("hello"))", "\(local) \(server) \(hexadecimal("world"))",
        "\(server) \(local) \(receipt)",
      ]
    )
    #expect(carrying.count == 4)
    #expect(try shark(["-Y", "_ws.malformed || tcp.analysis.flags || _ws.expert.severity >= 0x600000"]) == [])
    if transport == "tcp" { #expect(try shark(["-Y", "tcp.flags.fin == 1"]).count == 2) }
  }

  private func replay(_ port: UInt16, _ options: [String] = []) throws -> Ending {
    try Client.run(["--replay", path, "--speed", "max", "--timeout", "1", "127.0.0.1", "\(port)"] + options)
  }

  @Test("A replay sends what the client sent, and compares each reply with the one that it got")
  func replayed() throws {
    #expect(try record("hello\nworld\n", server: ["--reply", "echo"]).code == 0)
    let same = try RunningServer(["--reply", "echo"])
    #expect(
      try replay(same.port)
        == Ending(code: 0, output: "2 messages sent, 2 answered as recorded, 0 otherwise, 0 not\n", error: "")
    )
    #expect(try replay(same.port, ["--udp"]).code == 0)
    #expect(try same.end(SIGTERM).output.contains("received 6 bytes from tcp 127.0.0.1:PORT: hello\n"))
    let server = try RunningServer()
    let other = try replay(server.port)
    #expect(other.code == 65)
    #expect(
      other.output == """
        message 1: expected "hello", got "OK"
        message 2: expected "world", got "OK"
        2 messages sent, 0 answered as recorded, 2 otherwise, 0 not

        """
    )
  }

  @Test("What the client was not answered is not to be answered in a replay")
  func replayedUnanswered() throws {
    #expect(try record("hello\n", ["--timeout", "0.05"], server: ["--reply", "none"]).code == 75)
    let silent = try RunningServer(["--reply", "none"])
    let ending = try replay(silent.port)
    #expect(
      ending == Ending(code: 0, output: "1 message sent, 0 answered as recorded, 0 otherwise, 0 not\n", error: "")
    )
    let talkative = try RunningServer()
    #expect(try replay(talkative.port).code == 65)
  }
}
