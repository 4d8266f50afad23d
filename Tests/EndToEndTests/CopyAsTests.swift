import Glibc
import TestKit
import Testing

/// What a screen copies as a command line sends, run by a shell, what was there before.
@Suite(.enabled(if: RealPeerTests.netcat != nil)) struct CopyAsTests {
  private let folder: TemporaryDirectory
  private var recording: String { "\(folder.path)/messages.db" }
  private var socket: String { "\(folder.path)/it's a socket" }

  init() throws { folder = try TemporaryDirectory() }

  private static let hostile = HostileCorpus.payloads.filter { $0.count <= 1000 }

  private func server(_ options: [String] = [], columns: Int = 80) throws -> ScreenServer {
    let bind = hasIPv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"]
    let own = ["--record", recording, "--unix", socket, "--stop-on-dot", "never"]
    return try ScreenServer(bind.flatMap { ["--bind", $0] } + own + options, columns: columns)
  }

  /// Has a screen copy something, and takes it out of the terminal's clipboard.
  private func copy(_ words: String, _ terminal: TerminalProgram, by sign: String = ":") throws -> [UInt8] {
    let count = terminal.transcript.count
    var copied: [UInt8]?
    terminal.type("\(sign)copy \(words)\r")
    try terminal.wait(for: "the clipboard, or why not\n\(terminal.screen)") {
      copied = Clipboard.text(in: terminal.transcript[count...])
      return copied != nil
    }
    return try #require(copied)
  }

  /// Runs a command line as a user would who has both programs.
  private func run(_ line: [UInt8]) throws -> PlainProgram {
    let own = Programs.path(named: "echo_client").split(separator: "/").dropLast().joined(separator: "/")
    let shell = try PlainProgram("/bin/sh", environment: ["PATH": "/\(own):/usr/bin:/bin"])
    shell.write(line)
    shell.closeInput()
    #expect(try shell.waitForExit() == 0)
    return shell
  }

  /// Each message that was recorded: its transport, its bytes on the wire, its payload.
  private func messages() throws -> [String] {
    try OpenRecording(recording).rows(
      """
      SELECT transport, address LIKE '[%', bytes, flags & 2, hex(payload)
      FROM messages JOIN peers USING (peer) ORDER BY row
      """
    )
  }

  private enum Place: String, CaseIterable { case tcp, tcp6, udp, unix }

  private func peer(_ place: Place, _ port: UInt16) throws -> PlainProgram {
    let arguments =
      switch place {
      case .tcp: ["-N", "127.0.0.1", "\(port)"]
      case .tcp6: ["-N", "::1", "\(port)"]
      case .udp: ["-u", "-w", "1", "127.0.0.1", "\(port)"]
      case .unix: ["-N", "-U", socket]
      }
    return try PlainProgram(try #require(RealPeerTests.netcat), arguments)
  }

  @Test("Over every transport, by nc and by echo_client, the server gets the same message again")
  func places() throws {
    let server = try server()
    server.terminal.type("f!is:event\r")
    var count = 0
    for place in Place.allCases where hasIPv6 || place != .tcp6 {
      let peer = try peer(place, server.port)
      peer.write("\(place.rawValue) $(id) \u{1B}[31m' % \\ ü" + (place == .udp ? "" : "\n"))
      peer.closeInput()
      try peer.waitForExit()
      for form in ["nc", "echo_client"] {
        try server.terminal.waitForScreen("the message") { $0.contains("\(place.rawValue) $(id)") }
        // The newest message, which may be the copy before.
        server.terminal.type("G")
        let line = try copy(form, server.terminal)
        #expect(line.allSatisfy { (0x20...0x7E).contains($0) })
        _ = try run(line)
      }
      count += 3
      let messages = try messages().suffix(3)
      #expect(try self.messages().count == count && Set(messages).count == 1, "\(messages)")
    }
    try server.quit()
  }

  @Test("Whatever a peer sends, its conversation comes again byte for byte")
  func conversation() throws {
    let server = try server(["--framing", "length32"])
    // The refused stop messages are told after a while, in a row that is no message.
    server.terminal.type("f!is:event\r")
    let peer = try SocketPeer(tcp: server.port)
    for payload in Self.hostile {
      try peer.send(HostileBytesTests.frame(payload))
      _ = try peer.receive(exactly: 6)
    }
    peer.finish()
    _ = try peer.receiveToEnd()
    try server.terminal.waitForText("\(Self.hostile.count) msg")
    let line = try copy("nc conversation", server.terminal)
    #expect(try run(line).output.count == 6 * Self.hostile.count)
    let messages = try messages()
    #expect(messages.count == 2 * Self.hostile.count)
    #expect(messages.prefix(Self.hostile.count) == messages.suffix(Self.hostile.count))
    try server.quit()
  }

  @Test("A monitor copies for where its server listens; so does a recording, also for printf alone")
  func monitors() throws {
    let server = try RunningServer(["--record", recording, "--framing", "nul"], runtimeDirectory: folder.path)
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("one\n\0two\0thr")
    _ = try peer.receive(exactly: 6)
    peer.finish()
    _ = try peer.receiveToEnd()
    for argument in ["\(server.port)", recording] {
      let terminal = try TerminalProgram(
        Programs.path(named: "echo_monitor"),
        [argument],
        environment: ["XDG_RUNTIME_DIR": folder.path],
        columns: 80,
        rows: 24
      )
      try terminal.waitForText("thr")
      #expect(try run(copy("printf conversation", terminal)).outputText == "one\n\0two\0thr")
      _ = try run(copy("nc conversation", terminal))
      terminal.type("q")
      #expect(try terminal.waitForExit() == 0)
    }
    let messages = try messages()
    #expect(messages.count == 9 && messages.prefix(3) == messages[3..<6] && messages.prefix(3) == messages.suffix(3))
    _ = try server.end(SIGTERM)
  }

  @Test("A client copies what it sent")
  func client() throws {
    let server = try RunningServer(["--record", recording])
    let client = try ScreenClient(server.port)
    client.send("one ' \\")
    client.send("/escape \\x00 \\e[31m")
    try client.terminal.waitForScreen("two receipts") { screen in
      (0..<24).filter { screen.text(row: $0).contains(">ok") }.count == 2
    }
    for form in ["nc", "echo_client"] { _ = try run(copy("\(form) conversation", client.terminal, by: "/")) }
    let messages = try messages()
    #expect(messages.count == 6 && messages.prefix(2) == messages[2..<4] && messages.prefix(2) == messages.suffix(2))
    try client.quit()
    _ = try server.end(SIGTERM)
  }
}

/// The terminal's clipboard, as OSC 52 fills it.
private enum Clipboard {
  private static let start = Array("\u{1B}]52;c;".utf8)

  /// What was put into it last; nil for nothing.
  static func text(in transcript: ArraySlice<UInt8>) -> [UInt8]? {
    guard let end = transcript.lastIndex(of: 0x07),
      let begin = transcript[..<end].indices.last(where: { transcript[$0..<end].starts(with: start) })
    else { return nil }
    return decoded(transcript[(begin + start.count)..<end])
  }

  /// RFC 4648, section 4.
  private static func decoded(_ letters: ArraySlice<UInt8>) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    let values = Dictionary(uniqueKeysWithValues: alphabet.enumerated().map { ($0.element, UInt32($0.offset)) })
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for letter in letters {
      guard let value = values[letter] else { break }
      (bits, count) = (bits << 6 | value, count + 6)
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
    }
    return bytes
  }
}
