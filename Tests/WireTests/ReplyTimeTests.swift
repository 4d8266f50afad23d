import Dispatch
import Glibc
import TestKit
import Testing

@testable import Wire

/// How long a receipt took, in 16 bits, and when a server knows it.
@Suite struct ReplyTimeTests {
  @Test("A record stays 40 bytes long")
  func size() { #expect(MemoryLayout<MessageRecord>.stride == 40) }

  @Test("Short times are exact", arguments: [1, 2, 999, 2047, 2048, 4095] as [Int64])
  func exact(nanoseconds: Int64) { #expect(ReplyTime(nanoseconds: nanoseconds).nanoseconds == nanoseconds) }

  @Test("Longer ones are rounded down by less than one in 2048, and never change their order")
  func rounding() throws {
    var random = TestRandom(seed: 7)
    var times = (0..<10_000).map { index in
      Int64.random(in: 1...(1 << Int64(index % 41 + 1)), using: &random)
    }
    times.sort()
    var last: UInt16 = 0
    for time in times {
      let short = ReplyTime(nanoseconds: time)
      let kept = try #require(short.nanoseconds)
      #expect(kept <= time && (time - kept) * 2048 <= time)
      #expect(short.rawValue >= last)
      last = short.rawValue
    }
  }

  @Test("Every value there is stands for its own time")
  func everyValue() {
    for rawValue in 1...UInt16.max {
      let time = ReplyTime(rawValue: rawValue)
      #expect(time.nanoseconds.map { ReplyTime(nanoseconds: $0) } == time)
    }
  }

  @Test("No time is none, and what can't be kept is the nearest that can")
  func ends() {
    #expect(ReplyTime.none.nanoseconds == nil)
    #expect(ReplyTime(nanoseconds: 0).nanoseconds == 1)
    #expect(ReplyTime(nanoseconds: -5).nanoseconds == 1)
    #expect(ReplyTime(nanoseconds: .max) == ReplyTime(rawValue: .max))
  }

  @Test("Each receipt that the kernel took has its time, on a stream and for datagrams")
  func measured() throws {
    let fixture = try ServerFixture()
    let stream = try ServerPeer.tcp(fixture.port)
    try stream.send("a\nb\nc\n")
    #expect(try stream.receiveText(9) == "OK\nOK\nOK\n")
    let datagrams = try ServerPeer.udp(fixture.port)
    try datagrams.send("hello")
    _ = try datagrams.receiveDatagram()
    try fixture.wait("messages") { $0.messages.count == 4 }
    for message in fixture.messages {
      let time = try #require(message.record.replyTime.nanoseconds)
      #expect(time > 0 && time < Int64(Deadline.patience) * 1_000_000_000)
    }
  }

  @Test("Without receipts there is no time")
  func unanswered() throws {
    let fixture = try ServerFixture { $0.reply = .none }
    try ServerPeer.tcp(fixture.port).send("a\n")
    try ServerPeer.udp(fixture.port).send("b")
    try fixture.wait("messages") { $0.messages.count == 2 }
    #expect(fixture.messages.allSatisfy { $0.record.replyTime == .none })
  }

  @Test("A message by itself stays answered when the reply to a datagram of the same batch can't be sent")
  func besideUnsent() throws {
    var calls = SystemCalls.kernel
    let isAnswering = DispatchSemaphore(value: 0)
    let hasDatagram = DispatchSemaphore(value: 0)
    calls.send = { descriptor, bytes in
      isAnswering.signal()
      hasDatagram.wait()
      return SystemCalls.kernel.send(descriptor, bytes)
    }
    calls.sendDatagrams = { _, _ in -Int(EPERM) }
    let fixture = try ServerFixture(calls: calls)
    defer { hasDatagram.signal() }
    let stream = try ServerPeer.tcp(fixture.port)
    try stream.send("a\n")
    #expect(isAnswering.wait(timeout: .now() + .seconds(Deadline.patience)) == .success)
    try ServerPeer.udp(fixture.port).send("b")
    hasDatagram.signal()
    #expect(try stream.receiveText(3) == "OK\n")
    try fixture.wait("messages") { $0.messages.count == 2 }
    #expect(fixture.messages.map(\.record.flags) == [.answered, []])
    #expect(fixture.messages.map { $0.record.replyTime == .none } == [false, true])
  }

  @Test("A receipt that has to wait for its peer has no time, nor has one behind it")
  func queued() throws {
    var calls = SystemCalls.kernel
    let sends = ServerScript()
    calls.send = { sends.next() == 1 ? -Int(Errno.again) : SystemCalls.kernel.send($0, $1) }
    let fixture = try ServerFixture(calls: calls) { $0.transports = [.tcp] }
    let peer = try ServerPeer.tcp(fixture.port)
    try peer.send("late\n")
    #expect(try peer.receiveText(3) == "OK\n")
    try peer.send("in time\n")
    #expect(try peer.receiveText(3) == "OK\n")
    try fixture.wait("messages") { $0.messages.count == 2 }
    #expect(fixture.messages.map(\.record.flags) == [.answered, .answered])
    #expect(fixture.messages[0].record.replyTime == .none)
    #expect(fixture.messages[1].record.replyTime != .none)
  }
}
