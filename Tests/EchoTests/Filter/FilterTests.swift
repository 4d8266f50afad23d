import TestKit
import Testing
import Wire

@testable import Echo

/// The filter language.
@Suite struct FilterTests {
  /// A row to be filtered; a message from 127.0.0.1:50172 on TCP unless it says otherwise.
  struct Sample: Sendable {
    var bytes: [UInt8]
    var peer: Peer? = Sample.peer(.ipv4(127, 0, 0, 1, port: 50_172))
    var flags: MessageRecord.Flags = []
    var framing = Framing.line

    init(_ text: String) { bytes = Array(text.utf8) }

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func peer(_ address: SocketAddress, _ transport: Transport = .tcp, connection: UInt32 = 12) -> Peer {
      Peer(connection: ConnectionID(connection), transport: transport, address: address)
    }

    func from(_ peer: Peer?) -> Sample {
      var sample = self
      sample.peer = peer
      return sample
    }

    func with(_ flags: MessageRecord.Flags) -> Sample {
      var sample = self
      sample.flags = flags
      return sample
    }

    func matches(_ source: String) throws -> Bool {
      let record = MessageRecord(
        sequence: 1,
        time: ServerScript.start,
        wireCount: flags.contains(.notice) ? 0 : UInt64(bytes.count + 1),
        offset: 0,
        count: UInt32(bytes.count),
        peer: 0,
        flags: flags
      )
      let filter = try Filter.parse(source)
      let isMatch = bytes.withUnsafeBytes { filter.matches(record, peer, $0, framing: framing) }
      // The canonical text is the same filter.
      let again = try Filter.parse(filter.description)
      #expect(again.description == filter.description && again == filter)
      #expect(bytes.withUnsafeBytes { again.matches(record, peer, $0, framing: framing) } == isMatch)
      return isMatch
    }
  }

  @Test(
    "Text is a substring of what is shown, and reads the screen's escapes",
    arguments: [
      ("hello", "Hello world", true), ("Hello", "hello", false), ("\"o w\"", "hello world", true),
      (#"\e]0;"#, "\u{1B}]0;title", true), (#"\x07"#, "a\u{07}", true), (#"\u{202e}txt"#, "\u{202E}txt", true),
      (#"a\\b"#, #"a\b"#, true), (#"say\ \"hi\""#, #"say "hi""#, true), (#""say \"hi\"""#, #"say "hi""#, true),
      ("{\"cmd\":\"ping\"}", "{\"cmd\":\"ping\"}", true), ("sensor=21.5", "sensor=21.5", true),
      ("12:30", "at 12:30", true),
      ("error:", "error: no", true), ("text:len>5", "len>5", true), ("text:\"a b\"", "a b", true),
      ("\"/x/\"", "/x/", true),
      ("日本", "日本語", true), (#"\x00\0"#, "\0\0x", true), ("http://x", "http://x", true), ("a!", "a!", true),
      (#"a\|b"#, "a|b", true), ("\"\\\\r\"", "a\r", false),
    ]
  )
  func text(_ source: String, _ text: String, _ isMatch: Bool) throws {
    #expect(try Sample(text).matches(source) == isMatch)
  }

  @Test("A line's CR and a datagram's padding are not shown, but hex: finds them")
  func shown() throws {
    let line = Sample("hello\r")
    #expect(try line.matches("/o$/") && line.matches("hex:0d"))
    #expect(try !line.matches(#"\r"#))
    let datagram = Sample("hi\0\0").from(Sample.peer(.ipv4(10, 0, 0, 7, port: 9), .udp))
    #expect(try datagram.matches("/^hi$/") && datagram.matches("hex:0000") && !datagram.matches(#"\0"#))
  }

  @Test(
    "Regular expressions, with a case that is exact unless they say otherwise",
    arguments: [
      ("/h.llo/", true), ("/H.LLO/", false), ("/H.LLO/i", true), ("/(?i)H/", true), (#"/a\/b/"#, true),
      ("/^hello/", true),
      ("~b H.LLO", true), ("~b \"x|hel+o\"", true), ("~b ^b", false),
    ]
  )
  func patterns(_ source: String, _ isMatch: Bool) throws {
    #expect(try Sample("hello a/b").matches(source) == isMatch)
  }

  @Test(
    "from: takes addresses, networks and ports",
    arguments: [
      ("10.0.0.7", true), ("10.0.0.8", false), ("10.0.0.7:40001", true), ("10.0.0.7:40002", false),
      ("10.0.0.0/8", true),
      ("10/8", true), ("10.1/16", false), ("10.0/16", true), ("0.0.0.0/0", true), ("10.0.0.6/31", true),
      ("10.0.0.5/31", false),
      ("127/8", false), ("127/8|10.0.0.7", true), ("[::ffff:10.0.0.7]", true), ("::ffff:10.0.0.0/104", true),
      ("localhost", false),
      ("[::1]", false), ("::/0", false),
    ]
  )
  func ipv4(_ value: String, _ isMatch: Bool) throws {
    let sample = Sample("x").from(Sample.peer(.ipv4(10, 0, 0, 7, port: 40_001)))
    #expect(try sample.matches("from:" + value) == isMatch)
    let mapped = SocketAddress(family: .ipv6, port: 40_001, low: 0xFFFF_0A00_0007)
    if value != "::/0" { #expect(try sample.from(Sample.peer(mapped)).matches("from:" + value) == isMatch) }
  }

  @Test(
    "from: takes IPv6",
    arguments: [
      ("[fe80::1%2]", true), ("[fe80::1%3]", false), ("[fe80::1]", true), ("fe80::1", true), ("fe80::/10", true),
      ("[fe80::]/10", true), ("[fe80::]/10:5000", true), ("[fe80::]/10:5001", false), ("[fe80::1]:5000", true),
      ("[fe80::1%2]:5001", false), ("fe80:0:0:0:0:0:0:1", true),
      ("fe80::2/127", false), ("fe80::/64", true), ("fe80:1::/64", false), ("::/0", true), ("2001:db8::/32", false),
      ("10/8", false),
    ]
  )
  func ipv6(_ value: String, _ isMatch: Bool) throws {
    let address = SocketAddress(family: .ipv6, port: 5000, high: 0xFE80 << 48, low: 1, scope: 2)
    #expect(try Sample("x").from(Sample.peer(address)).matches("from:" + value) == isMatch)
  }

  @Test("localhost is every loopback address; a Unix peer has none, and a row without a peer matches nothing of one")
  func specialPeers() throws {
    #expect(try Sample("x").matches("from:localhost from:127/8 port:50172 conn:12 proto:tcp ~tcp"))
    #expect(try Sample("x").from(Sample.peer(SocketAddress(family: .ipv6, low: 1))).matches("from:localhost"))
    let unix = Sample("x").from(Sample.peer(SocketAddress(family: .unix, scope: 42), .unix))
    #expect(try unix.matches("proto:unix") && unix.matches("proto:udp|unix"))
    #expect(try !unix.matches("from:0/0|::/0") && !unix.matches("port:0"))
    #expect(try !Sample("x").from(nil).matches("proto:tcp|udp|unix | port:50172 | from:0/0 | conn:0|12 | ~src ."))
  }

  @Test(
    "Numbers of peers, and counts of bytes on the wire",
    arguments: [
      ("port:50172", true), ("port:1|50172", true), ("port:1", false), ("conn:12", true), ("conn:1|2", false),
      ("len=6", true), ("len:6", true), ("len>5", true), ("len>6", false), ("len>=6", true), ("len<6", false),
      ("len<=6", true),
      ("len < 1K", true), ("len != 6", false), ("len>1k", false), ("len==6", true), ("lens", false),
      ("proto:udp", false), ("proto:udp|tcp", true), ("~udp", false), ("~src 127.0.0.1", true), ("~dst 0.1:50", true),
      ("~src ^10", false), ("~src 10/8", false),
    ]
  )
  func numbers(_ source: String, _ isMatch: Bool) throws {
    #expect(try Sample("hello").matches(source) == isMatch)
  }

  @Test("is: asks what a message is made of")
  func contents() throws {
    #expect(try Sample("a\u{1B}b").matches("is:ctl") && Sample([0x7F]).matches("is:ctl"))
    #expect(try !Sample("a\tb\nc\rd é").matches("is:ctl|bidi|badutf8"))
    #expect(try Sample("a\u{202E}b").matches("is:bidi") && !Sample("a\u{200B}b").matches("is:bidi"))
    #expect(try Sample([0x61, 0xC3]).matches("is:badutf8") && Sample([0xED, 0xA0, 0x80]).matches("is:badutf8"))
    #expect(try !Sample("ab\r").matches("is:ctl"))
  }

  @Test("is: asks what became of a message")
  func flags() throws {
    let names: [(MessageRecord.Flags, Set<String>)] = [
      (.truncated, ["trunc", "error", "received"]), (.partial, ["partial", "error", "received"]),
      (.stop, ["stop", "received"]), (.stopRefused, ["stop", "error", "received"]),
      (.answered, ["answered", "received"]),
      ([], ["received"]), ([.notice], ["event"]), ([.notice, .alert], ["event", "error"]),
      (.hostile, ["hostile", "received"]), (.sent, ["sent"]), ([.sent, .unanswered], ["sent", "unanswered", "error"]),
      ([.sent, .answered, .late], ["sent", "answered", "late"]),
    ]
    for (flags, expected) in names {
      let sample = Sample("x").with(flags)
      let found = try FilterTrait.allCases.map(\.rawValue).filter { try sample.matches("is:\($0)") }
      #expect(Set(found) == expected)
      #expect(try sample.matches("~e") == expected.contains("error"))
    }
  }

  @Test("An event is found by its words and its peer, and has no length, bytes or oddities")
  func events() throws {
    let event = Sample("connected\u{07}").with(.notice)
    #expect(try event.matches("connected") && event.matches("/^conn/ port:50172 is:event"))
    #expect(try !event.matches("len<5 | hex:63 | is:ctl|badutf8"))
  }

  @Test(
    "! binds closest, then & or a space, then |",
    arguments: [
      ("a b", true), ("a&b", true), ("a && x", false), ("a | x", true), ("x || b", true), ("!x a", true),
      ("!(a b)", false),
      ("!a | b", true), ("x a | b", true), ("x (a | b)", false), ("!x !y", true), ("!!a", true), ("(a)(b)", true),
      ("a|x b", true),
      ("x|y&a", false), ("len>1 is:ctl|bidi | a", true), ("is:ctl|len>1", true), ("is:ctl|(a)", true),
      ("is:ctl|/a/", true),
      ("port:1|from:127/8", true), ("", true), ("   ", true), ("! x", true),
    ]
  )
  func precedence(_ source: String, _ isMatch: Bool) throws {
    #expect(try Sample("a b").matches(source) == isMatch)
  }

  @Test(
    "A wrong filter says where, and how it would be right",
    arguments: [
      ("from:300.0.0.1", 6, "10.0.0.0/8"), ("from:127", 6, "127/8"), ("from:", 6, "from:"),
      ("a from:10.0.0.1/33", 8, "from:"),
      ("from:01.2.3.4", 6, "from:"), ("from:[::1", 6, "[::1]"), ("from:1::2::3", 6, "from:"),
      ("from:10/8|10.0.0", 11, "from:"),
      ("port:70000", 6, "65535"), ("port:x", 6, "65535"), ("conn:-1", 6, "conn:12"), ("proto:sctp", 7, "unix"),
      ("is:crl", 4, "badutf8"), ("is:ctl|bidy", 8, "bidi"), ("len>", 5, "len>100"), ("len>x", 5, "len>100"),
      ("len>99999999999G", 5, "len>100"), ("hex:1", 5, "two digits"), ("hex:zz", 5, "two digits"),
      ("hex:", 5, "two digits"),
      ("(a", 1, "never closed"), ("a)", 2, "closes no group"), ("a |", 4, "missing"), ("| a", 1, "missing"),
      ("a & & b", 5, "missing"),
      ("!", 2, "missing"), ("()", 2, "missing"), ("\"abc", 1, "never closed"), ("\"\"", 2, "no text"),
      ("/abc", 1, "never closed"),
      ("//", 2, "empty"), ("/usr/bin", 6, "quotes"), ("x /a(b/", 5, "never closed"), ("~b (", 1, "regular expression"),
      ("~b \"a(b\"", 6, "never closed"), ("~q", 1, "~src"), ("~", 1, "~src"), (#"ab\qc"#, 3, #"\xNN"#),
      (#"é "x\x1g""#, 5, #"\xNN"#),
      ("src:10.0.0.1", 1, "from:"), ("日本 host:x", 4, "quotes"), ("bytes>5", 1, "len>"),
      ("a size <= 10", 3, "len>"), ("length<2", 1, "quotes"),
    ]
  )
  func errors(_ source: String, _ column: Int, _ words: String) {
    let error = #expect(throws: FilterError.self) { try Filter.parse(source) }
    #expect(error?.column == column, "\(error?.reason ?? "")")
    #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
  }

  @Test(
    "The canonical text is short and reads as the same filter",
    arguments: [
      ("len > 8   from:127/8", "len>8 from:127.0.0.0/8"), ("a&b|!(c|d)", "a b | !(c | d)"),
      ("is:ctl|bidi", "is:ctl|bidi"),
      ("\"hello\" ~tcp ~e", "hello proto:tcp is:error"), ("\"a b\" \"x|y\"", #""a b" "x|y""#),
      ("~b \"a/b\"", #"/a\/b/i"#),
      ("~dst \"a\\\"b\"", #"~src "a\"b""#), ("hex:\"1B 5b\"", "hex:1b5b"), ("from:[FE80::1]:50", "from:[fe80::1]:50"),
      ("from:[fe80::/10]:50", "from:[fe80::]/10:50"),
      (#"\x1b \u{41}"#, #"\e A"#), (#""bytes>5""#, #""bytes>5""#), ("size=5 byte", "size=5 byte"),
      ("text:len>5", #""len>5""#), ("(a (b c)) | d", "a (b c) | d"), ("", ""),
    ]
  )
  func canonical(_ source: String, _ text: String) throws {
    let filter = try Filter.parse(source)
    #expect(filter.description == text)
    #expect(try Filter.parse(text) == filter)
    #expect(filter.description.isEmpty == text.isEmpty)
  }

  @Test("A letter that joins with what follows it takes no sign away")
  func joiningLetters() throws {
    // U+0D4E is one character together with the sign after it (UAX #29, Prepend).
    for sign in ["\"", "\\", " ", ")", "/", "\u{10}"] {
      let bytes = Array("\u{D4E}\(sign)".utf8)
      let filter = try Filter.parse(EscapedText.quoted(bytes))
      #expect(try Filter.parse(filter.description) == filter)
      #expect(try Sample(bytes).matches(filter.description) && !Sample("\u{D4E}").matches(filter.description))
    }
    #expect(try Sample("\u{D4E}").matches("(\u{D4E}) /\u{D4E}/ ~b \"\u{D4E}\""))
  }

  @Test("Texts that look the same and have other bytes are other filters")
  func equality() throws {
    #expect(try Filter.parse("\u{E9}") != Filter.parse("e\u{301}"))
    #expect(try BytePattern("\u{E9}") != BytePattern("e\u{301}"))
  }

  @Test("Filters nested without end are refused")
  func nesting() {
    for source in ["(", "!", "!(", "(a|"] {
      #expect(throws: FilterError.self) { try Filter.parse(String(repeating: source, count: 50_000)) }
    }
  }

  @Test("Random text never traps the parser, and what it takes it also writes", arguments: 1...6 as ClosedRange<UInt64>)
  func fuzz(_ seed: UInt64) throws {
    var random = TestRandom(seed: seed)
    let pieces =
      [
        "from:", "127/8", "[::1]", ":5", "port:", "5", "conn:", "len", ">", "<=", "is:", "ctl", "proto:", "udp", "hex:",
        "1b",
      ]
      + [
        "~b ", "~src ", "~e", "text:", "\"", "/", "/i", "a", "é", "\\", "\\x1b", "\\u{41}", " ", " ", "&", "|", "!",
        "(", ")", "*",
      ]
    for _ in 0..<1500 {
      let source = (0..<Int.random(in: 0..<14, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        .joined()
      do {
        let filter = try Filter.parse(source)
        #expect(try Filter.parse(filter.description) == filter, "\(source)")
        _ = try Sample("a é 5").matches(source)
      } catch let error as FilterError {
        #expect((1...(source.count + 1)).contains(error.column) && !error.reason.isEmpty, "\(source)")
      }
    }
  }
}
