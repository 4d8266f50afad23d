import Glibc
import TestKit
import Testing

/// `echo_server --record`.
@Suite struct RecordingTests {
  private let folder: TemporaryDirectory
  private var path: String { "\(folder.path)/recording" }

  init() throws { folder = try TemporaryDirectory() }

  /// Receipts that come until the connection ends, however it does.
  private func receiptsToEnd(_ peer: SocketPeer) -> Int {
    var bytes = 0
    while let piece = try? peer.receive(), !piece.isEmpty { bytes += piece.count }
    return bytes / 3
  }

  private func lines(_ count: Int) -> String { (1...count).map { "line \($0)\n" }.joined() }

  @Test("Everything that happened is in the file at the end, in either durability, and the file is the user's alone")
  func everything() throws {
    for durability in ["none", "group", "each"] {
      let path = "\(folder.path)/\(durability)"
      let server = try RunningServer(["--record", path, "--durability", durability], format: "json")
      let stream = try SocketPeer(tcp: server.port)
      try stream.send("hello\nworld\n")
      #expect(try stream.receive(exactly: 6) == "OK\nOK\n")
      let datagram = try SocketPeer(udp: server.port)
      try datagram.send("datagram")
      #expect(try datagram.receive() == Array("OK\0\0".utf8))
      #expect(try server.end(SIGTERM).code == 0)
      #expect(folder.mode(of: durability) == 0o600)
      let recording = try OpenRecording(path)
      #expect(
        try recording.rows("SELECT seq, bytes, CAST(payload AS TEXT) FROM messages ORDER BY row") == [
          "1|6|hello", "2|6|world", "3|8|datagram",
        ]
      )
      #expect(
        try recording.rows("SELECT kind FROM events ORDER BY row") == [
          "recording_started", "connected", "stopping", "disconnected", "stopped",
        ]
      )
      let totals = try recording.rows("SELECT json ->> 'messages' FROM events WHERE kind = 'stopped'")
      #expect(totals == ["3"])
    }
  }

  @Test("SIGKILL at any moment: what was acknowledged is in the file, which the next server goes on with")
  func kill() throws {
    for round in 1...5 {
      let server = try RunningServer(["--record", path, "--quiet"])
      let peer = try SocketPeer(tcp: server.port)
      try peer.send(lines(5000))
      let count = Int.random(in: 1...4000)
      _ = try peer.receive(exactly: count * 3)
      server.program.signal(SIGKILL)
      let acknowledged = count + receiptsToEnd(peer)
      try server.program.waitForExit()
      let recording = try OpenRecording(path)
      let rows = try recording.rows("SELECT count(*), max(seq) FROM messages WHERE run = \(round)")
      let recorded = try #require(rows.first?.split(separator: "|").first.flatMap { Int($0) })
      #expect(rows == ["\(recorded)|\(recorded)"])
      #expect(recorded >= acknowledged)
      #expect(try recording.rows("PRAGMA integrity_check") == ["ok"])
    }
  }

  @Test("A full disk ends the server with 74: nothing is acknowledged that is not recorded, and the end says why")
  func fullDiskStops() throws {
    let server = try RunningServer(["--record", path, "--quiet"], format: "json", fileBlocks: 1000)
    let peer = try SocketPeer(tcp: server.port)
    var acknowledged = 0
    // The server's end breaks the connection while this is still sending.
    for _ in 0..<1000 where (try? peer.send(lines(100))) != nil {
      guard (try? peer.receive(exactly: 300)) != nil else { break }
      acknowledged += 100
    }
    let ending = try server.program.ending()
    #expect(ending.code == 74)
    #expect(ending.error.contains("cannot record to \(path): "))
    #expect(ending.output.contains(#""event":"recording""#))
    #expect(ending.output.contains(#""unrecorded":"#))
    let recorded = try OpenRecording(path).rows("SELECT count(*) FROM messages").first.flatMap { Int($0) }
    #expect(acknowledged > 0)
    #expect(try #require(recorded) >= acknowledged)
  }

  @Test("With --on-record-error continue a full disk costs the recording, is told once, and is counted at the end")
  func fullDiskContinues() throws {
    let server = try RunningServer(
      ["--record", path, "--quiet", "--on-record-error", "continue"],
      format: "json",
      fileBlocks: 1000
    )
    let peer = try SocketPeer(tcp: server.port)
    for _ in 0..<200 {
      try peer.send(lines(100))
      _ = try peer.receive(exactly: 300)
    }
    let ending = try server.end(SIGTERM)
    #expect(ending.code == 0)
    #expect(ending.output.matches(of: /"event":"recording"/).count == 1)
    let recorded = try #require(OpenRecording(path).rows("SELECT count(*) FROM messages").first.flatMap { Int($0) })
    #expect(ending.output.contains("\"unrecorded\":\(20_000 - recorded)}"))
  }

  @Test("A recording is rotated under the sandbox, too")
  func rotation() throws {
    let server = try RunningServer(["--record", path, "--record-limit", "100000", "--quiet"])
    let peer = try SocketPeer(tcp: server.port)
    for _ in 0..<20 {
      try peer.send(lines(1000))
      _ = try peer.receive(exactly: 3000)
    }
    #expect(try server.end(SIGTERM).code == 0)
    #expect(folder.names.count > 2)
    let counts = try folder.names.map { name in
      try OpenRecording("\(folder.path)/\(name)").rows("SELECT count(*) FROM messages").first.flatMap { Int($0) } ?? 0
    }
    #expect(counts.reduce(0, +) == 20_000)
  }

  @Test("What is no recording is refused before anything is bound, and stays as it was")
  func foreignFile() throws {
    let file = fopen(path, "w")!
    fputs("my own notes\n", file)
    fclose(file)
    let program = try PlainProgram(Programs.path(named: "echo_server"), ["0", "--no-tui", "--record", path])
    let ending = try program.ending()
    #expect(ending.code == 77)
    #expect(ending.output == "")
    #expect(ending.error == "echo_server: cannot record to \(path): it is something else than a recording\n")
    #expect(folder.contents(of: "recording") == "my own notes\n")
  }

  @Test("A folder in which others could exchange the file is refused, and named")
  func openFolder() throws {
    chmod(folder.path, 0o777)
    let program = try PlainProgram(Programs.path(named: "echo_server"), ["0", "--no-tui", "--record", path])
    let ending = try program.ending()
    #expect(ending.code == 77)
    #expect(
      ending.error == """
        echo_server: cannot record to \(path): others could put something else in its place, for \(folder.path) is \
        writable by others (chmod go-w it, or choose another folder; a sticky one such as /tmp will do)

        """
    )
    #expect(folder.names == [])
  }

  @Test("A file that is removed while it is recorded to: what comes after that is not acknowledged, and the end is 74")
  func removed() throws {
    let server = try RunningServer(["--record", path, "--quiet"])
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("kept\n")
    #expect(try peer.receive(exactly: 3) == "OK\n")
    unlink(path)
    try peer.send("lost\n")
    #expect(receiptsToEnd(peer) == 0)
    let ending = try server.program.ending()
    #expect(ending.code == 74)
    #expect(ending.error.contains("recording failed: the file, or its -wal, was moved, replaced or removed"))
  }

  @Test("In plain mode it is told at the start that a recording is on, and that it was rotated")
  func told() throws {
    let server = try RunningServer(["--record", path, "--record-limit", "100000", "--quiet"])
    let peer = try SocketPeer(tcp: server.port)
    for _ in 0..<5 {
      try peer.send(lines(1000))
      _ = try peer.receive(exactly: 3000)
    }
    let ending = try server.end(SIGTERM)
    #expect(ending.error.hasPrefix("listening on tcp 127.0.0.1:PORT\nlistening on udp 127.0.0.1:PORT\nrecording to "))
    #expect(ending.error.contains("recording to \(path) (durability group)\n"))
    #expect(ending.error.contains("it is \(path).1 now"))
  }

  @Test("A file that another server records to is refused")
  func inUse() throws {
    let server = try RunningServer(["--record", path])
    let program = try PlainProgram(Programs.path(named: "echo_server"), ["0", "--no-tui", "--record", path])
    let ending = try program.ending()
    #expect(ending.code == 71)
    #expect(ending.error.contains("another program records to it"))
    #expect(try server.end(SIGTERM).code == 0)
  }

  @Test(
    "The screen goes on from memory into the recording, through all of its files: Home, a search, a number, a filter"
  )
  func reachingBack() throws {
    let options = ["--history", "10", "--record-limit", "100000"]
    let server = try ScreenServer(["--bind", "127.0.0.1", "--record", path] + options)
    let peer = try SocketPeer(tcp: server.port)
    for start in stride(from: 1, to: 20_000, by: 1000) {
      try peer.send((start..<start + 1000).map { "line \($0)\n" }.joined())
      _ = try peer.receive(exactly: 3000)
    }
    let terminal = server.terminal
    terminal.type("g")
    try terminal.waitForScreen("the first message") {
      $0.text(row: 3).contains("recording to") && $0.contains("line 17")
    }
    terminal.type("G/line 2500\r")
    try terminal.waitForText("> 2500")
    terminal.type(":777\r")
    try terminal.waitForText(">  777")
    terminal.type("fline\r")
    try terminal.waitForScreen("all messages") { $0.contains("filter: line (20,000 of 20,0") }
    terminal.type("q")
    try terminal.waitForText("y/n")
    terminal.type("y")
    #expect(try terminal.waitForExit() == 0)
    #expect(folder.names.count > 3 && !folder.names.contains { $0.hasSuffix("-wal") })
    let counts = try folder.names.map { name in
      try OpenRecording("\(folder.path)/\(name)").rows("SELECT count(*) FROM messages").first.flatMap { Int($0) } ?? 0
    }
    #expect(counts.reduce(0, +) == 20_000)
  }

  @Test("The stop message is recorded and answered, and the screen records as plain mode does")
  func screen() throws {
    let server = try ScreenServer(["--bind", "127.0.0.1", "--record", path])
    let peer = try SocketPeer(tcp: server.port)
    try server.terminal.waitForText("recording to ")
    #expect(server.terminal.screen.text(row: 0).hasPrefix(" LISTEN  REC  "))
    try peer.send("hello\n.\n")
    #expect(try peer.receiveToEnd() == "OK\nOK\n")
    #expect(try server.terminal.waitForExit() == 0)
    #expect(try OpenRecording(path).rows("SELECT CAST(payload AS TEXT) FROM messages") == ["hello", "."])
  }
}
