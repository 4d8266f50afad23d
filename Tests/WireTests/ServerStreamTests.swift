import TestKit
import Testing

@testable import Wire

@Suite struct ServerStreamTests {
  @Test("One port serves TCP and UDP over IPv4 and IPv6, and a Unix socket beside them")
  func onePort() throws {
    let folder = ServerFolder()
    let fixture = try ServerFixture { $0.unixPath = folder.socket }
    let port = fixture.port
    #expect(fixture.endpoints.contains(.tcp(host: "127.0.0.1", port: port)))
    #expect(fixture.endpoints.contains(.udp(host: "127.0.0.1", port: port)))
    #expect(fixture.endpoints.last == .unix(path: folder.socket))
    var streams = [try ServerPeer.tcp(port), try ServerPeer.unix(folder.socket)]
    var datagrams = [try ServerPeer.udp(port)]
    if ServerPeer.hasVersion6 {
      #expect(fixture.endpoints.contains(.tcp(host: "::1", port: port)))
      streams.append(try ServerPeer.tcp6(port))
      datagrams.append(try ServerPeer.udp6(port))
    }
    for peer in streams {
      try peer.send("hello\n")
      #expect(try peer.receiveText(3) == "OK\n")
    }
    for peer in datagrams {
      try peer.send("hello")
      #expect(try peer.receiveDatagram() == Responder.datagramReceipt)
    }
    let count = streams.count + datagrams.count
    try fixture.wait("messages") { $0.messages.count == count }
    #expect(fixture.messages.allSatisfy { $0.text == "hello" && $0.record.flags == .answered })
    #expect(fixture.messages.map(\.peer.transport).prefix(2) == [.tcp, .unix])
    #expect(fixture.messages[0].peer.address.isLoopback)
    #expect(fixture.messages[1].peer.address.scope != 0)
    #expect(fixture.connected.map(\.connection.number) == Array(1...UInt32(streams.count)))
  }

  static let framings: [Framing] = [.line, .crlf, .nul, .length16, .length32, .fixed(8), .raw]

  @Test("Every framing is understood and answered in kind", arguments: framings, ReplyMode.allCases)
  func everyFraming(framing: Framing, reply: ReplyMode) throws {
    let fixture = try ServerFixture {
      $0.framing = framing
      $0.reply = reply
      $0.transports = [.tcp]
    }
    let peer = try ServerPeer.tcp(fixture.port)
    let payloads = ["hello", "a", "12345678"]
    var sent = 0
    for (index, payload) in payloads.enumerated() {
      var wire: [UInt8] = []
      try framing.append(Array(payload.utf8), to: &wire)
      sent += wire.count
      try peer.send(wire)
      switch reply {
      case .ok:
        let receipt = Responder(reply: .ok, stopPolicy: .never, framing: framing).streamReceipt
        #expect(try peer.receive(receipt.count) == receipt)
      case .echo: #expect(try peer.receive(wire.count) == wire)
      case .none: break
      }
      try fixture.wait("message") { $0.messages.count == index + 1 }
    }
    peer.finishWriting()
    #expect(try peer.receiveToEnd() == [])
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    #expect(fixture.disconnected[0].reason == .finished)
    #expect(fixture.disconnected[0].traffic.messages == 3)
    #expect(fixture.disconnected[0].traffic.bytesReceived == UInt64(sent))
    #expect(fixture.wireBytes == UInt64(sent))
    #expect(fixture.messages.map { $0.text.prefix { $0 != "\0" && $0 != "\r" } } == payloads.map { $0[...] })
    #expect(fixture.messages.allSatisfy { $0.record.flags == (reply == .none ? [] : .answered) })
  }

  @Test(
    "Messages that come one by one, together or in parts are recorded and answered alike",
    arguments: ReplyMode.allCases
  )
  func pieces(reply: ReplyMode) throws {
    let fixture = try ServerFixture {
      $0.reply = reply
      $0.transports = [.tcp]
    }
    let peer = try ServerPeer.tcp(fixture.port)
    for piece in ["one\n", "two\nthree\n", "fo", "ur\n", "\n", "five\nsi", "x\n", "seven\n"] {
      try peer.send(piece)
      let count = fixture.messages.count + piece.count { $0 == "\n" }
      try fixture.wait("messages") { $0.messages.count == count }
    }
    peer.finishWriting()
    let texts = ["one", "two", "three", "four", "", "five", "six", "seven"]
    let answers: [String] =
      switch reply {
      case .ok: texts.map { _ in "OK\n" }
      case .echo: texts.map { $0 + "\n" }
      case .none: []
      }
    #expect(try peer.receiveToEnd() == Array(answers.joined().utf8))
    #expect(fixture.messages.map(\.text) == texts)
    #expect(fixture.messages.map(\.record.sequence) == Array(1...8))
    #expect(fixture.messages.map(\.record.wireCount) == texts.map { UInt64($0.count + 1) })
    #expect(fixture.messages.allSatisfy { ($0.record.replyTime != .none) == (reply != .none) })
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    #expect(fixture.disconnected[0].traffic.messages == 8)
    #expect(fixture.disconnected[0].traffic.bytesSent == UInt64(answers.joined().count))
  }

  @Test("Two hundred thousand pipelined lines come in order, without gaps, counted to the byte")
  func pipelining() throws {
    let fixture = try ServerFixture {
      $0.delivery = .lossless
      $0.transports = [.tcp]
    }
    let peer = try ServerPeer.tcp(fixture.port)
    let count = 200_000
    var lines: [UInt8] = []
    for index in 0..<count {
      lines.append(contentsOf: String(index).utf8)
      lines.append(0x0a)
    }
    let stream = lines
    let sender = BackgroundThread {
      try? peer.send(stream)
      peer.finishWriting()
    }
    let receiver = BackgroundThread {
      let receipts = try? peer.receiveToEnd()
      let isWhole = receipts.map { receipts in
        receipts.count == 3 * count && receipts.indices.allSatisfy { receipts[$0] == [0x4f, 0x4b, 0x0a][$0 % 3] }
      }
      #expect(isWhole == true)
    }
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    sender.join()
    receiver.join()
    #expect(fixture.messages.count == count)
    var isRight = true
    for (index, message) in fixture.messages.enumerated() where isRight {
      isRight = message.record.sequence == UInt64(index + 1) && message.text == String(index)
    }
    #expect(isRight)
    #expect(fixture.wireBytes == UInt64(stream.count))
    #expect(fixture.disconnected[0].traffic.bytesReceived == UInt64(stream.count))
    #expect(fixture.disconnected[0].traffic.bytesSent == UInt64(3 * count))
    fixture.end()
    #expect(fixture.stopped?.totals.traffic.messages == UInt64(count))
    #expect(fixture.stopped?.totals.traffic.bytesReceived == UInt64(stream.count))
    #expect(fixture.stopped?.totals.connections == 1)
  }

  @Test("An unterminated last line is a message: answered after FIN")
  func lastLine() throws {
    let fixture = try ServerFixture { $0.transports = [.tcp] }
    let peer = try ServerPeer.tcp(fixture.port)
    try peer.send("whole\nhalf")
    peer.finishWriting()
    #expect(try peer.receiveToEnd() == Array("OK\nOK\n".utf8))
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    #expect(fixture.messages.map(\.text) == ["whole", "half"])
    #expect(fixture.messages[1].record.flags == [.partial, .answered])
    #expect(fixture.messages[1].record.wireCount == 4)
    #expect(fixture.wireBytes == 10)
    #expect(fixture.disconnected[0].reason == .finished)
    fixture.end()
    #expect(fixture.stopped?.totals.partial == 1)
  }

  @Test(
    "Of a message that is shorter than announced FIN leaves a part, which is recorded, not answered and not obeyed",
    arguments: [
      (Framing.length16, [0, 9] as [UInt8]), (.length32, [0xff, 0xff, 0xff, 0xff]), (.fixed(9), []),
    ]
  )
  func shorterThanAnnounced(framing: Framing, header: [UInt8]) throws {
    let fixture = try ServerFixture {
      $0.framing = framing
      $0.transports = [.tcp]
    }
    let peer = try ServerPeer.tcp(fixture.port)
    try peer.send(header + Array(".half".utf8))
    peer.finishWriting()
    #expect(try peer.receiveToEnd() == [])
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    #expect(fixture.messages.map(\.text) == [".half"])
    #expect(fixture.messages[0].record.flags == .partial)
    #expect(fixture.stopping == nil)
  }

  @Test("What a broken connection leaves unfinished is recorded and not answered")
  func reset() throws {
    let fixture = try ServerFixture { $0.transports = [.tcp] }
    let peer = try ServerPeer.tcp(fixture.port)
    try peer.send("whole\n.half")
    #expect(try peer.receiveText(3) == "OK\n")
    peer.reset()
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    #expect(fixture.disconnected[0].reason == .reset)
    #expect(fixture.messages.map(\.text) == ["whole", ".half"])
    #expect(fixture.messages[1].record.flags == .partial)
    #expect(fixture.disconnected[0].traffic.bytesReceived == 11)
    #expect(fixture.stopping == nil)
    fixture.end()
    #expect(fixture.stopped?.totals.partial == 1)
  }

  @Test("A message over the limit is cut, marked, and counted whole; the next one is whole again")
  func limit() throws {
    let fixture = try ServerFixture {
      $0.limits.messageBytes = 10
      $0.transports = [.tcp]
    }
    let peer = try ServerPeer.tcp(fixture.port)
    try peer.send([UInt8](repeating: 0x61, count: 300_000) + Array("\nshort\n".utf8))
    #expect(try peer.receiveText(6) == "OK\nOK\n")
    try fixture.wait("messages") { $0.messages.count == 2 }
    #expect(fixture.messages.map(\.text) == ["aaaaaaaaaa", "short"])
    #expect(fixture.messages[0].record.flags == [.truncated, .answered])
    #expect(fixture.messages[0].record.wireCount == 300_001)
    #expect(fixture.messages[1].record.flags == .answered)
    try peer.send([UInt8](repeating: 0x61, count: 11))
    peer.finishWriting()
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    fixture.end()
    #expect(fixture.stopped?.totals.truncated == 2)
    #expect(fixture.stopped?.totals.partial == 1)
  }

  @Test("Over the limit of connections new ones are refused and counted; when one leaves, the next is served")
  func connectionLimit() throws {
    let fixture = try ServerFixture {
      $0.limits.connections = 2
      $0.transports = [.tcp]
    }
    let first = try ServerPeer.tcp(fixture.port)
    let second = try ServerPeer.tcp(fixture.port)
    try fixture.wait("connected") { $0.connected.count == 2 }
    let third = try ServerPeer.tcp(fixture.port)
    #expect((try? third.receiveToEnd()) ?? [] == [])
    try fixture.wait("refused") { !$0.refusals.isEmpty }
    #expect(fixture.refusals == [.connections(count: 1, limit: 2)])
    first.close()
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    let fourth = try ServerPeer.tcp(fixture.port)
    for peer in [second, fourth] {
      try peer.send("hello\n")
      #expect(try peer.receiveText(3) == "OK\n")
    }
    fixture.end()
    #expect(fixture.stopped?.totals.refused == 1)
    #expect(fixture.stopped?.totals.stopsRefused == 0)
    #expect(fixture.stopped?.totals.connections == 3)
  }

  @Test("The user can close one connection, and only that one; unknown numbers do nothing")
  func disconnect() throws {
    let fixture = try ServerFixture { $0.transports = [.tcp] }
    let first = try ServerPeer.tcp(fixture.port)
    let second = try ServerPeer.tcp(fixture.port)
    try fixture.wait("connected") { $0.connected.count == 2 }
    try first.send("unfinished")
    try second.send("hello\n")
    #expect(try second.receiveText(3) == "OK\n")
    fixture.server.post(.disconnect(ConnectionID(99)))
    fixture.server.post(.disconnect(fixture.connected[0].connection))
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    #expect(fixture.disconnected[0].peer == fixture.connected[0])
    #expect(fixture.disconnected[0].reason == .closed)
    try second.send("again\n")
    #expect(try second.receiveText(3) == "OK\n")
  }

  @Test("A silent connection is closed when its time is over")
  func idle() throws {
    let fixture = try ServerFixture {
      $0.limits.idleSeconds = 0
      $0.transports = [.tcp]
    }
    let peer = try ServerPeer.tcp(fixture.port)
    #expect((try? peer.receiveToEnd()) ?? [] == [])
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    #expect(fixture.disconnected[0].reason == .idle)
    fixture.end()
    #expect(fixture.stopped?.totals.idle == 1)
  }
}
