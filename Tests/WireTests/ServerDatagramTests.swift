import Glibc
import Testing

@testable import Wire

@Suite struct ServerDatagramTests {
  private func fixture(_ change: (inout ServerConfiguration) -> Void = { _ in }) throws -> ServerFixture {
    try ServerFixture {
      $0.transports = [.udp]
      change(&$0)
    }
  }

  @Test("The seed's client gets its four bytes; nobody gets more than he sent", arguments: [1, 2, 3, 4, 5, 16, 1472])
  func receipts(count: Int) throws {
    let fixture = try fixture()
    let peer = try ServerPeer.udp(fixture.port)
    let datagram = (Array("hello".utf8) + [UInt8](repeating: 0, count: 1500)).prefix(count)
    try peer.send(Array(datagram))
    #expect(try peer.receiveDatagram() == Array(Responder.datagramReceipt.prefix(count)))
    try fixture.wait("message") { $0.messages.count == 1 }
    #expect(fixture.messages[0].payload == Array(datagram))
    #expect(fixture.messages[0].record.wireCount == UInt64(count))
    #expect(fixture.messages[0].record.flags == .answered)
  }

  @Test("The smallest and the largest datagram are taken whole")
  func sizes() throws {
    let fixture = try fixture { $0.reply = .echo }
    let peer = try ServerPeer.udp(fixture.port)
    let largest = [UInt8](repeating: 0x78, count: 65_507)
    try peer.send([])
    try peer.send(largest)
    #expect(try peer.receiveDatagram() == largest)
    try fixture.wait("messages") { $0.messages.count == 2 }
    #expect(fixture.messages.map(\.record.wireCount) == [0, 65_507])
    #expect(fixture.messages[0].record.flags == [])
    #expect(fixture.messages[1].payload == largest)
    #expect(fixture.messages[1].record.flags == .answered)
  }

  @Test("A datagram over the message limit is cut, marked, and counted whole")
  func limit() throws {
    let fixture = try fixture { $0.limits.messageBytes = 4 }
    let peer = try ServerPeer.udp(fixture.port)
    try peer.send("hello")
    #expect(try peer.receiveDatagram() == Responder.datagramReceipt)
    try fixture.wait("message") { $0.messages.count == 1 }
    #expect(fixture.messages[0].text == "hell")
    #expect(fixture.messages[0].record.wireCount == 5)
    #expect(fixture.messages[0].record.flags == [.truncated, .answered])
    fixture.end()
    #expect(fixture.stopped?.totals.truncated == 1)
  }

  @Test("A receipt is never answered: two servers can't keep each other busy", arguments: ["OK", "OK\0", "OK\0\0"])
  func loop(text: String) throws {
    let fixture = try fixture()
    let peer = try ServerPeer.udp(fixture.port)
    try peer.send(text)
    try peer.send("hello")
    #expect(try peer.receiveDatagram() == Responder.datagramReceipt)
    try fixture.wait("refused") { !$0.refusals.isEmpty && $0.messages.count == 2 }
    #expect(fixture.messages.map(\.record.flags) == [[], .answered])
    guard case .replies(1, let peer) = fixture.refusals[0] else {
      Issue.record("\(fixture.refusals)")
      return
    }
    #expect(peer == fixture.messages[0].peer)
    fixture.end()
    #expect(fixture.stopped?.totals.traffic.bytesSent == 4)
    #expect(fixture.stopped?.totals.refused == 1)
  }

  @Test(
    "A broadcast, a subnet's own too, is received and not answered, and can't stop the server",
    arguments: [StopPolicy.local, .any]
  )
  func broadcast(policy: StopPolicy) throws {
    let fixture = try fixture {
      $0.hosts = ["0.0.0.0"]
      $0.stopPolicy = policy
    }
    let all = try ServerPeer.udp(fixture.port, host: 0x7fff_ffff)
    let one = try ServerPeer.udp(fixture.port)
    try all.send("everyone")
    try all.send(".")
    try fixture.wait("messages") { $0.messages.count == 2 }
    try one.send("you")
    #expect(try one.receiveDatagram() == [0x4f, 0x4b, 0])
    try fixture.wait("messages") { $0.messages.count == 3 && $0.refusals.count >= 2 }
    #expect(fixture.messages.map(\.record.flags) == [[], .stopRefused, .answered])
    fixture.end()
    #expect(fixture.stopped?.totals.stopsRefused == 1)
  }

  @Test("A server without receipts answers nothing and refuses nobody")
  func silent() throws {
    let fixture = try fixture { $0.reply = .none }
    let peer = try ServerPeer.udp(fixture.port)
    try peer.send("OK")
    try peer.send("hello")
    try fixture.wait("messages") { $0.messages.count == 2 }
    fixture.end()
    #expect(fixture.stopped?.totals.traffic.bytesSent == 0)
    #expect(fixture.stopped?.totals.refused == 0)
  }

  @Test("Datagrams from many peers are answered each to its own, in one batch or several")
  func manyPeers() throws {
    let fixture = try fixture { $0.reply = .echo }
    let peers = try (0..<40).map { _ in try ServerPeer.udp(fixture.port) }
    for (index, peer) in peers.enumerated() { try peer.send("number \(index)") }
    for (index, peer) in peers.enumerated() {
      #expect(try peer.receiveDatagram() == Array("number \(index)".utf8))
    }
    try fixture.wait("messages") { $0.messages.count == 40 }
    #expect(Set(fixture.messages.map(\.peer)).count == 40)
    #expect(fixture.messages.map(\.record.sequence) == Array(1...40))
  }

  @Test(
    "The kernel's count of drops is reported once, also when it comes again, older, with a datagram that waited, and when it wraps"
  )
  func olderDropCounts() throws {
    let socket = try BoundSocket.bindAll(ServerConfiguration(port: 0))[0]
    #expect([3, 10, 7, 10, 12].map(socket.takeDrops(total:)) == [3, 7, 0, 0, 2])
    #expect([.max / 2 + 4, .max, 3].map(socket.takeDrops(total:)).last == 4)
  }

  /// A server that begins to receive when so many large datagrams have been sent to it, more than the kernel has room for.
  private func flooded(with count: Int) throws -> ServerFixture {
    var calls = SystemCalls.kernel
    let gate = ServerGate()
    calls.receiveDatagrams = { group, descriptor in
      gate.isOpen ? SystemCalls.kernel.receiveDatagrams(group, descriptor) : -Int(Errno.again)
    }
    let fixture = try ServerFixture(calls: calls) {
      $0.transports = [.udp]
      $0.reply = .none
    }
    let peer = try ServerPeer.udp(fixture.port)
    let datagram = [UInt8](repeating: 0x78, count: 60_000)
    for _ in 0..<count { try peer.send(datagram) }
    gate.open()
    return fixture
  }

  /// A server on a socket that it was passed, which receives nothing before the gate is open.
  private func adopted(
    _ socket: ServerPeer,
    _ gate: ServerGate,
    calls: SystemCalls = .kernel,
    _ change: (inout ServerConfiguration) -> Void = { _ in }
  ) throws -> ServerFixture {
    var calls = calls
    calls.receiveDatagrams = { group, descriptor in
      gate.isOpen ? SystemCalls.kernel.receiveDatagrams(group, descriptor) : -Int(Errno.again)
    }
    return try ServerFixture(calls: calls) {
      $0.passedDescriptors = [socket.passed()]
      change(&$0)
    }
  }

  /// Sends datagrams of which those in the middle find no room: 19, 3 and 20.
  private func sendAroundDrops(_ peer: ServerPeer, to socket: ServerPeer) throws {
    for _ in 0..<19 { try peer.send("before") }
    socket.keep(1)
    for _ in 0..<3 { try peer.send("lost") }
    socket.keep(1 << 20)
    for _ in 0..<20 { try peer.send("after") }
  }

  @Test("Drops that a datagram in the middle of a group tells of mark no unanswered message as answered")
  func dropsWithinGroup() throws {
    var calls = SystemCalls.kernel
    calls.sendDatagrams = { group, _ in
      group.forget()
      return -Int(EPERM)
    }
    let socket = try ServerPeer.boundDatagrams()
    let gate = ServerGate()
    let fixture = try adopted(socket, gate, calls: calls)
    let peer = try ServerPeer.udp(fixture.port)
    try sendAroundDrops(peer, to: socket)
    gate.open()
    try fixture.wait("all") { $0.messages.count == 39 && !$0.drops.isEmpty }
    #expect(fixture.drops == [Drop(by: .kernel, count: 3)])
    #expect(fixture.messages.allSatisfy { $0.record.flags == [] })
  }

  @Test("What the kernel dropped under the server that had a passed socket before is not told again")
  func predecessorsDrops() throws {
    let socket = try ServerPeer.boundDatagrams()
    for round in 1...2 {
      let gate = ServerGate()
      let fixture = try adopted(socket, gate)
      let peer = try ServerPeer.udp(fixture.port)
      if round == 1 { try sendAroundDrops(peer, to: socket) } else { try peer.send("hello") }
      gate.open()
      try fixture.wait("all") { $0.messages.count == (round == 1 ? 39 : 1) }
      fixture.server.post(.stop)
      try fixture.wait("stopped") { $0.stopped != nil }
      #expect(fixture.stopped?.totals.droppedByKernel == (round == 1 ? 3 : 0))
    }
  }

  @Test("What came to a passed socket before the server had it is answered", arguments: [false, true])
  func cameBefore(isDualStack: Bool) throws {
    let socket = try ServerPeer.boundDatagrams(isDualStack: isDualStack)
    let peer = try ServerPeer.udp(try socket.port)
    try peer.send("first")
    let gate = ServerGate()
    gate.open()
    let fixture = try adopted(socket, gate)
    #expect(try peer.receiveDatagram() == Responder.datagramReceipt)
    try fixture.wait("message") { $0.messages.count == 1 }
    #expect(fixture.messages[0].peer.address.description == "127.0.0.1:\(try peer.port)")
  }

  @Test("A broadcast that came to a passed socket before the server had it can't stop the server")
  func stopCameBefore() throws {
    let socket = try ServerPeer.boundDatagrams(isDualStack: true)
    let all = try ServerPeer.udp(try socket.port, host: 0x7fff_ffff)
    try all.send(".")
    let gate = ServerGate()
    gate.open()
    let fixture = try adopted(socket, gate) { $0.stopPolicy = .any }
    try fixture.wait("message") { $0.messages.count == 1 && !$0.refusals.isEmpty }
    #expect(fixture.messages[0].record.flags == .stopRefused)
    #expect(fixture.stopping == nil)
  }

  @Test("On a passed socket of both families a broadcast is not answered and stops nothing, and IPv4 is named as such")
  func dualStackBroadcast() throws {
    let socket = try ServerPeer.boundDatagrams(isDualStack: true)
    let gate = ServerGate()
    gate.open()
    let fixture = try adopted(socket, gate) { $0.stopPolicy = .any }
    let all = try ServerPeer.udp(fixture.port, host: 0x7fff_ffff)
    try all.send("everyone")
    try all.send(".")
    try fixture.wait("messages") { $0.messages.count == 2 }
    #expect(fixture.messages.map(\.record.flags) == [[], .stopRefused])
    #expect(fixture.messages[0].peer.address == .ipv4(127, 0, 0, 1, port: try all.port))
    let one = try ServerPeer.udp(fixture.port)
    try one.send("you")
    #expect(try one.receiveDatagram() == [0x4f, 0x4b, 0])
    let six = try ServerPeer.udp6(fixture.port)
    try six.send("you, too")
    #expect(try six.receiveDatagram() == Responder.datagramReceipt)
    try fixture.wait("refusals") { !$0.refusals.isEmpty }
    #expect(fixture.failures.isEmpty)
  }

  @Test("What the kernel had no room for is counted: received and dropped make what was sent")
  func kernelDrops() throws {
    let sent = 400
    let fixture = try flooded(with: sent)
    fixture.server.post(.stop)
    try fixture.wait("stopped") { $0.stopped != nil }
    let totals = fixture.stopped!.totals
    #expect(totals.droppedByKernel > 0)
    #expect(totals.droppedByKernel + totals.traffic.messages == UInt64(sent))
    #expect(fixture.drops.filter { $0.agent == .kernel }.reduce(0) { $0 + $1.count } == totals.droppedByKernel)
  }

  @Test("What the kernel dropped after the last datagram that it had room for is told though nothing more comes")
  func lastDrops() throws {
    let sent = 400
    let fixture = try flooded(with: sent)
    try fixture.wait("every datagram, received or dropped") { fixture in
      fixture.messages.count + fixture.drops.reduce(0) { $0 + Int($1.count) } == sent
    }
    #expect(fixture.drops.allSatisfy { $0.agent == .kernel })
  }
}
