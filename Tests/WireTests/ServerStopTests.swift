import Glibc
import Testing

@testable import Wire

@Suite struct ServerStopTests {
  @Test(
    "A stop message is answered, told, and ends the server",
    arguments: [StopPolicy.local, .any],
    Transport.allCases
  )
  func stop(policy: StopPolicy, transport: Transport) throws {
    let folder = ServerFolder()
    let fixture = try ServerFixture {
      $0.stopPolicy = policy
      $0.unixPath = folder.socket
    }
    let peer =
      switch transport {
      case .tcp: try ServerPeer.tcp(fixture.port)
      case .udp: try ServerPeer.udp(fixture.port)
      case .unix: try ServerPeer.unix(folder.socket)
      }
    if transport.isDatagram {
      try peer.send(".")
      #expect(try peer.receiveDatagram() == [0x4f])
    } else {
      try peer.send("before\n. and more\nafter\n")
      #expect(try peer.receiveToEnd() == Array("OK\nOK\nOK\n".utf8))
      peer.close()
    }
    try fixture.wait("stopped") { $0.stopped != nil }
    guard case .message(let stopper)? = fixture.stopping?.reason else {
      Issue.record("not stopped by a message")
      return
    }
    #expect(stopper.transport == transport)
    #expect(fixture.order.suffix(2).contains("stopped") && fixture.order.contains("stopping"))
    #expect(fixture.order.last == "stopped")
    let message = fixture.messages.first { $0.record.flags.contains(.stop) }
    #expect(message?.record.flags == [.stop, .answered])
    #expect(fixture.stopped?.totals.traffic.messages == (transport.isDatagram ? 1 : 3))
    #expect(fixture.disconnected.allSatisfy { $0.reason == .stopping })
  }

  @Test("A stop message that nobody may send is answered, marked and counted, and changes nothing")
  func never() throws {
    let fixture = try ServerFixture { $0.stopPolicy = .never }
    let stream = try ServerPeer.tcp(fixture.port)
    let datagram = try ServerPeer.udp(fixture.port)
    try stream.send(".\n")
    #expect(try stream.receiveText(3) == "OK\n")
    try datagram.send(".bye")
    #expect(try datagram.receiveDatagram() == Responder.datagramReceipt)
    try fixture.wait("messages and refusals") { $0.messages.count == 2 && $0.refusals.count == 2 }
    #expect(fixture.messages.allSatisfy { $0.record.flags == [.stopRefused, .answered] })
    #expect(fixture.messages.map(\.text) == [".", ".bye"])
    #expect(fixture.refusals == fixture.messages.map { .stops(count: 1, lastPeer: $0.peer) })
    try stream.send("still there\n")
    #expect(try stream.receiveText(3) == "OK\n")
    #expect(fixture.stopping == nil)
    fixture.end()
    #expect(fixture.stopped?.totals.refused == 2)
    #expect(fixture.stopped?.totals.stopsRefused == 2)
  }

  @Test("Of stop messages that come together each refused one is counted")
  func manyRefused() throws {
    let fixture = try ServerFixture { $0.stopPolicy = .never }
    let peer = try ServerPeer.tcp(fixture.port)
    try peer.send(".\n.\n.\n")
    #expect(try peer.receiveText(9) == "OK\nOK\nOK\n")
    try fixture.wait("refusals") { $0.refusals.reduce(0) { $0 + $1.count } == 3 }
    fixture.end()
    #expect(fixture.stopped?.totals.stopsRefused == 3)
  }

  @Test("Refusals that come fast are told together, and all of them")
  func refusalsAreGathered() throws {
    let fixture = try ServerFixture { $0.stopPolicy = .never }
    let peer = try ServerPeer.tcp(fixture.port)
    let count = 2000
    // Each a round of its own, for the answer is awaited.
    let before = ContinuousClock.now
    for _ in 0..<count {
      try peer.send(".\n")
      #expect(try peer.receiveText(3) == "OK\n")
    }
    try fixture.wait("refusals") { $0.refusals.reduce(0) { $0 + $1.count } == UInt64(count) }
    let tenths = Int(before.duration(to: .now) / .milliseconds(100))
    #expect(fixture.refusals.count <= tenths + 2)
  }

  @Test("A page in the user's browser can't stop the server", arguments: [StopPolicy.local, .any])
  func crossProtocol(policy: StopPolicy) throws {
    let fixture = try ServerFixture {
      $0.stopPolicy = policy
      $0.transports = [.tcp]
    }
    let peer = try ServerPeer.tcp(fixture.port)
    // The opening comes byte by byte, and must be remembered all the same.
    for byte in "POST / H".utf8 { try peer.send([byte]) }
    try peer.send("TTP/1.1\r\nHost: localhost\r\n\r\n.\n")
    #expect(try peer.receiveText(12) == "OK\nOK\nOK\nOK\n")
    try fixture.wait("messages") { $0.messages.count == 4 }
    #expect(fixture.messages[3].record.flags == [.stopRefused, .answered])
    #expect(fixture.stopping == nil)
  }

  @Test("The user's stop answers what has come, says FIN, and ends with totals")
  func asked() throws {
    let fixture = try ServerFixture { $0.transports = [.tcp] }
    let peer = try ServerPeer.tcp(fixture.port)
    try peer.send("hello\n")
    #expect(try peer.receiveText(3) == "OK\n")
    try peer.send("more\n")
    fixture.server.post(.stop)
    let last = try peer.receiveToEnd()
    #expect(last == Array("OK\n".utf8))
    peer.close()
    try fixture.wait("stopped") { $0.stopped != nil }
    #expect(fixture.stopping?.reason == .asked)
    #expect(fixture.disconnected.map(\.reason) == [.stopping])
    #expect(fixture.order == ["listening", "connected", "stopping", "disconnected", "stopped"])
    #expect(throws: (any Error).self) { try ServerPeer.tcp(fixture.port) }
  }

  @Test("A peer that had connected before the stop, but was not accepted yet, is answered")
  func backlog() throws {
    var calls = SystemCalls.kernel
    let gate = ServerGate()
    calls.accept = { listener in
      gate.isOpen ? SystemCalls.kernel.accept(listener) : (-Errno.again, SocketAddress(family: .ipv4))
    }
    let fixture = try ServerFixture(calls: calls) { $0.transports = [.tcp] }
    let peer = try ServerPeer.tcp(fixture.port)
    try peer.send("early\n")
    let datagram = try ServerFixture { $0.transports = [.udp] }
    datagram.end()
    gate.open()
    fixture.server.post(.stop)
    #expect(try peer.receiveToEnd() == Array("OK\n".utf8))
    peer.close()
    try fixture.wait("stopped") { $0.stopped != nil }
    #expect(fixture.messages.map(\.text) == ["early"])
  }

  @Test("Datagrams that wait when the stop comes are answered and counted, however many")
  func datagramBacklog() throws {
    var calls = SystemCalls.kernel
    let gate = ServerGate()
    calls.receiveDatagrams = { group, descriptor in
      gate.isOpen ? SystemCalls.kernel.receiveDatagrams(group, descriptor) : -Int(Errno.again)
    }
    let fixture = try ServerFixture(calls: calls) { $0.transports = [.udp] }
    let peer = try ServerPeer.udp(fixture.port)
    for _ in 0..<100 { try peer.send("x") }
    gate.open()
    fixture.server.post(.stop)
    for _ in 0..<100 { #expect(try peer.receiveDatagram() == [0x4f]) }
    try fixture.wait("stopped") { $0.stopped != nil }
    #expect(fixture.stopped?.totals.traffic.messages == 100)
    #expect(fixture.stopped?.totals.traffic.bytesSent == 100)
  }

  @Test(
    "A peer with answers still to take at the stop gets those of all that was taken in, without waiting for the deadline"
  )
  func queuedAtStop() throws {
    let fixture = try ServerFixture {
      $0.reply = .echo
      $0.limits.queuedBytes = 10_000
      $0.delivery = .lossless
      $0.transports = [.tcp]
    }
    let line = [UInt8](repeating: 0x61, count: 999) + [0x0a]
    let peer = try ServerPeer.tcp(fixture.port, receiveBuffer: 32_768)
    // Several times what the peer's window and the server's queue hold, and little beside what five seconds move.
    _ = try peer.sendUntilBlocked(line, limit: 512 << 10)
    try fixture.wait("more than the peer has taken") { $0.messages.count > 50 }
    fixture.server.post(.stop)
    try fixture.wait("stopping") { $0.stopping != nil }
    let received = try peer.receiveToEnd()
    peer.close()
    try fixture.wait("stopped") { $0.stopped != nil }
    // What still waited at the sender then was neither taken in nor answered.
    #expect(received.count == fixture.messages.count { $0.record.flags.contains(.answered) } * line.count)
    let nanoseconds = fixture.stopped!.at.nanoseconds - fixture.stopping!.at.nanoseconds
    #expect(nanoseconds < 4_900_000_000)
  }

  /// A server with so many peers of whose bytes there is no end once the gate is open: each read brings `bytes`, and counts.
  private func flooded(
    by count: Int,
    _ gate: ServerGate,
    _ reads: ServerScript,
    bytes: Int,
    milliseconds: Int32
  ) throws -> (ServerFixture, [ServerPeer]) {
    var calls = SystemCalls.kernel
    calls.receive = { _, buffer in
      poll(nil, 0, milliseconds)
      if gate.isOpen { _ = reads.next() }
      buffer.initializeMemory(as: UInt8.self, repeating: 0x0a)
      return min(bytes, buffer.count)
    }
    // Few of the messages are told, which the flood would be too many for.
    let fixture = try ServerFixture(calls: calls, eventCapacity: 1) { $0.reply = .none }
    let peers = try (0..<count).map { _ in try ServerPeer.tcp(fixture.port) }
    try fixture.wait("connected") { $0.connected.count == count }
    return (fixture, peers)
  }

  @Test("A second stop is heard though peers send without end")
  func floodedTwice() throws {
    let (gate, reads) = (ServerGate(), ServerScript())
    let (fixture, peers) = try flooded(by: 4, gate, reads, bytes: 100, milliseconds: 2)
    fixture.server.post(.stop)
    try fixture.wait("stopping") { $0.stopping != nil }
    fixture.server.post(.stop)
    gate.open()
    try fixture.wait("stopped") { $0.stopped != nil }
    // What a round may read.
    #expect(reads.count < 50)
    withExtendedLifetime(peers) {}
  }

  @Test("The deadline of the end holds though peers send without end")
  func floodedDeadline() throws {
    let (gate, reads) = (ServerGate(), ServerScript())
    let (fixture, peers) = try flooded(by: 4, gate, reads, bytes: 100, milliseconds: 2)
    try ServerPeer.udp(fixture.port).send(".")
    try fixture.wait("stopped") { $0.stopped != nil }
    let nanoseconds = fixture.stopped!.at.nanoseconds - fixture.stopping!.at.nanoseconds
    #expect(nanoseconds < 4_000_000_000)
    #expect(fixture.disconnected.allSatisfy { $0.reason == .stopping })
    withExtendedLifetime(peers) {}
  }

  @Test("A stop is heard within a round of many peers that send without end")
  func floodedRound() throws {
    let (gate, reads) = (ServerGate(), ServerScript())
    let (fixture, peers) = try flooded(by: 64, gate, reads, bytes: 1 << 16, milliseconds: 0)
    for peer in peers { try peer.send("x") }
    try fixture.wait("messages") { !$0.messages.isEmpty }
    fixture.server.post(.stop)
    fixture.server.post(.stop)
    gate.open()
    try fixture.wait("stopped") { $0.stopped != nil }
    // What one turn of one peer may read, and not what all of them may.
    #expect(reads.count < 50)
    withExtendedLifetime(peers) {}
  }

  @Test("Asked twice, the server ends at once, whoever it was still waiting for")
  func twice() throws {
    let fixture = try ServerFixture {
      $0.reply = .echo
      $0.limits.queuedBytes = 10_000
      $0.transports = [.tcp]
    }
    let line = [UInt8](repeating: 0x61, count: 999) + [0x0a]
    let deaf = try ServerPeer.tcp(fixture.port, receiveBuffer: 4096)
    _ = try deaf.sendUntilBlocked(line, limit: 128 << 20)
    fixture.server.post(.stop)
    try fixture.wait("stopping") { $0.stopping != nil }
    fixture.server.post(.stop)
    try fixture.wait("stopped") { $0.stopped != nil }
    // The first one alone would have had it wait for this peer.
    let nanoseconds = fixture.stopped!.at.nanoseconds - fixture.stopping!.at.nanoseconds
    #expect(nanoseconds < 4_900_000_000)
    #expect(fixture.order.filter { $0 == "stopping" }.count == 1)
    #expect(fixture.disconnected.map(\.reason) == [.stopping])
    deaf.close()
  }
}
