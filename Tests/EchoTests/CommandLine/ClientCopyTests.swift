import Screen
import Testing
import Wire

@testable import Echo

/// What a client's screen copies as a command line.
@Suite struct ClientCopyTests {
  private static func script(
    _ endpoint: Endpoint = .tcp(host: "localhost", port: 9000),
    framing: Framing = .line,
    awaitsReceipts: Bool = true
  ) -> ClientScript {
    var script = ClientScript(framing: framing, transport: endpoint.transport)
    script.model = ClientModel(
      title: endpoint.description,
      endpoint: endpoint,
      framing: framing,
      transport: endpoint.transport,
      awaitsReceipts: awaitsReceipts
    )
    script.give(.tick(Moment(time: script.time)))
    script.give(.resize(Size(columns: 80, rows: 24)))
    script.connect()
    return script
  }

  private static func sent(_ words: String, _ script: inout ClientScript) throws -> String {
    _ = script.take()
    script.enter("/copy \(words)")
    while script.model.hasPendingWork { script.give(.turn) }
    let effects = script.take()
    guard case .copy(let line)? = effects.first else { return script.rows.joined(separator: "\n") }
    return try Shell.sent(by: line)
  }

  @Test("The selected message, or all that was sent, is a command line to where the client connects")
  func copy() throws {
    var script = Self.script()
    script.enter("one $(id)")
    script.sent(1, 10)
    script.reply(1, "two")
    script.enter("/escape three\\x00")
    script.key(Key(.up, .meta))
    #expect(try Self.sent("nc", &script) == "<nc [-N] [localhost] [9000]>three\0\n")
    #expect(
      try Self.sent("echo_client conversation", &script)
        == "<echo_client [--no-tui] [localhost] [9000]>one $(id)\nthree\0\n"
    )
    script.key(Key(.up, .meta))
    #expect(try Self.sent("nc", &script).contains("only what was sent can be sent again: M-Up selects it"))
  }

  @Test("An event stands for all that was sent")
  func events() throws {
    var script = Self.script()
    script.enter("one")
    script.sent(1, 4)
    script.reply(1, "two")
    script.enter("three")
    script.give(.news(.failure(SystemError("recv", code: Errno.connectionReset), at: script.time)))
    script.key(Key(.up, .meta))
    #expect(try Self.sent("nc", &script) == "<nc [-N] [localhost] [9000]>one\nthree\n")
  }

  @Test("A host that begins with a dash is no option, a path with two slashes stays what it is")
  func places() throws {
    var script = Self.script(.tcp(host: "-e", port: 9000))
    script.enter("x")
    #expect(try Self.sent("nc", &script) == "<nc [-N] [--] [-e] [9000]>x\n")
    script = Self.script(.unix(path: "//tmp/a b"), awaitsReceipts: false)
    script.enter("x")
    #expect(try Self.sent("nc", &script) == "<nc [-N] [-U] [//tmp/a b]>x\n")
    #expect(try Self.sent("echo_client", &script) == "<echo_client [--no-tui] [--no-receipts] [unix:////tmp/a b]>x\n")
    script = Self.script(.unix(path: "-x"))
    script.enter("x")
    #expect(try Self.sent("nc", &script) == "<nc [-N] [-U] [./-x]>x\n")
  }

  @Test("Lines end as the framing says; datagrams are padded")
  func framings() throws {
    var script = Self.script(framing: .crlf)
    script.enter("x")
    #expect(try Self.sent("nc", &script) == "<nc [-N] [localhost] [9000]>x\r\n")
    #expect(
      try Self.sent("echo_client", &script) == "<echo_client [--no-tui] [--framing] [crlf] [localhost] [9000]>x\n"
    )
    script = Self.script(.udp(host: "::1", port: 9000), framing: .fixed(4))
    script.enter("x")
    #expect(try Self.sent("nc", &script) == "<nc [-u] [-w] [1] [::1] [9000]>x\0\0\0")
    #expect(try Self.sent("echo_client", &script) == "<echo_client [--no-tui] [--udp] [::1] [9000]>x\0\0\0\n")
  }

  @Test("What was sent in another framing before is left out")
  func otherFraming() throws {
    var script = Self.script()
    script.enter("one")
    script.enter("/framing nul")
    script.enter("two")
    #expect(try Self.sent("nc conversation", &script) == "<nc [-N] [localhost] [9000]>two\0")
    script.key(Key(.home, .meta), Key(.up, .meta), Key(.up, .meta))
    #expect(try Self.sent("nc", &script).contains("that was sent in another framing"), "\(script)")
  }
}
