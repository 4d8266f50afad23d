import Screen
import Testing
import Wire

@testable import Echo

/// What the client does on words after a slash.
@Suite("The client's commands") struct ClientCommandTests {
  func send(_ id: UInt64, _ bytes: [UInt8]) -> Effect<ClientRequest> { .request(.send(id: id, bytes: bytes)) }
  func send(_ id: UInt64, _ text: String) -> Effect<ClientRequest> { send(id, Array(text.utf8)) }

  static func connected(framing: Framing = .line) -> ClientScript {
    var script = ClientScript(framing: framing)
    script.connect()
    return script
  }

  @Test(
    "An unknown command is refused, stays in the input, and is never sent",
    arguments: ["/etc/passwd", "/nope x", "/"]
  )
  func unknown(line: String) {
    var script = Self.connected()
    script.enter(line)
    #expect(script.take() == [] && script.shows("> \(line)") && script.shows("// sends a literal /"))
    script.key(Key(.enter))
    #expect(script.take() == [])
  }

  @Test("A doubled slash is one in the message", arguments: [("//etc", "/etc"), ("//", "/"), ("///x", "//x")])
  func literal(typed: String, sent: String) {
    var script = Self.connected()
    script.type(typed)
    #expect(script.shows("\(sent.utf8.count + 1)B"))
    script.key(Key(.enter))
    #expect(script.take() == [send(1, sent)])
    script.key(Key(.up))
    #expect(script.shows("> \(typed)"))
  }

  @Test("A slash inside a message, or in one of several lines, begins no command")
  func inside() {
    var script = Self.connected(framing: .nul)
    script.enter("a /quit")
    script.type("/quit")
    script.key(Key(.enter, .meta))
    script.enter("//x")
    #expect(script.take() == [send(1, "a /quit"), send(2, "/quit\n//x")])
  }

  @Test("The beginning of a name is enough where it is the beginning of only one")
  func abbreviated() {
    var script = Self.connected()
    script.enter("/esc \\x01")
    #expect(script.take() == [send(1, [1])])
    script.enter("/c")
    #expect(script.take() == [] && script.shows("\"c\" may be close or copy or clear"))
  }

  @Test("/send sends a text as it is: a stop message that ends nothing here, an empty one, blanks")
  func literalText() {
    var script = Self.connected()
    script.enter("/send .")
    script.enter("/send")
    script.enter("/send  two blanks ")
    #expect(script.take() == [send(1, "."), send(2, ""), send(3, " two blanks ")])
    script.sent(1, 2)
    script.reply(1)
    #expect(script.take() == [])
    script.enter("goes on")
    #expect(script.take() == [send(4, "goes on")])
  }

  @Test("/hex and /escape send bytes that can't be typed")
  func bytes() {
    var script = Self.connected()
    script.enter("/hex de ad BEEF 00")
    script.enter("/escape \\x00 \\t\\\\\\u{202e}é")
    #expect(
      script.take() == [
        send(1, [0xDE, 0xAD, 0xBE, 0xEF, 0]), send(2, [0, 0x20, 9, 0x5C] + Array("\u{202E}é".utf8)),
      ]
    )
  }

  @Test(
    "What is wrong with a command is said, and the line stays to be mended",
    arguments: [
      ("/hex", "pairs of hexadecimal digits"), ("/hex 123", "pairs of hexadecimal digits"),
      ("/hex zz", "pairs of hexadecimal digits"), ("/escape \\q", "\\q is no escape"),
      ("/escape a\\n", "contains the byte \\n"), ("/find /(/", "column"), ("/filter is:odd", "column 4"),
      ("/save", "save needs a file name"), ("/save filtered x", "there is no filter"),
      ("/framing fixed:0", "framing is line"), ("/resend all", "resend takes nothing"),
      ("/resend doubt", "nothing is in doubt"), ("/clear all", "\"clear\" takes nothing after it"),
    ]
  )
  func problems(line: String, problem: String) {
    var script = Self.connected()
    script.enter(line)
    #expect(script.take() == [] && script.shows(problem) && script.shows("> \(line)"), "\(script)")
  }

  @Test("Tab completes a name, then what may follow it, and lists what there is to choose from")
  func completion() {
    var script = Self.connected()
    script.type("/fr")
    script.key(Key(.tab))
    script.type("l")
    script.key(Key(.tab))
    #expect(script.shows("> /framing l") && script.shows("line  length16  length32"))
    script.type("en")
    script.key(Key(.tab))
    #expect(script.shows("> /framing length"))
    script.key(.control("u"))
    script.type("/framing f")
    script.key(Key(.tab))
    #expect(script.model.input.text == "/framing fixed:")
    script.key(.control("u"))
    script.type("/recon")
    script.key(Key(.tab))
    #expect(script.model.input.text == "/reconnect")
    script.key(.control("u"))
    script.type("/zzz")
    script.key(Key(.tab))
    #expect(script.shows("nothing completes this") && script.take() == [])
  }

  @Test(
    "What Tab completes is a command that works",
    arguments: [("/fram", "n", Framing.nul), ("/framing ", "cr", .crlf)]
  )
  func completedFraming(name: String, word: String, framing: Framing) {
    var script = Self.connected()
    script.type(name)
    if !name.hasSuffix(" ") { script.key(Key(.tab)) }
    script.type(word)
    script.key(Key(.tab), Key(.enter))
    #expect(script.take() == [.request(.frame(framing)), .request(.close)])
  }

  @Test("A blank after a word is no part of it")
  func trailingBlank() {
    var script = Self.connected()
    script.enter("/framing nul ")
    #expect(script.take() == [.request(.frame(.nul)), .request(.close)])
    script.end(.closed)
    script.connect()
    _ = script.take()
    script.enter("/resend doubt ")
    #expect(script.shows("nothing is in doubt"))
  }

  @Test("While a command is typed, the status says how it goes on")
  func hints() {
    var script = Self.connected()
    script.type("/f")
    #expect(script.shows("find  filter  framing"))
    script.type("il")
    #expect(script.shows("/filter [EXPRESSION]  show only what it lets through"))
    script.type("ter x")
    #expect(script.shows("/filter [EXPRESSION]"))
  }

  @Test("/framing says the framing, or connects anew with another one; what is queued has to fit it")
  func framing() {
    var script = Self.connected()
    script.enter("/framing")
    #expect(script.take() == [] && script.shows(" framing line"))
    script.enter("/framing nul")
    #expect(script.take() == [.request(.frame(.nul)), .request(.close)])
    script.end(.closed)
    #expect(script.take() == [.request(.connect)])
    script.enter("queued meanwhile")
    script.enter("/framing fixed:4")
    #expect(script.take() == [] && script.shows("for what is queued") && script.shows("> /framing fixed:4"))
    script.key(.control("u"))
    script.connect()
    #expect(script.take() == [send(1, "queued meanwhile")])
  }

  @Test("The playground's framing can't be changed, for its server has the same")
  func fixedFraming() {
    var script = ClientScript()
    script.model = ClientModel(title: "playground", framing: .line, transport: .tcp, framingIsFixed: true)
    _ = script.model.update(.resize(Size(columns: 80, rows: 24)))
    script.enter("/framing nul")
    #expect(script.take() == [] && script.shows("the playground's server has framing line"))
  }

  @Test("/close leaves the connection closed, /reconnect makes a new one at once")
  func connection() {
    var script = Self.connected()
    script.enter("/close")
    #expect(script.take() == [.request(.close)])
    script.end(.closed)
    #expect(script.take() == [] && script.shows("DOWN"))
    script.enter("/reconnect")
    #expect(script.take() == [.request(.connect)])
    script.connect()
    script.enter("/reconnect")
    #expect(script.take() == [.request(.close)])
    script.end(.closed)
    #expect(script.take() == [.request(.connect)])
  }

  @Test("/resend doubt sends all that is in doubt again, in order")
  func resendDoubt() {
    var script = Self.connected()
    for text in ["one", "two", "three"] { script.enter(text) }
    for id in 1...3 as ClosedRange<UInt64> { script.sent(id, 4) }
    script.reply(2)
    script.traffic([TrafficRecord(.failed, message: 1), TrafficRecord(.failed, message: 3)])
    script.reset()
    script.key(Key(.enter))
    script.connect()
    _ = script.take()
    script.enter("/resend doubt")
    #expect(script.take() == [send(4, "one"), send(5, "three")])
    #expect(script.rows.count { $0.contains(">re") } == 2)
  }

  @Test("/quit ends as ^D does, and /help shows the commands")
  func quit() {
    var script = ClientScript(size: Size(columns: 120, rows: 120))
    script.connect()
    script.enter("/help")
    for text in ["/filter [EXPRESSION]", "/hex BYTES", "M-PgUp", "is:sent"] { #expect(script.shows(text), "\(text)") }
    script.key(.character("x"))
    script.enter("/quit")
    #expect(script.take() == [.request(.finish)])
  }

  @Test("A pasted command is only text until Enter, and lines that begin with a slash are sent as they are")
  func pasted() {
    var script = Self.connected()
    script.give(.input(.paste(Array("/quit\n".utf8))))
    #expect(script.take() == [] && script.shows("> /quit"))
    script.key(.control("u"))
    script.give(.input(.paste(Array("/quit\n//two\n".utf8))))
    script.key(.character("y"))
    #expect(script.take() == [send(1, "/quit"), send(2, "//two")])
  }
}
