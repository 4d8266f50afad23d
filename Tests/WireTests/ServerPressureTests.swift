import Dispatch
import Glibc
import TestKit
import Testing

@testable import Wire

@Suite struct ServerPressureTests {
  private static let line = [UInt8](repeating: 0x61, count: 999) + [0x0a]
  /// More than all buffers of the kernel between two ends take.
  private static let flood = 128 << 20

  @Test("A peer that never reads its receipts is held up itself, others are not, and nothing is lost when it reads")
  func deafReader() throws {
    let fixture = try ServerFixture {
      $0.reply = .echo
      $0.limits.queuedBytes = 10_000
      $0.delivery = .lossless
      $0.transports = [.tcp]
    }
    let deaf = try ServerPeer.tcp(fixture.port, receiveBuffer: 4096)
    let sent = try deaf.sendUntilBlocked(Self.line, limit: Self.flood)
    #expect(sent < Self.flood)
    let other = try ServerPeer.tcp(fixture.port)
    try other.send("hello\n")
    #expect(try other.receiveText(6) == "hello\n")
    let whole = sent / Self.line.count * Self.line.count
    #expect(try deaf.receive(whole).count == whole)
    try deaf.send(Array(Self.line[(sent - whole)...]))
    deaf.finishWriting()
    #expect(try deaf.receiveToEnd() == Self.line)
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    let total = UInt64(whole + Self.line.count)
    #expect(fixture.disconnected[0].reason == .finished)
    #expect(fixture.disconnected[0].traffic.bytesReceived == total)
    #expect(fixture.disconnected[0].traffic.bytesSent == total)
    #expect(fixture.messages.count == Int(total) / Self.line.count + 1)
  }

  @Test("A peer that takes nothing for the stall time is disconnected")
  func stall() throws {
    let fixture = try ServerFixture {
      $0.reply = .echo
      $0.limits.stallSeconds = 0
      $0.limits.queuedBytes = 10_000
      $0.transports = [.tcp]
    }
    let deaf = try ServerPeer.tcp(fixture.port, receiveBuffer: 4096)
    // The server breaks the connection off while this is still sending.
    _ = try? deaf.sendUntilBlocked(Self.line, limit: Self.flood)
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    #expect(fixture.disconnected[0].reason == .stalled)
    fixture.end()
    #expect(fixture.stopped?.totals.stalled == 1)
  }

  @Test("A lossless server waits for its watcher in bounded memory, and then delivers everything")
  func lossless() throws {
    let fixture = try ServerFixture {
      $0.reply = .none
      $0.delivery = .lossless
      $0.transports = [.tcp]
    }
    let peer = try ServerPeer.tcp(fixture.port)
    let sent = try peer.sendUntilBlocked(Self.line, limit: Self.flood)
    #expect(sent < Self.flood)
    #expect(fixture.take() <= 17 << 20)
    let rest = Self.line.count - sent % Self.line.count
    try peer.send(Array(Self.line.suffix(rest)))
    peer.finishWriting()
    try fixture.wait("disconnected") { $0.disconnected.count == 1 }
    #expect(fixture.wireBytes == UInt64(sent + rest))
    #expect(fixture.messages.allSatisfy { $0.record.wireCount == 1000 })
    #expect(fixture.messages.last?.record.sequence == UInt64(fixture.messages.count))
    #expect(fixture.drops.isEmpty)
  }

  @Test("A held server still obeys: it is stopped, ends in time, and its watcher finds everything")
  func heldStop() throws {
    let fixture = try ServerFixture {
      $0.reply = .none
      $0.delivery = .lossless
      $0.transports = [.tcp]
    }
    let peer = try ServerPeer.tcp(fixture.port)
    #expect(try peer.sendUntilBlocked(Self.line, limit: Self.flood) < Self.flood)
    fixture.end()
    #expect(fixture.order.last == "stopped")
    #expect(fixture.disconnected.map(\.reason) == [.stopping])
    #expect(fixture.stopped?.totals.traffic.bytesReceived == fixture.wireBytes)
    #expect(fixture.stopped?.totals.traffic.messages == UInt64(fixture.messages.count))
  }

  @Test("A held server reads from no other peer that is ready in the same round")
  func heldWithinRound() throws {
    var calls = SystemCalls.kernel
    let (entered, gate, full) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let reads = ServerScript()
    calls.receive = { _, buffer in
      switch reads.next() {
      case 1:
        // Both peers are then ready in one round.
        entered.signal()
        gate.wait()
        return -Int(EAGAIN)
      case 5: full.signal()
      default: break
      }
      return buffer.count
    }
    let fixture = try ServerFixture(calls: calls, eventCapacity: 1) {
      $0.framing = .raw
      $0.delivery = .lossless
      $0.transports = [.tcp]
    }
    let peers = try (0..<2).map { _ in try ServerPeer.tcp(fixture.port) }
    try fixture.wait("connected") { $0.connected.count == peers.count }
    try peers[0].send("x")
    #expect(entered.wait(timeout: .now() + .seconds(Deadline.patience)) == .success)
    try peers[1].send("x")
    gate.signal()
    #expect(full.wait(timeout: .now() + .seconds(Deadline.patience)) == .success)
    fixture.server.post(.disconnect(fixture.connected[1].connection))
    _ = try? peers[1].receiveToEnd()
    try fixture.wait("disconnected") { !$0.disconnected.isEmpty }
    #expect(fixture.disconnected[0].traffic.bytesReceived == 0)
  }

  @Test("A held server whose watcher catches up while a command comes goes on")
  func heldCommand() throws {
    var calls = SystemCalls.kernel
    let entered = DispatchSemaphore(value: 0)
    let gates = [DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)]
    let reads = ServerScript()
    calls.receive = { descriptor, buffer in
      switch reads.next() {
      case 1:
        // Both peers and the command are then ready in one round, in this order.
        entered.signal()
        gates[0].wait()
        return -Int(EAGAIN)
      case 2...5: return buffer.count
      case 6:
        // The first peer's messages have filled the mailbox; the watcher takes them before the command is looked at.
        gates[1].wait()
        return -Int(EAGAIN)
      default: return SystemCalls.kernel.receive(descriptor, buffer)
      }
    }
    let fixture = try ServerFixture(calls: calls, eventCapacity: 1) {
      $0.framing = .raw
      $0.delivery = .lossless
      $0.transports = [.tcp]
    }
    let peers = try (0..<2).map { _ in try ServerPeer.tcp(fixture.port) }
    try fixture.wait("connected") { $0.connected.count == peers.count }
    try peers[0].send("x")
    #expect(entered.wait(timeout: .now() + .seconds(Deadline.patience)) == .success)
    try peers[1].send("x")
    fixture.server.post(.disconnect(.none))
    gates[0].signal()
    try fixture.wait("the messages that fill the mailbox") { $0.messages.count == 4 }
    gates[1].signal()
    try fixture.wait("the messages after them") { $0.messages.count == 6 }
  }

  @Test("A batch is full by what its messages weigh, though none has a payload")
  func emptyMessages() {
    var builder = BatchBuilder()
    for _ in 0...(BatchBuilder.fullBytes / MemoryLayout<MessageRecord>.stride) {
      builder.append(offset: 0, count: 0, wireCount: 1, flags: [], peer: 0, time: Timestamp(nanoseconds: 0))
    }
    #expect(builder.isFull)
  }

  @Test("A lossy server never waits: what its watcher was too slow for is counted, and every byte was answered")
  func lossy() throws {
    let fixture = try ServerFixture { $0.transports = [.tcp] }
    let peer = try ServerPeer.tcp(fixture.port)
    let count = 24 << 10
    let receiver = BackgroundThread {
      let receipts = try? peer.receive(3 * count)
      #expect(receipts?.count == 3 * count)
    }
    for _ in 0..<count { try peer.send(Self.line) }
    receiver.join()
    fixture.end()
    let dropped = fixture.drops.reduce(0) { $0 + $1.count }
    #expect(dropped > 0)
    #expect(fixture.drops.allSatisfy { $0.agent == .server })
    // Nothing is shown as connected that is not.
    #expect(fixture.connected.count == 1 && fixture.disconnected.count == 1)
    #expect(UInt64(fixture.messages.count) + dropped == UInt64(count))
    #expect(fixture.wireBytes + fixture.drops.reduce(0) { $0 + $1.bytes } == UInt64(count * Self.line.count))
    #expect(fixture.stopped?.totals.droppedByServer == dropped)
    #expect(fixture.stopped?.totals.traffic.messages == UInt64(count))
    #expect(fixture.stopped?.totals.traffic.bytesReceived == UInt64(count * Self.line.count))
    #expect(fixture.stopped?.totals.traffic.bytesSent == UInt64(3 * count))
  }
}
