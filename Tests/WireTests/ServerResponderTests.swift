import Testing

@testable import Wire

@Suite struct ServerResponderTests {
  static let receipts: [(Framing, [UInt8])] = [
    (.line, Array("OK\n".utf8)), (.crlf, Array("OK\r\n".utf8)), (.nul, Array("OK\0".utf8)),
    (.length16, [0, 2, 0x4f, 0x4b]),
    (.length32, [0, 0, 0, 2, 0x4f, 0x4b]), (.fixed(1), [0x4f]), (.fixed(2), [0x4f, 0x4b]),
    (.fixed(4), [0x4f, 0x4b, 0, 0]), (.raw, [0x4f, 0x4b]),
  ]

  @Test("A receipt stands in the stream's own framing", arguments: receipts)
  func receipt(framing: Framing, bytes: [UInt8]) {
    #expect(Responder(reply: .ok, stopPolicy: .local, framing: framing).streamReceipt == bytes)
  }

  @Test("Many receipts are one after the other", arguments: [0, 1, 255, 256, 257, 1000])
  func manyReceipts(count: Int) {
    let responder = Responder(reply: .ok, stopPolicy: .local, framing: .line)
    var output: [UInt8] = [1]
    responder.appendReceipts(count, to: &output)
    #expect(output == [1] + Array(repeatElement(Array("OK\n".utf8), count: count).joined()))
  }

  static let echoes: [(Framing, Bool, [UInt8])] = [
    (.line, false, [0x61, 0x0a]), (.line, true, [0x61]), (.nul, false, [0x61, 0]), (.nul, true, [0x61]),
    (.length16, false, [0, 1, 0x61]), (.length32, false, [0, 0, 0, 1, 0x61]), (.fixed(3), false, [0x61, 0, 0]),
    (.raw, false, [0x61]),
  ]

  @Test("An echo is the message as it came", arguments: echoes)
  func echo(framing: Framing, isPartial: Bool, bytes: [UInt8]) {
    let responder = Responder(reply: .echo, stopPolicy: .local, framing: framing)
    var output: [UInt8] = []
    [UInt8]([0x61]).withUnsafeBytes { responder.appendEcho($0, isPartial: isPartial, to: &output) }
    #expect(output == bytes)
  }

  struct StopCase: Sendable {
    var policy: StopPolicy
    var isLocal: Bool
    var isForeign: Bool
    var flags: MessageRecord.Flags
  }

  static let stops: [StopCase] = [
    StopCase(policy: .local, isLocal: true, isForeign: false, flags: .stop),
    StopCase(policy: .local, isLocal: false, isForeign: false, flags: .stopRefused),
    StopCase(policy: .local, isLocal: true, isForeign: true, flags: .stopRefused),
    StopCase(policy: .any, isLocal: false, isForeign: false, flags: .stop),
    StopCase(policy: .any, isLocal: true, isForeign: true, flags: .stopRefused),
    StopCase(policy: .never, isLocal: true, isForeign: false, flags: .stopRefused),
  ]

  @Test("A stop message stops only where the policy and the connection's beginning allow it", arguments: stops)
  func stop(stop: StopCase) {
    let responder = Responder(reply: .ok, stopPolicy: stop.policy, framing: .line)
    #expect(responder.flags(firstByte: 0x2e, isLocal: stop.isLocal, isForeign: stop.isForeign) == stop.flags)
    #expect(responder.flags(firstByte: 0x20, isLocal: stop.isLocal, isForeign: stop.isForeign) == [])
    #expect(responder.flags(firstByte: nil, isLocal: stop.isLocal, isForeign: stop.isForeign) == [])
  }

  private func isForeign(_ stream: String, piece: Int) -> Bool {
    var opening = StreamOpening()
    let bytes = Array(stream.utf8)
    for start in stride(from: 0, to: bytes.count, by: piece) {
      bytes[start..<min(bytes.count, start + piece)].withUnsafeBytes { opening.note($0) }
    }
    return opening.isForeign
  }

  @Test(
    "A stream that begins like HTTP or TLS is foreign, wherever the reads fall",
    arguments: [
      "GET /", "POST / HTTP/1.1", "PUT /", "HEAD /", "DELETE /", "OPTIONS *", "PATCH /", "CONNECT h", "TRACE /",
      "\u{16}\u{3}\u{1}", "\r\n\nPOST / HTTP/1.1", "PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n.\r\n", "FOO x HTTP/3\n.\n",
      "patch /a?b=c http/1.0\n", "PRI * HTTP/2.0\r\n", "M-SEARCH * HTTP/1.1\r\n",
    ],
    [1, 3, 100]
  )
  func foreign(stream: String, piece: Int) { #expect(isForeign(stream, piece: piece)) }

  @Test(
    "Any other beginning is not",
    arguments: [
      "", ".", "GET", "get /", "POSTER", "hello", "\u{16}", " GET /", "hello\nFOO / HTTP/1.1\n", "HTTP/1.1\n",
      "a HTTP/1.\n",
      "a HTTP/.1\n", "a HTTP/1.1 \n", "GETGETGETGET x\n", "\u{0}GET /",
      "a " + String(repeating: "b", count: 9000) + " HTTP/1.1\n",
    ]
  )
  func domestic(stream: String) { #expect(!isForeign(stream, piece: 100)) }

  @Test("Empty lines without end are no beginning: the stream is looked at no longer", arguments: ["\n", "\r\n"])
  func emptyLines(line: String) {
    #expect(!isForeign(String(repeating: line, count: 8192) + "GET / HTTP/1.1\n", piece: 1000))
  }

  private static let responder = Responder(reply: .ok, stopPolicy: .local, framing: .line)
  private static let here = SocketAddress.ipv4(127, 0, 0, 1, port: 5000)

  private func mayAnswer(
    _ bytes: [UInt8] = [1],
    from source: SocketAddress = .ipv4(127, 0, 0, 1, port: 40_000),
    to destination: SocketAddress? = here
  ) -> Bool {
    bytes.withUnsafeBytes { Self.responder.mayAnswer($0, from: source, to: destination, port: 5000) }
  }

  @Test("A datagram that could be a receipt is never answered, whole or cut", arguments: 0...4)
  func receiptPrefix(count: Int) {
    #expect(!mayAnswer(Array(Responder.datagramReceipt.prefix(count))))
    #expect(mayAnswer(Array(Responder.datagramReceipt.prefix(count)) + [1]))
    #expect(mayAnswer(Responder.datagramReceipt + [0]))
  }

  @Test("Services, ourselves and crowds are never answered")
  func sources() {
    #expect(mayAnswer())
    #expect(mayAnswer(to: nil))
    #expect(mayAnswer(from: .ipv4(10, 0, 0, 1, port: 1024)))
    #expect(!mayAnswer(from: .ipv4(10, 0, 0, 1, port: 1023)))
    #expect(!mayAnswer(from: .ipv4(10, 0, 0, 1, port: 0)))
    #expect(!mayAnswer(from: .ipv4(10, 0, 0, 1, port: 5000)))
    #expect(!mayAnswer(from: .ipv4(224, 0, 0, 1, port: 40_000)))
    #expect(!mayAnswer(from: .ipv4(255, 255, 255, 255, port: 40_000)))
    #expect(!mayAnswer(to: .ipv4(239, 1, 2, 3, port: 5000)))
    #expect(!mayAnswer(to: .ipv4(255, 255, 255, 255, port: 5000)))
    #expect(!mayAnswer(to: SocketAddress(family: .ipv6, port: 5000, high: 0xff02 << 48, low: 1)))
  }

  @Test(
    "A source beyond this machine gets at most a thousand replies in any second; this machine as many as it asks for"
  )
  func replyLimit() {
    var limiter = ReplyLimiter()
    let source = SocketAddress.ipv4(192, 0, 2, 1, port: 40_000)
    var times: [Int64] = []
    for time in stride(from: Int64(0), to: 5_000_000_000, by: 100_000) {
      // Another port is the same source: the port of a forged datagram costs nothing.
      var source = source
      source.port += UInt16(time / 100_000 % 100)
      // It is quiet for the second second.
      if !(1_000_000_000..<2_000_000_000).contains(time), limiter.allows(source, now: time) { times.append(time) }
    }
    var first = 0
    for (index, time) in times.enumerated() {
      while time - times[first] >= 1_000_000_000 { first += 1 }
      #expect(index - first < ReplyLimiter.limit)
    }
    #expect(times.count { $0 < 1_000_000_000 } > 950)
    #expect(times.count > 3500)
    for _ in 0..<5000 { #expect(limiter.allows(.ipv4(127, 0, 0, 1, port: 40_000), now: 0) == true) }
  }
}
