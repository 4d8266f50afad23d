import Glibc
import Screen
import TestKit
import Testing

/// Every kind of byte that is known to harm terminals, sent over TCP: nothing but visible text comes of it, one record a
/// message, and the text gives the bytes back.
@Suite struct HostileBytesTests {
  private static let payloads = HostileCorpus.payloads

  /// A message of the framing `length32`, which carries any bytes.
  static func frame(_ payload: [UInt8]) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: payload.count >> $0) } + payload
  }

  static let serverOptions = ["--bind", "127.0.0.1", "--framing", "length32", "--stop-on-dot", "never"]

  /// What stands in a row from a column on, where all before it is ASCII.
  private func text(of row: String, from column: Int) -> String {
    String(String.UnicodeScalarView(row.unicodeScalars.dropFirst(column)))
  }

  /// The lines of a file, which are visible text.
  private static func lines(of path: String) throws -> [String] {
    let lines = String(decoding: try Repository.bytes(at: path), as: UTF8.self).split(separator: "\n").map(String.init)
    #expect(lines.compactMap(VisibleText.complaint) == [])
    return lines
  }

  @Test("The corpus is there")
  func corpus() {
    #expect(Self.payloads.count > 200 && HostileCorpus.texts.count > 200)
    #expect(Self.payloads.contains { $0.starts(with: [0x1B, 0x5D]) })
  }

  @Test("The server's list: every message is one row, its other columns intact; so it is in the files that it saves")
  func serverScreen() throws {
    let server = try ScreenServer(Self.serverOptions, columns: 109)
    let terminal = server.terminal
    let modes = terminal.screen.privateModes
    let peer = try SocketPeer(tcp: server.port)
    try terminal.waitForText("connected")
    var sent: [[UInt8]] = []
    for start in stride(from: 0, to: Self.payloads.count, by: 15) {
      let group = Self.payloads[start..<min(Self.payloads.count, start + 15)] + [Array("mark \(start).".utf8)]
      try peer.send(group.flatMap(Self.frame))
      sent += group
      try terminal.waitForText("mark \(start).")
      let lines = terminal.screen.lines
      let rows = lines[2..<22].filter { $0.contains("tcp") && !$0.contains(" !! ") }.suffix(group.count)
      #expect(rows.count == group.count)
      for (row, payload) in zip(rows, group) {
        let number = sent.count - group.count + rows.distance(from: rows.startIndex, to: rows.firstIndex(of: row)!) + 1
        #expect(
          row.contains(
            try Regex("^[ >+] +\(number)[ !] \\d\\d:\\d\\d:\\d\\d\\.\\d{3} 127\\.0\\.0\\.1:\\d+ +tcp +\\d+")
          ),
          "\(row)"
        )
        expectShown(payload, as: text(of: row, from: 64))
      }
      #expect(lines[0].hasPrefix(" LISTEN") && lines[22].hasPrefix(" FOLLOW"))
    }
    let folder = try TemporaryDirectory()
    for name in ["saved.txt", "saved.jsonl"] {
      terminal.type(":save all \(folder.path)/\(name)\r")
      try terminal.waitForText("to \(folder.path)/\(name)")
      let lines = try Self.lines(of: "\(folder.path)/\(name)")
      if name.hasSuffix("txt") {
        expectReversible(
          lines.filter { $0.contains(#/^\S+ server received /#) },
          after: #/\S+ server received \d+ bytes from tcp [0-9.:]+(?: \(stop refused\))?: /#,
          sent
        )
      } else {
        #expect(try jsonPayloads(of: lines.filter { $0.hasPrefix(#"{"event":"message""#) }) == sent)
      }
    }
    terminal.expectHarmless(modes: modes)
    try server.quit()
  }

  @Test("The detail of a message, as digits, as text, as both and as JSON: the rows around it stay")
  func detail() throws {
    let server = try ScreenServer(Self.serverOptions)
    let terminal = server.terminal
    let modes = terminal.screen.privateModes
    let peer = try SocketPeer(tcp: server.port)
    let strings = HostileCorpus.texts.filter { !$0.utf8.contains { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C } }
    let arrays = stride(from: 0, to: strings.count, by: 4).map { Array("[\"\(strings[$0])\"]".utf8) }
    let messages = HostileCorpus.samples + arrays
    try peer.send(messages.flatMap(Self.frame))
    try terminal.waitForText("\(messages.count) msg")
    let title = terminal.screen.text(row: 0).suffix(20)
    terminal.press(.enter)
    var views: Set<Substring> = []
    for _ in 0..<4 {
      terminal.type("Gx")
      for number in messages.indices.reversed() {
        try terminal.waitForScreen("message \(number + 1)") {
          $0.isSettled && $0.text(row: 14).hasPrefix("── #\(number + 1) ")
        }
        let lines = terminal.screen.lines
        views.insert(lines[14].split(separator: " ").dropLast().last ?? "")
        #expect(lines.compactMap(VisibleText.complaint) == [])
        #expect(lines[0].hasSuffix(title) && lines[22].contains("framing length32") && lines[23].hasPrefix(" / find"))
        #expect(lines[3..<14].allSatisfy { $0.contains(#/^[ >+].{7}\d\d:\d\d:\d\d\.\d{3} 127\.0\.0\.1:\d+ +tcp /#) })
        terminal.type("k")
      }
    }
    #expect(views == ["hex", "text", "hex+text", "json"])
    terminal.expectHarmless(modes: modes)
    terminal.type("q")
    try server.quit()
  }

  @Test("The client's log, the texts alone, and the files that it saves")
  func clientScreen() throws {
    let server = try SocketPeer.server()
    let client = try ScreenClient(server.port, ["--framing", "length32", "--no-receipts"], columns: 109)
    let terminal = client.terminal
    let modes = client.screen.privateModes
    let connection = try server.accept()
    var sent: [[UInt8]] = []
    for start in stride(from: 0, to: Self.payloads.count, by: 15) {
      let group = Self.payloads[start..<min(Self.payloads.count, start + 15)] + [Array("mark \(start).".utf8)]
      try connection.send(group.flatMap(Self.frame))
      sent += group
      try terminal.waitForText("mark \(start).")
      let lines = client.screen.lines
      let rows = lines[1..<20].filter { !$0.isEmpty }.suffix(group.count)
      #expect(rows.count == group.count)
      #expect(rows.allSatisfy { $0.contains(/^ \d\d:\d\d:\d\d\.\d{3} <\s/) }, "\(rows)")
      for (row, payload) in zip(rows, group) { expectShown(payload, as: text(of: row, from: 35)) }
      #expect(lines[22] == ">")
      terminal.pressMeta("l")
      try terminal.waitForScreen("the texts alone") { $0.isSettled && !$0.contains("FOLLOW") }
      #expect(client.screen.lines.compactMap(VisibleText.complaint) == [])
      terminal.pressMeta("l")
      try terminal.waitForText("FOLLOW")
    }
    let folder = try TemporaryDirectory()
    for name in ["saved.txt", "saved.jsonl"] {
      client.send("/save all \(folder.path)/\(name)")
      try terminal.waitForText("to \(folder.path)/\(name)")
      let lines = try Self.lines(of: "\(folder.path)/\(name)").dropFirst()
      if name.hasSuffix("txt") {
        expectReversible(Array(lines), after: #/\S+ < /#, sent)
      } else {
        #expect(try jsonPayloads(of: Array(lines)) == sent)
      }
    }
    terminal.expectHarmless(modes: modes)
    try client.quit(closing: connection)
  }

  @Test("The plain server on a terminal: every message is one line", arguments: ["text", "json"])
  func plainServer(_ format: String) throws {
    let terminal = try TerminalProgram(
      Programs.path(named: "echo_server"),
      ["0", "--no-tui", "--format", format] + Self.serverOptions,
      columns: 200
    )
    try terminal.waitForText(format == "text" ? "waiting" : "listening")
    let line = try #require(terminal.screen.lines.first { $0.contains("tcp") })
    let port = try #require(line.firstMatch(of: /127\.0\.0\.1:(\d+)/).flatMap { UInt16($0.output.1) })
    let peer = try SocketPeer(tcp: port)
    let messages = Self.payloads + [Array("the last one".utf8)]
    try peer.send(messages.flatMap(Self.frame))
    try terminal.waitForText("the last one")
    terminal.signal(SIGTERM)
    #expect(try terminal.waitForExit() == 0)
    let lines = String(decoding: terminal.transcript, as: UTF8.self).split(separator: "\r\n").map(String.init)
    if format == "text" {
      let records = lines.filter { $0.hasPrefix("server received ") }
      expectReversible(
        records,
        after: #/server received \d+ bytes from tcp [0-9.:]+(?: \(stop refused\))?: /#,
        messages
      )
    } else {
      #expect(try jsonPayloads(of: lines.filter { $0.hasPrefix(#"{"event":"message""#) }) == messages)
    }
    #expect(lines.compactMap(VisibleText.complaint) == [])
    terminal.expectHarmless()
    #expect(terminal.leftovers == [])
  }

  @Test("The plain client on a terminal: every message is one line", arguments: ["text", "json"])
  func plainClient(_ format: String) throws {
    let prompt = "please enter the message to send: "
    let lines = try replies(Self.payloads, ["--no-receipts", "--format", format]).map {
      String($0.trimmingPrefix(prompt))
    }
    if format == "text" {
      expectReversible(lines.filter { $0.hasPrefix("server sent") }, after: #/server sent \d+ bytes: /#, Self.payloads)
    } else {
      #expect(try jsonPayloads(of: lines.filter { $0.hasPrefix(#"{"event":"received""#) }) == Self.payloads)
    }
  }

  @Test("A ping that gets something else: every reply is one line", arguments: ["text", "json"])
  func ping(_ format: String) throws {
    let lines = try replies(Self.payloads, ["--ping", "1", "--expect", "echo", "--timeout", "60", "--format", format])
    if format == "text" {
      let records = lines.filter { $0.hasPrefix("unmatched reply") }
      expectReversible(records, after: #/unmatched reply: \d+ bytes: /#, Self.payloads)
    } else {
      #expect(try jsonPayloads(of: lines.filter { $0.hasPrefix(#"{"event":"unmatched""#) }) == Self.payloads)
    }
  }

  /// Has a plain client on a terminal receive messages up to the end of the connection, and gives its lines.
  private func replies(_ messages: [[UInt8]], _ options: [String]) throws -> [String] {
    let server = try SocketPeer.server()
    let terminal = try TerminalProgram(
      Client.path,
      ["127.0.0.1", "\(server.port)", "--no-tui", "--framing", "length32"] + options,
      columns: 200
    )
    let connection = try server.accept()
    try connection.send(messages.flatMap(Self.frame))
    connection.finish()
    try terminal.wait(for: "the end of what was sent") {
      terminal.transcript.count { $0 == 0x0A } >= messages.count
    }
    terminal.signal(SIGTERM)
    try terminal.waitForExit()
    let lines = String(decoding: terminal.transcript, as: UTF8.self).split(separator: "\r\n").map(String.init)
    #expect(lines.compactMap(VisibleText.complaint) == [])
    terminal.expectHarmless()
    return lines
  }

  @Test("Receipts that are no receipts")
  func receipts() throws {
    let server = try SocketPeer.server()
    let client = try PlainProgram(
      Client.path,
      ["127.0.0.1", "\(server.port)", "--no-tui", "--framing", "length32"]
    )
    client.write(String(repeating: "x\n", count: Self.payloads.count))
    client.closeInput()
    let connection = try server.accept()
    _ = try connection.receive(exactly: 5 * Self.payloads.count)
    try connection.send(Self.payloads.flatMap(Self.frame))
    connection.finish()
    try client.waitForExit()
    let lines = client.outputText.split(separator: "\n").map(String.init).filter { $0.hasPrefix("server reply: ") }
    let texts = lines.map { $0.replacing(#/ \([0-9.]+ ms\)$/#, with: "") }
    expectReversible(texts, after: #/server reply: /#, Self.payloads)
  }
}
