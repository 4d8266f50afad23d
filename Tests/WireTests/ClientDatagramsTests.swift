import Testing
import Wire

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@Suite("A client on datagrams") struct ClientDatagramsTests {
  @Test("sends, takes receipts and ends", arguments: [ClientPlace.ipv4, .ipv6])
  func conversation(place: ClientPlace) throws {
    let server = try ClientPeerSocket(place, isDatagram: true)
    let client = try ClientHarness(server.datagramEndpoint)
    try client.send("hello", "you")
    for text in ["hello", "you"] {
      let (bytes, source) = try server.peer.receiveDatagram()
      #expect(bytes == Array(text.utf8))
      try server.peer.send(Array("re \(text)".utf8), to: source)
    }
    client.finish()
    let (end, totals) = try client.end()
    #expect(end == .finished)
    #expect(client.messages(.receipt) == [1, 2])
    #expect(client.replies == ["re hello", "re you"])
    #expect(totals.bytesSent == 8)
    #expect(totals.bytesReceived == 14)
  }

  @Test(
    "an empty datagram among many goes like any other: each one that is told as sent comes, in order",
    arguments: [0, 1, 32, 39]
  )
  func empties(place: Int) throws {
    let server = try ClientPeerSocket(.ipv4, isDatagram: true)
    let client = try ClientHarness(server.datagramEndpoint) {
      $0.awaitsReceipts = false
      $0.timeoutNanoseconds = 50_000_000
    }
    var texts = (0..<40).map { "message \($0)" }
    texts[place] = ""
    try client.send(texts)
    client.finish()
    for text in texts {
      #expect(String(decoding: try server.peer.receiveDatagram().bytes, as: UTF8.self) == text)
    }
    #expect(try client.end().0 == .finished)
    #expect(client.messages(.sent) == (1...40).map(UInt64.init))
  }

  @Test("hears nobody but its peer")
  func strangers() throws {
    let server = try ClientPeerSocket(.ipv4, isDatagram: true)
    let stranger = try ClientPeerSocket(.ipv4, isDatagram: true)
    let client = try ClientHarness(server.datagramEndpoint)
    try client.send("hello")
    let (_, source) = try server.peer.receiveDatagram()
    // On one machine datagrams come in the order of their sending: were the stranger heard, it would be first.
    try stranger.peer.send(Array("stranger".utf8), to: source)
    try server.peer.send(Array("friend".utf8), to: source)
    client.finish()
    #expect(try client.end().0 == .finished)
    #expect(client.replies == ["friend"])
  }

  @Test("a dead port is a clear end", arguments: [ClientPlace.ipv4, .ipv6], [true, false])
  func deadPort(place: ClientPlace, awaitsReceipts: Bool) throws {
    let server = try ClientPeerSocket(place, isDatagram: true)
    try server.refuseDatagrams()
    let client = try ClientHarness(server.datagramEndpoint) { $0.awaitsReceipts = awaitsReceipts }
    try client.send("hello")
    client.finish()
    let (end, _) = try client.end()
    guard case .failed(.cannotConnect(server.datagramEndpoint, let error)) = end else {
      Issue.record("\(end)")
      return
    }
    #expect(error.code == ECONNREFUSED)
    #expect(client.messages(.failed) == (awaitsReceipts ? [1] : []))
  }

  @Test("what one address refuses goes to the next, each message once and in order")
  func nextAddress() throws {
    let (ipv6, ipv4) = try ClientPeerSocket.pair(isDatagram: true)
    try ipv6.refuseDatagrams()
    var calls = SystemCalls.kernel
    calls.resolve = { _ in
      .success([SocketAddress(family: .ipv6, low: 1), .ipv4(127, 0, 0, 1, port: 0)])
    }
    let client = try ClientHarness(.udp(host: "twofold.test", port: ipv4.port), calls: calls)
    let texts = (1...40).map { "message \($0)" }
    try client.send(texts)
    client.finish()
    for text in texts {
      let (bytes, source) = try ipv4.peer.receiveDatagram()
      #expect(String(decoding: bytes, as: UTF8.self) == text)
      try ipv4.peer.send(bytes, to: source)
    }
    let (end, totals) = try client.end()
    #expect(end == .finished)
    #expect(client.replies == texts)
    #expect(totals.messagesSent == 40)
    #expect(client.failedAttempts.map(\.code) == [ECONNREFUSED])
    #expect(client.attempts.map { $0?.family } == [.ipv6, .ipv4])
  }

  @Test("never has more unanswered than the window holds")
  func window() throws {
    let count = 2000
    let transmitted = ClientCounter()
    let answered = ClientCounter()
    let excess = ClientCounter()
    var calls = SystemCalls.kernel
    calls.transmitDatagrams = { group, descriptor in
      let count = SystemCalls.kernel.transmitDatagrams(group, descriptor)
      if count > 0 { transmitted.add(count) }
      if transmitted.count - answered.count > 128 { excess.add() }
      return count
    }
    let server = try ClientPeerSocket(.ipv4, isDatagram: true)
    let client = try ClientHarness(server.datagramEndpoint, calls: calls)
    try client.send((0..<count).map { "\($0)" })
    client.finish()
    for index in 0..<count {
      let (bytes, source) = try server.peer.receiveDatagram()
      #expect(String(decoding: bytes, as: UTF8.self) == "\(index)")
      answered.add()
      try server.peer.send(bytes, to: source)
    }
    #expect(try client.end().0 == .finished)
    #expect(client.messages(.receipt) == Array(1...UInt64(count)))
    #expect(excess.count == 0)
  }

  @Test("never has more unanswered bytes than the window holds")
  func windowOfBytes() throws {
    let transmitted = ClientCounter()
    let answered = ClientCounter()
    let excess = ClientCounter()
    var calls = SystemCalls.kernel
    calls.transmitDatagrams = { group, descriptor in
      let count = SystemCalls.kernel.transmitDatagrams(group, descriptor)
      if count > 0 { transmitted.add(count * 60_000) }
      if transmitted.count - answered.count > 256 << 10 { excess.add() }
      return count
    }
    let server = try ClientPeerSocket(.ipv4, isDatagram: true, buffers: 1 << 20)
    let client = try ClientHarness(server.datagramEndpoint, calls: calls)
    let text = String(repeating: "x", count: 60_000)
    try client.send((0..<40).map { _ in text })
    client.finish()
    for _ in 0..<40 {
      let (bytes, source) = try server.peer.receiveDatagram()
      #expect(bytes.count == 60_000)
      answered.add(60_000)
      try server.peer.send(bytes, to: source)
    }
    #expect(try client.end().0 == .finished)
    #expect(excess.count == 0)
  }

  @Test("a lost reply times out, and a late one still answers")
  func lateAndLost() throws {
    let server = try ClientPeerSocket(.ipv4, isDatagram: true)
    let client = try ClientHarness(server.datagramEndpoint) { $0.timeoutNanoseconds = 20_000_000 }
    try client.send("a", "b")
    let (_, source) = try server.peer.receiveDatagram()
    try client.wait(for: .timedOut, count: 2)
    try server.peer.send(Array("late".utf8), to: source)
    try client.wait(for: .lateReceipt)
    client.finish()
    let (end, totals) = try client.end()
    #expect(end == .finished)
    #expect(client.messages(.timedOut) == [1, 2])
    #expect(client.messages(.lateReceipt) == [1])
    #expect(totals.unresolved == 0)
  }

  @Test("an echo answers the message whose bytes it has, in whatever order echoes come")
  func echoes() throws {
    let server = try ClientPeerSocket(.ipv4, isDatagram: true)
    let client = try ClientHarness(server.datagramEndpoint)
    try client.send("a", "b", "c")
    let source = try server.peer.receiveDatagram().source
    for _ in 0..<2 { _ = try server.peer.receiveDatagram() }
    for text in ["c", "a", "c", "b"] { try server.peer.send(Array(text.utf8), to: source) }
    try client.wait(for: .receipt, count: 3)
    client.finish()
    let (end, totals) = try client.end()
    #expect(end == .finished)
    #expect(client.messages(.receipt) == [3, 1, 2])
    #expect(client.records.filter { $0.kind == .received }.map(\.detail) == [.duplicate])
    #expect(totals.receipts == 3 && totals.messagesReceived == 4)
  }

  @Test("messages that a server takes for receipts are not awaited")
  func receiptLike() throws {
    let server = try ClientPeerSocket(.ipv4, isDatagram: true)
    let client = try ClientHarness(server.datagramEndpoint)
    try client.send("OK", "")
    client.finish()
    #expect(try client.end().0 == .finished)
    #expect(client.messages(.sent) == [1, 2])
    #expect(try server.peer.receiveDatagram().bytes == Array("OK".utf8))
    #expect(try server.peer.receiveDatagram().bytes.isEmpty)
  }

  @Test("a full socket and a system without buffers only delay")
  func fullSocket() throws {
    let turn = ClientCounter()
    var calls = SystemCalls.kernel
    calls.transmitDatagrams = { group, descriptor in
      switch turn.add() % 4 {
      case 0: -Int(EINTR)
      case 1: -Int(EAGAIN)
      case 2: -Int(ENOBUFS)
      default: SystemCalls.kernel.transmitDatagrams(group, descriptor)
      }
    }
    let server = try ClientPeerSocket(.ipv4, isDatagram: true)
    let client = try ClientHarness(server.datagramEndpoint, calls: calls)
    let texts = (0..<100).map { "\($0)" }
    try client.send(texts)
    client.finish()
    for text in texts {
      let (bytes, source) = try server.peer.receiveDatagram()
      #expect(String(decoding: bytes, as: UTF8.self) == text)
      try server.peer.send(bytes, to: source)
    }
    #expect(try client.end().0 == .finished)
    #expect(client.replies == texts)
  }

  @Test("a system that stays without buffers does not keep the client from its end")
  func noBuffers() throws {
    var calls = SystemCalls.kernel
    calls.transmitDatagrams = { _, _ in -Int(ENOBUFS) }
    let server = try ClientPeerSocket(.ipv4, isDatagram: true)
    let client = try ClientHarness(server.datagramEndpoint, calls: calls) { $0.timeoutNanoseconds = 50_000_000 }
    try client.send("hello")
    client.finish()
    let error = WireError.broken(server.datagramEndpoint, SystemError("send", code: ETIMEDOUT))
    #expect(try client.end().0 == .failed(error))
  }

  @Test("a datagram that is too large for the path fails alone")
  func tooLarge() throws {
    let turn = ClientCounter()
    var calls = SystemCalls.kernel
    calls.transmitDatagrams = { group, descriptor in
      turn.add() == 0 ? -Int(EMSGSIZE) : SystemCalls.kernel.transmitDatagrams(group, descriptor)
    }
    let server = try ClientPeerSocket(.ipv4, isDatagram: true)
    let client = try ClientHarness(server.datagramEndpoint, calls: calls)
    try client.send("large", "small")
    client.finish()
    let (bytes, source) = try server.peer.receiveDatagram()
    #expect(bytes == Array("small".utf8))
    try server.peer.send(bytes, to: source)
    let (end, totals) = try client.end()
    #expect(end == .finished)
    #expect(client.messages(.failed) == [1] && client.records.contains { $0.detail == .refused })
    #expect(client.messages(.receipt) == [2])
    #expect(client.failures == [SystemError("send", code: EMSGSIZE)])
    #expect(totals.messagesSent == 1)
  }

  @Test("a refusal by a peer that has answered before is told, and the client goes on", arguments: [true, false])
  func refusedLater(isReading: Bool) throws {
    let heard = ClientCounter()
    let refusals = ClientCounter()
    var calls = SystemCalls.kernel
    calls.receiveDatagrams = { group, descriptor in
      if isReading, heard.count == 1, refusals.add() == 0 { return -Int(ECONNREFUSED) }
      let count = SystemCalls.kernel.receiveDatagrams(group, descriptor)
      if count > 0 { heard.add() }
      return count
    }
    calls.transmitDatagrams = { group, descriptor in
      if !isReading, heard.count == 1, refusals.add() == 0 { return -Int(ECONNREFUSED) }
      return SystemCalls.kernel.transmitDatagrams(group, descriptor)
    }
    let server = try ClientPeerSocket(.ipv4, isDatagram: true)
    let client = try ClientHarness(server.datagramEndpoint, calls: calls)
    try client.send("a")
    let (bytes, source) = try server.peer.receiveDatagram()
    try server.peer.send(bytes, to: source)
    try client.wait(for: .receipt)
    try client.send("b")
    let (more, _) = try server.peer.receiveDatagram()
    #expect(more == Array("b".utf8))
    try server.peer.send(more, to: source)
    try client.wait(for: .receipt, count: 2)
    client.finish()
    #expect(try client.end().0 == .finished)
    #expect(client.failures.map(\.code) == [ECONNREFUSED])
    #expect(client.replies == ["a", "b"])
  }

  @Test("a message that fails twice is given up, and the others go")
  func failsTwice() throws {
    let heard = ClientCounter()
    let refusals = ClientCounter()
    var calls = SystemCalls.kernel
    calls.receiveDatagrams = { group, descriptor in
      let count = SystemCalls.kernel.receiveDatagrams(group, descriptor)
      if count > 0 { heard.add() }
      return count
    }
    calls.transmitDatagrams = { group, descriptor in
      if heard.count == 1, refusals.add() < 2 { return -Int(EPERM) }
      return SystemCalls.kernel.transmitDatagrams(group, descriptor)
    }
    let server = try ClientPeerSocket(.ipv4, isDatagram: true)
    let client = try ClientHarness(server.datagramEndpoint, calls: calls)
    try client.send("a")
    let (bytes, source) = try server.peer.receiveDatagram()
    try server.peer.send(bytes, to: source)
    try client.wait(for: .receipt)
    try client.send("b", "c")
    client.finish()
    let (more, _) = try server.peer.receiveDatagram()
    #expect(more == Array("c".utf8))
    try server.peer.send(more, to: source)
    #expect(try client.end().0 == .finished)
    #expect(client.messages(.failed) == [2])
    #expect(client.messages(.receipt) == [1, 3])
  }

  @Test("pads what it sends to the fixed size")
  func fixedSize() throws {
    let server = try ClientPeerSocket(.ipv4, isDatagram: true)
    let client = try ClientHarness(server.datagramEndpoint) { $0.framing = .fixed(16) }
    try client.send("hello")
    let (bytes, source) = try server.peer.receiveDatagram()
    #expect(bytes == Array("hello".utf8) + [UInt8](repeating: 0, count: 11))
    try server.peer.send([0x4f, 0x4b, 0, 0], to: source)
    client.finish()
    let (_, totals) = try client.end()
    #expect(totals.bytesSent == 16)
    #expect(client.messages(.receipt) == [1])
  }

  @Test("without receipts everything goes, and the end comes after a silence")
  func withoutReceipts() throws {
    let server = try ClientPeerSocket(.ipv4, isDatagram: true)
    let client = try ClientHarness(server.datagramEndpoint) {
      $0.awaitsReceipts = false
      $0.timeoutNanoseconds = 50_000_000
    }
    try client.send((0..<200).map { "\($0)" })
    client.finish()
    let (end, totals) = try client.end()
    #expect(end == .finished)
    #expect(totals.messagesSent == 200)
    #expect(totals.timedOut == 0)
  }
}
