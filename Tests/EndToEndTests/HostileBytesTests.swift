import Glibc
import Screen
import TestKit
import Testing

/// Every kind of byte that is known to harm terminals, sent over TCP: nothing but visible text comes of it.
@Suite struct HostileBytesTests {
  /// A message of the framing `length32`, which carries any bytes.
  private static func frame(_ payload: [UInt8]) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: payload.count >> $0) } + payload
  }

  /// What a terminal that shows text has no reason to receive, beside the sequences that the screen itself is painted with.
  private func expectHarmless(_ terminal: TerminalProgram, modes: Set<Int>) {
    #expect(terminal.replies == [])
    #expect(terminal.screen.title == "")
    #expect(terminal.screen.bells == 0)
    #expect(terminal.screen.mouseMode == 0)
    #expect(terminal.screen.privateModes.subtracting([2026, 25]) == modes.subtracting([2026, 25]))
    let scalars = String(decoding: terminal.transcript, as: UTF8.self).unicodeScalars
    let wrong = scalars.filter {
      switch $0.value {
      case 0x07, 0x05, 0x0B, 0x0E...0x1A, 0x1C...0x1F, 0x7F...0x9F, 0xFFFD: true
      default: $0.properties.generalCategory == .format
      }
    }
    #expect(wrong.isEmpty, "\(wrong.map { $0.value })")
    // OSC, DCS, SOS, PM and APC begin with an escape and one of these.
    let strings = zip(terminal.transcript, terminal.transcript.dropFirst()).filter { pair in
      pair.0 == 0x1B && [0x5D, 0x50, 0x58, 0x5E, 0x5F].contains(pair.1)
    }
    #expect(strings.isEmpty)
  }

  @Test("The corpus is there")
  func corpus() {
    #expect(HostileCorpus.payloads.count > 100)
    #expect(HostileCorpus.payloads.contains { $0.starts(with: [0x1B, 0x5D]) })
  }

  @Test("The server's list: every message is one row, its other columns intact")
  func serverScreen() throws {
    let server = try ScreenServer(["--bind", "127.0.0.1", "--framing", "length32", "--stop-on-dot", "never"])
    let terminal = server.terminal
    let modes = terminal.screen.privateModes
    let peer = try SocketPeer(tcp: server.port)
    try terminal.waitForText("connected")
    var count = 0
    let payloads = HostileCorpus.payloads
    for start in stride(from: 0, to: payloads.count, by: 9) {
      let group = payloads[start..<min(payloads.count, start + 9)]
      try peer.send(group.flatMap(HostileBytesTests.frame) + HostileBytesTests.frame(Array("mark \(start).".utf8)))
      count += group.count + 1
      try terminal.waitForText("mark \(start).")
      let rows = terminal.screen.lines[2..<22].filter { $0.contains("tcp") && !$0.contains(" !! ") }.suffix(
        group.count + 1
      )
      #expect(rows.count == group.count + 1)
      for (offset, row) in rows.enumerated() {
        let number = count - group.count + offset
        #expect(
          row.contains(
            try Regex("^[ >+] +\(number)[ !] \\d\\d:\\d\\d:\\d\\d\\.\\d{3} 127\\.0\\.0\\.1:\\d+ +tcp +\\d+")
          ),
          "\(row)"
        )
      }
      #expect(terminal.screen.text(row: 22).hasPrefix(" FOLLOW"))
    }
    expectHarmless(terminal, modes: modes)
    try server.quit()
  }

  @Test("The client's log")
  func clientScreen() throws {
    let server = try SocketPeer.server()
    let client = try ScreenClient(server.port, ["--framing", "length32", "--no-receipts"])
    let modes = client.screen.privateModes
    let connection = try server.accept()
    let payloads = HostileCorpus.payloads
    for start in stride(from: 0, to: payloads.count, by: 15) {
      let group = payloads[start..<min(payloads.count, start + 15)]
      try connection.send(
        group.flatMap(HostileBytesTests.frame) + HostileBytesTests.frame(Array("mark \(start).".utf8))
      )
      try client.terminal.waitForText("mark \(start).")
      let rows = client.screen.lines[1..<20].filter { !$0.isEmpty }.suffix(group.count + 1)
      #expect(rows.count == group.count + 1)
      #expect(rows.allSatisfy { $0.contains(/^ \d\d:\d\d:\d\d\.\d{3} <\s/) }, "\(rows)")
      #expect(client.screen.text(row: 22) == ">")
    }
    expectHarmless(client.terminal, modes: modes)
    try client.quit(closing: connection)
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
    expectHarmless(client.terminal, modes: modes)
    client.terminal.pressControl("u")
    try client.quit()
  }

  @Test("Plain mode on a terminal: every message is one line")
  func plainServer() throws {
    let terminal = try TerminalProgram(
      Programs.path(named: "echo_server"),
      ["0", "--no-tui", "--bind", "127.0.0.1", "--framing", "length32", "--stop-on-dot", "never"],
      columns: 200
    )
    try terminal.waitForText("waiting")
    let line = try #require(terminal.screen.lines.first { $0.contains("listening on tcp") })
    let port = try #require(UInt16(line.split(separator: ":").last ?? ""))
    let peer = try SocketPeer(tcp: port)
    let frames = HostileCorpus.payloads.flatMap(HostileBytesTests.frame)
    try peer.send(frames + HostileBytesTests.frame(Array("the last one".utf8)))
    try terminal.waitForText(": the last one")
    terminal.signal(SIGTERM)
    #expect(try terminal.waitForExit() == 0)
    let text = String(decoding: terminal.transcript, as: UTF8.self)
    let lines = text.split(separator: "\r\n").filter { $0.hasPrefix("server received ") }
    #expect(lines.count == HostileCorpus.payloads.count + 1)
    #expect(!terminal.transcript.contains(0x1B))
    expectHarmless(terminal, modes: [])
    #expect(terminal.leftovers == [])
  }
}
