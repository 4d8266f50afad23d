import Screen
import TestKit
import Testing
import Wire

@testable import Echo

/// What a server's screen copies as a command line.
@Suite struct ServerCopyTests {
  private static let everywhere: [Endpoint] = [
    .tcp(host: "127.0.0.1", port: 9000), .tcp(host: "::1", port: 9000), .udp(host: "127.0.0.1", port: 9000),
    .udp(host: "::1", port: 9000), .unix(path: "/tmp/it's a socket"),
  ]
  private static let version6 = SocketAddress(family: .ipv6, port: 50_000, low: 1)

  private static func peer(_ transport: Transport, _ address: SocketAddress, _ number: UInt32 = 1) -> Peer {
    Peer(connection: transport == .udp ? .none : ConnectionID(number), transport: transport, address: address)
  }

  private static func script(framing: Framing = .line, _ endpoints: [Endpoint] = everywhere) -> ServerScript {
    var script = ServerScript(framing: framing)
    script.give(.news(.listening(endpoints)))
    return script
  }

  /// What is copied, and nil where it is refused.
  private static func copy(_ words: String, _ script: inout ServerScript) -> [UInt8]? {
    // What was refused waits to be mended.
    if script.model.overlay != nil { script.press(Key(.escape)) }
    var effects = script.command("copy \(words)")
    while script.model.hasPendingWork { effects += script.give(.turn) }
    guard case .copy(let bytes)? = effects.first, effects.count == 1 else { return nil }
    return bytes
  }

  private static func sent(_ words: String, _ script: inout ServerScript) throws -> String {
    try Shell.sent(by: try #require(copy(words, &script), "\(script)"))
  }

  @Test("The key asks how; a message goes to where its peer could reach the server, over each transport")
  func endpoints() throws {
    let peers: [(Peer, String)] = [
      (ServerScript.peer(1), "<nc [-N] [127.0.0.1] [9000]>hello\n"),
      (Self.peer(.tcp, Self.version6), "<nc [-N] [::1] [9000]>hello\n"),
      (ServerScript.peer(3, .udp), "<nc [-u] [-w] [1] [127.0.0.1] [9000]>hello"),
      (Self.peer(.udp, Self.version6), "<nc [-u] [-w] [1] [::1] [9000]>hello"),
      (Self.peer(.unix, SocketAddress(family: .unix, scope: 7)), "<nc [-N] [-U] [/tmp/it's a socket]>hello\n"),
    ]
    for (peer, sent) in peers {
      var script = Self.script()
      script.receive(Array("hello".utf8), from: peer, wireCount: peer.transport == .udp ? 5 : 6)
      script.press(.character("C"))
      #expect(script.rows.last?.hasSuffix(":copy nc") == true)
      guard case .copy(let line)? = script.press(Key(.enter)).first else {
        Issue.record("\(script)")
        continue
      }
      #expect(try Shell.sent(by: line) == sent)
      #expect(script.contains("copied 1 message, \(peer.transport == .udp ? 5 : 6) bytes, as a command"), "\(script)")
    }
  }

  @Test("All addresses are named by the loopback one, and of several the one that is as near to the peer")
  func nearness() throws {
    func place(_ endpoints: [Endpoint], _ peer: Peer) -> Endpoint? { Endpoint.near(peer, among: endpoints) }
    let far = Self.peer(.tcp, .ipv4(10, 0, 0, 7, port: 40_001))
    let several: [Endpoint] = [.tcp(host: "127.0.0.1", port: 9000), .tcp(host: "10.0.0.1", port: 9000)]
    #expect(place(several, far) == .tcp(host: "10.0.0.1", port: 9000))
    #expect(place(several, ServerScript.peer(1)) == .tcp(host: "127.0.0.1", port: 9000))
    #expect(place([.tcp(host: "0.0.0.0", port: 9000)], far) == .tcp(host: "127.0.0.1", port: 9000))
    let version6 = Self.peer(.udp, Self.version6)
    #expect(place([.udp(host: "::", port: 9000)], version6) == .udp(host: "::1", port: 9000))
    #expect(place([.tcp(host: "::", port: 9000)], version6) == nil)
    #expect(place(several, Self.peer(.tcp, Self.version6)) == nil)
  }

  @Test("A conversation is all that its peer sent, in order, whatever a filter hides")
  func conversation() throws {
    var script = Self.script()
    script.connect(1)
    script.receive("one")
    script.receive("other", from: ServerScript.peer(2))
    script.receive([0x66, 0xFF, 0x00, 0x0D])
    script.receive(Array("the end".utf8), wireCount: 7, flags: [.answered, .partial])
    script.filter("end")
    #expect(try Shell.sent(by: try #require(Self.copy("printf conversation", &script))).utf8.count > 0)
    let line = try #require(Self.copy("printf conversation", &script))
    #expect(try Shell.output(of: line) == Array("one\nf".utf8) + [0xFF, 0x00, 0x0D, 0x0A] + Array("the end".utf8))
    #expect(script.contains("copied 3 messages, 16 bytes"), "\(script)")
  }

  @Test("An event stands for its peer's conversation, or else for that of the message above it")
  func events() throws {
    var script = Self.script()
    script.receive("one")
    script.receive("other", from: ServerScript.peer(2))
    script.receive("two")
    script.give(.news(.dropped(Drop(by: .kernel, count: 1), at: script.time)))
    #expect(try Self.sent("nc", &script) == "<nc [-N] [127.0.0.1] [9000]>one\ntwo\n")
    script.give(.news(.disconnected(ServerScript.peer(2), .reset, Traffic(), at: script.time)))
    #expect(try Self.sent("nc", &script) == "<nc [-N] [127.0.0.1] [9000]>other\n")
  }

  @Test("Datagrams are sent apart by nc, and as lines by echo_client")
  func datagrams() throws {
    var script = Self.script()
    let peer = ServerScript.peer(3, .udp)
    script.receive("one", from: peer)
    script.receive("two", from: peer)
    #expect(
      try Self.sent("nc conversation", &script)
        == "<nc [-u] [-w] [1] [127.0.0.1] [9000]>one<nc [-u] [-w] [1] [127.0.0.1] [9000]>two"
    )
    #expect(
      try Self.sent("echo_client conversation", &script)
        == "<echo_client [--no-tui] [--udp] [127.0.0.1] [9000]>one\ntwo\n"
    )
  }

  @Test(
    "echo_client is told the framing, and given a line for each message",
    arguments: [
      (Framing.line, ""), (.crlf, ""), (.nul, "[--framing] [nul] "), (.length16, "[--framing] [length16] "),
      (.raw, "[--framing] [raw] "),
    ]
  )
  func framings(_ framing: Framing, _ option: String) throws {
    var script = Self.script(framing: framing)
    for text in ["one", "two"] {
      let wireCount = text.utf8.count + framing.headerCount + (framing.delimiter == nil ? 0 : 1)
      script.receive(Array(text.utf8), wireCount: UInt64(wireCount))
    }
    #expect(
      try Self.sent("echo_client conversation", &script)
        == "<echo_client [--no-tui] \(option)[127.0.0.1] [9000]>one\ntwo\n"
    )
    var wire: [UInt8] = []
    for text in ["one", "two"] { try (framing == .crlf ? .line : framing).append(Array(text.utf8), to: &wire) }
    #expect(try Shell.output(of: try #require(Self.copy("printf conversation", &script))) == wire)
  }

  @Test("What can't be sent again to the byte is refused, and what would do is said")
  func refusals() throws {
    let datagram = ServerScript.peer(3, .udp)
    func problem(_ words: String, _ receive: (inout ServerScript) -> Void) -> String {
      var script = Self.script(framing: .length16)
      receive(&script)
      let effects = script.command("copy \(words)")
      #expect(effects == [])
      return script.rows.suffix(2).joined(separator: " ")
    }
    #expect(problem("nc") { _ in }.contains("no message is selected"))
    #expect(problem("nc") { $0.connect(1) }.contains("there is no message to copy"))
    #expect(
      problem("nc") { $0.give(.news(.dropped(Drop(by: .kernel, count: 1), at: $0.time))) }.contains(
        "an event is no message, and none stands above it"
      )
    )
    #expect(problem("nc conversation") { $0.connect(1) }.contains("there is no message to copy"))
    #expect(problem("sh") { _ in }.contains("copy takes nc, printf, echo_client, and then message or conversation"))
    let cut = problem("nc") { $0.receive([0x78], wireCount: 1472, flags: [.truncated]) }
    #expect(cut.contains("not all bytes of message 1 were kept"))
    let partial = problem("nc") { $0.receive([0x78], wireCount: 3, flags: [.partial]) }
    #expect(partial.contains("not all bytes of message 1 were kept"))
    let newline = problem("echo_client") { $0.receive([0x78, 0x0A], wireCount: 4) }
    #expect(newline.contains("echo_client reads lines, and message 1 has a newline: copy nc"))
    let stop = problem("echo_client conversation") {
      $0.receive([0x2E], wireCount: 3)
      $0.receive([0x78], wireCount: 3)
    }
    #expect(stop.contains("echo_client ends with message 1, for it begins with a dot: copy nc"))
    let empty = problem("nc") { $0.receive([], from: datagram, wireCount: 0) }
    #expect(empty.contains("message 1 is empty, and nc sends no empty datagram: copy echo_client"))
    let long = problem("nc") { $0.receive([UInt8](repeating: 0x78, count: 4097), from: datagram, wireCount: 4097) }
    #expect(long.contains("nc may cut a datagram as long as message 1: copy echo_client"))
    var script = Self.script([.udp(host: "127.0.0.1", port: 9000)])
    script.receive("one")
    #expect(Self.copy("nc", &script) == nil && script.contains("where the server listened is not known: copy printf"))
    #expect(Self.copy("printf", &script) != nil)
  }

  @Test("An unterminated line is no whole message: echo_client would end it")
  func partial() throws {
    var script = Self.script()
    script.receive(Array("the end".utf8), wireCount: 7, flags: [.answered, .partial])
    #expect(Self.copy("echo_client", &script) == nil)
    #expect(script.contains("echo_client sends whole messages, and message 1 is not: copy nc"))
    #expect(try Self.sent("nc", &script) == "<nc [-N] [127.0.0.1] [9000]>the end")
  }

  @Test("Nothing is copied of what is too long for the clipboard, and a stop message is warned of")
  func bounds() throws {
    var script = Self.script()
    script.receive([UInt8](repeating: 0xFF, count: 20_000))
    #expect(Self.copy("nc", &script) == nil)
    #expect(script.contains("too long for the clipboard: a command line has at most 74,994 bytes"), "\(script)")
    script.receive([UInt8](repeating: 0x78, count: 60_000))
    #expect(Self.copy("nc", &script)?.count == 60_000 + "printf '\\n' | nc -N 127.0.0.1 9000".utf8.count)
    script.receive(".")
    #expect(Self.copy("nc", &script) != nil && script.contains("it may stop the server"))
  }

  @Test("A conversation in a long list is looked for in slices; the detail's copy takes its place")
  func slices() throws {
    var script = ServerScript(historyCount: 100_000, historyBytes: 64 << 20)
    script.listen()
    script.receive("mine", from: ServerScript.peer(2))
    let crowd = ServerScript.batch((0..<20_000).map { _ in [0x78] })
    script.give(.news(.messages(crowd)))
    script.receive("mine too", from: ServerScript.peer(2))
    #expect(script.command("copy nc conversation") == [])
    #expect(script.contains("looking for the messages to copy") && script.model.hasPendingWork)
    var effects: [Effect<ServerCommand>] = []
    while script.model.hasPendingWork { effects += script.give(.turn) }
    guard case .copy(let line)? = effects.first else { throw ProgramError("\(script)") }
    #expect(try Shell.sent(by: line) == "<nc [-N] [127.0.0.1] [9000]>mine\nmine too\n")
    script.command("copy nc conversation")
    script.press(.character("c"))
    #expect(!script.model.hasPendingWork)
  }

  @Test("Of a recording the run of the message decides: its framing, its endpoints, its rows")
  func recording() throws {
    let rows = FakeRows(texts: ["before", "one", "two", "after"])
    rows.run = (
      ExportedRun(
        started: ServerScript.start,
        framing: "nul",
        reply: "ok",
        endpoints: ["tcp 0.0.0.0:7000"]
      ), 1..<3
    )
    var script = ServerScript()
    script.model = ServerModel(recording: rows, name: "messages.db")
    script.give(.tick(Moment(time: ServerScript.start)))
    script.give(.resize(Size(columns: 80, rows: 24)))
    script.press(Key(.home), .character("j"))
    #expect(try Self.sent("nc conversation", &script) == "<nc [-N] [127.0.0.1] [7000]>one\0two\0")
  }

  @Test("An event of a client's recording stands for what the client sent")
  func clientsEvent() throws {
    var connected = FakeRows.event(0, "connected", flags: [.notice, .heard])
    connected.peer = ServerScript.peer(1)
    let rows = FakeRows([
      connected, FakeRows.clients(1, "one", .sent), FakeRows.clients(2, "OK", .heard),
      FakeRows.clients(3, "two", .sent),
    ])
    rows.run = (
      ExportedRun(
        started: ServerScript.start,
        framing: "line",
        reply: "awaited",
        endpoints: ["tcp 127.0.0.1:9000"],
        isClients: true
      ), 0..<4
    )
    var script = ServerScript()
    script.model = ServerModel(recording: rows, name: "messages.db")
    script.give(.tick(Moment(time: ServerScript.start)))
    script.give(.resize(Size(columns: 80, rows: 24)))
    script.press(Key(.home))
    #expect(script.selectedRow?.hasSuffix("connected") == true)
    #expect(try Self.sent("nc", &script) == "<nc [-N] [127.0.0.1] [9000]>one\ntwo\n")
  }

  @Test("Tab completes how, and then what")
  func completion() {
    var script = Self.script()
    script.press(.character(":"))
    script.type("copy e")
    script.press(Key(.tab))
    script.type("conv")
    script.press(Key(.tab))
    #expect(script.rows.last?.hasSuffix(":copy echo_client conversation") == true)
  }
}
