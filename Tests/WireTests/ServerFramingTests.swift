import Testing

@testable import Wire

@Suite struct ServerFramingTests {
  static let words: [(String, Framing)] = [
    ("line", .line), ("crlf", .crlf), ("nul", .nul), ("length16", .length16), ("length32", .length32), ("raw", .raw),
    ("fixed:1", .fixed(1)), ("fixed:16", .fixed(16)), ("fixed:65507", .fixed(65_507)),
  ]

  @Test("A framing's word is read, and written as it is read", arguments: words)
  func readsWord(word: String, framing: Framing) {
    #expect(Framing(word) == framing)
    #expect(framing.description == word)
  }

  @Test(
    "A word that names no framing is refused",
    arguments: [
      "", "Line", "lines", "length", "length8", "fixed", "fixed:", "fixed:0", "fixed:-1", "fixed:+1", "fixed:65508",
      "fixed:1 ", "fixed:x", "fixed:99999999999999999999", " line",
    ]
  )
  func badWord(word: String) { #expect(Framing(word) == nil) }

  static let encodings: [(Framing, [UInt8])] = [
    (.line, [0x68, 0x69, 0x0a]), (.crlf, [0x68, 0x69, 0x0d, 0x0a]), (.nul, [0x68, 0x69, 0]),
    (.length16, [0, 2, 0x68, 0x69]),
    (.length32, [0, 0, 0, 2, 0x68, 0x69]), (.fixed(4), [0x68, 0x69, 0, 0]), (.fixed(2), [0x68, 0x69]),
    (.raw, [0x68, 0x69]),
  ]

  @Test("A message goes over a stream as its framing says", arguments: encodings)
  func encoding(framing: Framing, wire: [UInt8]) throws {
    var output: [UInt8] = [0xff]
    try framing.append(Array("hi".utf8), to: &output)
    #expect(output == [0xff] + wire)
  }

  @Test("A line that ends with CR gets no second one", arguments: [("", "\r\n"), ("\r", "\r\n"), ("a\r", "a\r\n")])
  func carriageReturns(payload: String, wire: String) throws {
    var output = Array("before\r".utf8)
    try Framing.crlf.append(Array(payload.utf8), to: &output)
    #expect(output == Array("before\r\(wire)".utf8))
  }

  @Test("Lengths are written big end first")
  func bigEnd() throws {
    var output: [UInt8] = []
    try Framing.length16.append([UInt8](repeating: 1, count: 0x0102), to: &output)
    #expect(output.prefix(2) == [1, 2])
    output = []
    try Framing.length32.append([UInt8](repeating: 1, count: 0x01_0203), to: &output)
    #expect(output.prefix(4) == [0, 1, 2, 3])
  }

  static let misfits: [(Framing, [UInt8], FramingError)] = [
    (.line, [0x61, 0x0a], .containsDelimiter(0x0a)), (.nul, [0], .containsDelimiter(0)),
    (.fixed(2), [1, 2, 3], .tooLong(count: 3, limit: 2)),
  ]

  @Test("A message that does not fit its framing is refused, and nothing of it is written", arguments: misfits)
  func misfit(framing: Framing, payload: [UInt8], error: FramingError) {
    var output: [UInt8] = []
    #expect(throws: error) { try framing.append(payload, to: &output) }
    #expect(output.isEmpty)
  }

  @Test("A length of two bytes carries its longest message, and nothing longer")
  func longest() throws {
    var output: [UInt8] = []
    try Framing.length16.append([UInt8](repeating: 7, count: 65_535), to: &output)
    #expect(output.count == 65_537 && output.prefix(2) == [0xff, 0xff])
    #expect(throws: FramingError.tooLong(count: 65_536, limit: 65_535)) {
      try Framing.length16.append([UInt8](repeating: 7, count: 65_536), to: &output)
    }
    #expect(output.count == 65_537)
  }

  @Test("A datagram is its own frame; only a fixed size pads it")
  func datagrams() throws {
    for framing in [Framing.line, .nul, .length16, .length32, .raw] {
      var output: [UInt8] = []
      try framing.appendDatagram([0x0a, 0], to: &output)
      #expect(output == [0x0a, 0])
    }
    var padded: [UInt8] = []
    try Framing.fixed(4).appendDatagram([9], to: &padded)
    #expect(padded == [9, 0, 0, 0])
    #expect(throws: FramingError.tooLong(count: 65_508, limit: 65_507)) {
      try Framing.line.appendDatagram([UInt8](repeating: 0, count: 65_508), to: &padded)
    }
  }

  static let shown: [(Framing, Transport, String, Int)] = [
    (.line, .tcp, "hello\r", 5), (.line, .tcp, "hello", 5), (.line, .tcp, "\r\r", 1), (.line, .tcp, "", 0),
    (.nul, .tcp, "hello\r", 6), (.fixed(8), .tcp, "hi\0\0x\0\0\0", 2), (.fixed(2), .unix, "hi", 2),
    (.fixed(4), .udp, "\0abc", 0), (.line, .udp, "hello\0\0\0", 5), (.line, .udp, "a\0b\0", 3),
    (.line, .udp, "\0\0", 0),
    (.line, .udp, "hello\r", 6), (.raw, .tcp, "x\0", 2), (.length16, .tcp, "x\r", 2),
  ]

  @Test("Padding and a line's carriage return are counted but not shown", arguments: shown)
  func shownCount(framing: Framing, transport: Transport, text: String, count: Int) {
    let bytes = [0xaa, 0xaa] + Array(text.utf8)
    #expect(framing.shown(of: bytes[2...], transport: transport).count == count)
  }
}
