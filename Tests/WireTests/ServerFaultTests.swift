import Glibc
import Testing

@testable import Wire

@Suite struct ServerFaultTests {
  private static let nowhere = SocketAddress(family: .ipv4)

  /// Sends lines and expects all their receipts; returns what the server saw.
  private func talk(_ calls: SystemCalls) throws -> ServerFixture {
    let fixture = try ServerFixture(calls: calls) { $0.transports = [.tcp] }
    let peer = try ServerPeer.tcp(fixture.port)
    for _ in 0..<3 {
      try peer.send("one\ntwo\n")
      #expect(try peer.receiveText(6) == "OK\nOK\n")
    }
    try peer.send("last")
    peer.finishWriting()
    #expect(try peer.receiveToEnd() == Array("OK\n".utf8))
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    #expect(fixture.disconnected[0].reason == .finished)
    #expect(fixture.disconnected[0].traffic.bytesReceived == 28)
    #expect(fixture.disconnected[0].traffic.bytesSent == 21)
    #expect(fixture.messages.map(\.text) == ["one", "two", "one", "two", "one", "two", "last"])
    return fixture
  }

  @Test("Writes that take one byte each lose nothing")
  func shortWrites() throws {
    var calls = SystemCalls.kernel
    calls.send = { descriptor, bytes in
      SystemCalls.kernel.send(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(1)))
    }
    _ = try talk(calls)
  }

  @Test("Reads that give one byte each lose nothing")
  func shortReads() throws {
    var calls = SystemCalls.kernel
    calls.receive = { descriptor, buffer in
      SystemCalls.kernel.receive(descriptor, UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(1)))
    }
    _ = try talk(calls)
  }

  @Test("Every call interrupted or too early once is done again, and nobody hears of it", arguments: [EINTR, EAGAIN])
  func again(code: Int32) throws {
    var calls = SystemCalls.kernel
    let accepts = ServerScript()
    let sends = ServerScript()
    let receives = ServerScript()
    calls.accept = { listener in
      accepts.next() % 2 == 1 ? (-code, Self.nowhere) : SystemCalls.kernel.accept(listener)
    }
    calls.send = { sends.next() % 2 == 1 ? -Int(code) : SystemCalls.kernel.send($0, $1) }
    calls.receive = { receives.next() % 2 == 1 ? -Int(code) : SystemCalls.kernel.receive($0, $1) }
    let fixture = try talk(calls)
    #expect(fixture.failures.isEmpty)
  }

  @Test("Datagram calls interrupted or too early once are done again", arguments: [EINTR, EAGAIN])
  func datagramsAgain(code: Int32) throws {
    var calls = SystemCalls.kernel
    let receives = ServerScript()
    calls.receiveDatagrams = { group, descriptor in
      receives.next() % 2 == 1 ? -Int(code) : SystemCalls.kernel.receiveDatagrams(group, descriptor)
    }
    let fixture = try ServerFixture(calls: calls) { $0.transports = [.udp] }
    let peer = try ServerPeer.udp(fixture.port)
    for _ in 0..<3 {
      try peer.send("hello")
      #expect(try peer.receiveDatagram() == Responder.datagramReceipt)
    }
    #expect(fixture.failures.isEmpty)
  }

  @Test(
    "While accepting fails, it is told once and tried without haste; then it goes on",
    arguments: [ECONNABORTED, EMFILE, ENFILE, ENOBUFS, EPERM, EIO]
  )
  func acceptFails(code: Int32) throws {
    var calls = SystemCalls.kernel
    let accepts = ServerScript()
    calls.accept = { listener in
      accepts.next() <= 3 ? (-code, Self.nowhere) : SystemCalls.kernel.accept(listener)
    }
    let fixture = try talk(calls)
    #expect(fixture.failures == [SystemError("accept", code: code)])
    // Three that fail, one that succeeds, one that finds nothing more: a server that spins makes thousands.
    #expect(accepts.count <= 8)
  }

  @Test("While waiting for sockets fails, it is told once and tried without haste; then it goes on")
  func waitingFails() throws {
    var calls = SystemCalls.kernel
    let gate = ServerGate()
    let waits = ServerScript()
    calls.awaitEvents = { kernel in
      guard !gate.isOpen else { return kernel() }
      // A server that spins makes thousands in the time of these.
      if waits.next() == 3 { gate.open() }
      return -Int(ENOMEM)
    }
    let fixture = try talk(calls)
    #expect(fixture.failures == [SystemError("epoll_wait", code: ENOMEM)])
    #expect(waits.count == 3)
  }

  @Test("A server that can wait for no socket any more still ends when it is told to")
  func waitingFailsForEver() throws {
    var calls = SystemCalls.kernel
    let waits = ServerScript()
    calls.awaitEvents = { _ in
      _ = waits.next()
      return -Int(EBADF)
    }
    let fixture = try ServerFixture(calls: calls) { $0.transports = [.tcp] }
    try fixture.wait("failure") { !$0.failures.isEmpty }
    fixture.server.post(.stop)
    try fixture.wait("stopped") { $0.stopped != nil }
    #expect(fixture.failures == [SystemError("epoll_wait", code: EBADF)])
    #expect(waits.count < 100)
  }

  @Test("A connection that can't be waited for as it should ends, named, and only that one")
  func interestFails() throws {
    var calls = SystemCalls.kernel
    calls.changeInterest = { _ in -ENOMEM }
    let fixture = try ServerFixture(calls: calls) {
      $0.reply = .echo
      $0.limits.queuedBytes = 10_000
      $0.transports = [.tcp]
    }
    let deaf = try ServerPeer.tcp(fixture.port, receiveBuffer: 4096)
    _ = try? deaf.sendUntilBlocked([UInt8](repeating: 0x61, count: 999) + [0x0a], limit: 128 << 20)
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    #expect(fixture.disconnected[0].reason == .failed(SystemError("epoll_ctl", code: ENOMEM)))
    let other = try ServerPeer.tcp(fixture.port)
    try other.send("two\n")
    #expect(try other.receiveText(4) == "two\n")
  }

  @Test("A listener that fails does not keep the others from being served")
  func othersServed() throws {
    var calls = SystemCalls.kernel
    calls.accept = { _ in (-EMFILE, Self.nowhere) }
    let fixture = try ServerFixture(calls: calls) { _ in }
    let waiting = try ServerPeer.tcp(fixture.port)
    try fixture.wait("failure") { !$0.failures.isEmpty }
    let peer = try ServerPeer.udp(fixture.port)
    try peer.send("hello")
    #expect(try peer.receiveDatagram() == Responder.datagramReceipt)
    waiting.close()
  }

  @Test("A read that fails ends its connection, named, and only that one; what had come is recorded")
  func readFails() throws {
    var calls = SystemCalls.kernel
    let receives = ServerScript()
    calls.receive = { receives.next() == 2 ? -Int(EIO) : SystemCalls.kernel.receive($0, $1) }
    let fixture = try ServerFixture(calls: calls) { $0.transports = [.tcp] }
    let first = try ServerPeer.tcp(fixture.port)
    try first.send("one\nhalf")
    #expect(try first.receiveText(3) == "OK\n")
    try first.send("more")
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    #expect(fixture.disconnected[0].reason == .failed(SystemError("recv", code: EIO)))
    #expect(fixture.messages.map(\.text) == ["one", "half"])
    #expect(fixture.messages[1].record.flags == .partial)
    let second = try ServerPeer.tcp(fixture.port)
    try second.send("two\n")
    #expect(try second.receiveText(3) == "OK\n")
  }

  @Test("A write that fails stops the answers, not the reading", arguments: [EPIPE, ECONNRESET, EIO])
  func writeFails(code: Int32) throws {
    var calls = SystemCalls.kernel
    calls.send = { _, _ in -Int(code) }
    let fixture = try ServerFixture(calls: calls) { $0.transports = [.tcp] }
    let peer = try ServerPeer.tcp(fixture.port)
    for _ in 0..<3 { try peer.send("line\n") }
    try peer.send("half")
    peer.finishWriting()
    #expect((try? peer.receiveToEnd()) ?? [] == [])
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    #expect(fixture.disconnected[0].reason == .reset)
    #expect(fixture.messages.map(\.text) == ["line", "line", "line", "half"])
    #expect(fixture.messages[3].record.flags == .partial)
    #expect(fixture.disconnected[0].traffic.bytesSent == 0)
    #expect(fixture.failures == (code == EIO ? [SystemError("send", code: EIO)] : []))
  }

  @Test("A write that fails with receipts queued gives them up without losing count of who waits")
  func queuedWriteFails() throws {
    var calls = SystemCalls.kernel
    let sends = ServerScript()
    calls.send = { descriptor, bytes in
      switch sends.next() {
      case 1: SystemCalls.kernel.send(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(1)))
      case 2: -Int(EPIPE)
      default: SystemCalls.kernel.send(descriptor, bytes)
      }
    }
    let fixture = try ServerFixture(calls: calls) { $0.transports = [.tcp] }
    let first = try ServerPeer.tcp(fixture.port)
    try first.send("one\n")
    first.finishWriting()
    #expect(try first.receiveToEnd() == [0x4f])
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    #expect(fixture.disconnected[0].reason == .reset)
    #expect(fixture.disconnected[0].traffic.bytesSent == 1)
    let second = try ServerPeer.tcp(fixture.port)
    try second.send("two\n")
    #expect(try second.receiveText(3) == "OK\n")
  }

  @Test("Replies that can't be sent are told once; the datagrams are received and counted all the same")
  func repliesFail() throws {
    var calls = SystemCalls.kernel
    let gate = ServerGate()
    calls.sendDatagrams = { group, descriptor in
      gate.isOpen ? SystemCalls.kernel.sendDatagrams(group, descriptor) : -Int(EPERM)
    }
    let fixture = try ServerFixture(calls: calls) { $0.transports = [.udp] }
    let peer = try ServerPeer.udp(fixture.port)
    for index in 1...3 {
      try peer.send("hello")
      try fixture.wait("message") { $0.messages.count == index }
    }
    try fixture.wait("failure") { !$0.failures.isEmpty }
    gate.open()
    try peer.send("again")
    #expect(try peer.receiveDatagram() == Responder.datagramReceipt)
    fixture.end()
    #expect(fixture.failures == [SystemError("sendmmsg", code: EPERM)])
    #expect(fixture.messages.map(\.record.flags) == [[], [], [], .answered])
    #expect(fixture.stopped?.totals.traffic.messages == 4)
    #expect(fixture.stopped?.totals.traffic.bytesReceived == 20)
    #expect(fixture.stopped?.totals.traffic.bytesSent == 4)
  }

  @Test("While receiving datagrams fails, it is told once and tried without haste; then it goes on")
  func datagramsFail() throws {
    var calls = SystemCalls.kernel
    let receives = ServerScript()
    calls.receiveDatagrams = { group, descriptor in
      receives.next() <= 3 ? -Int(EIO) : SystemCalls.kernel.receiveDatagrams(group, descriptor)
    }
    let fixture = try ServerFixture(calls: calls) { $0.transports = [.udp] }
    let peer = try ServerPeer.udp(fixture.port)
    try peer.send("hello")
    #expect(try peer.receiveDatagram() == Responder.datagramReceipt)
    fixture.take()
    #expect(fixture.failures == [SystemError("recvmmsg", code: EIO)])
    #expect(receives.count <= 8)
  }
}
