import Dispatch
import Synchronization
import TestKit
import Testing
import Wire

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@Suite("A client on a stream") struct ClientStreamTests {
  @Test("sends, takes receipts, half-closes and ends", arguments: ClientPlace.allCases)
  func conversation(place: ClientPlace) throws {
    let listener = try ClientPeerSocket(place)
    let client = try ClientHarness(listener.endpoint)
    try client.send("hello", "you")
    let peer = try listener.accept()
    #expect(try peer.receive(exactly: 10) == "hello\nyou\n")
    try peer.send("OK\nfine\r\n")
    try client.wait(for: .receipt, count: 2)
    client.finish()
    #expect(try peer.receive().isEmpty)
    let (end, totals) = try client.end()
    #expect(end == .finished)
    #expect(totals.messagesSent == 2)
    #expect(totals.bytesSent == 10)
    #expect(totals.bytesReceived == 9)
    #expect(totals.unresolved == 0)
    #expect(client.messages(.sent) == [1, 2])
    #expect(client.messages(.receipt) == [1, 2])
    #expect(client.replies == ["OK", "fine\r"])
    #expect(client.records.allSatisfy { $0.roundTrip >= 0 })
  }

  @Test(
    "half-closes after the last byte and takes the receipts that come after its FIN",
    arguments: ClientPlace.allCases
  )
  func halfClose(place: ClientPlace) throws {
    let listener = try ClientPeerSocket(place)
    let client = try ClientHarness(listener.endpoint)
    try client.send("a", "b", "c")
    client.finish()
    let peer = try listener.accept()
    #expect(try peer.receiveToEnd() == Array("a\nb\nc\n".utf8))
    try peer.send("1\n2\n3\n")
    #expect(try client.end().0 == .finished)
    #expect(client.messages(.receipt) == [1, 2, 3])
  }

  @Test("times a round trip from before the kernel has the message: an answer may be there when send(2) returns")
  func roundTripOfFastPeer() throws {
    let spent = Mutex(Int64.max)
    var calls = SystemCalls.kernel
    calls.send = { descriptor, bytes in
      let start = ContinuousClock.now
      let count = SystemCalls.kernel.send(descriptor, bytes)
      guard count > 0 else { return count }
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      poll(&entry, 1, Int32(Deadline.patience) * 1000)
      spent.withLock { $0 = Int64(start.duration(to: .now) / .nanoseconds(1)) }
      return count
    }
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint, calls: calls)
    try client.send("hello")
    let peer = try listener.accept()
    #expect(try peer.receive(exactly: 6) == "hello\n")
    try peer.send("OK\n")
    try client.wait(for: .receipt)
    let receipt = try #require(client.records.first { $0.kind == .receipt })
    #expect(receipt.roundTrip >= spent.withLock { $0 })
    client.finish()
    try client.end()
  }

  @Test("finds the replies wherever the reads cut them", arguments: 1...9)
  func splitReplies(size: Int) throws {
    var calls = SystemCalls.kernel
    calls.receive = { descriptor, buffer in
      SystemCalls.kernel.receive(descriptor, UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]))
    }
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint, calls: calls)
    try client.send("a", "b", "c", "d")
    client.finish()
    let peer = try listener.accept()
    _ = try peer.receiveToEnd()
    try peer.send("OK\n\nlonger answer\nlast\n")
    let (end, totals) = try client.end()
    #expect(end == .finished)
    #expect(client.replies == ["OK", "", "longer answer", "last"])
    #expect(totals.bytesReceived == 23)
  }

  @Test("takes short writes, interruptions and a full socket as they come")
  func interruptions() throws {
    let turn = ClientCounter()
    var calls = SystemCalls.kernel
    calls.send = { descriptor, bytes in
      switch turn.add() % 4 {
      case 0: -Int(EINTR)
      case 1: -Int(EAGAIN)
      default:
        SystemCalls.kernel.send(descriptor, UnsafeRawBufferPointer(rebasing: bytes[..<min(3, bytes.count)]))
      }
    }
    calls.receive = { descriptor, buffer in
      switch turn.add() % 3 {
      case 0: -Int(EINTR)
      case 1: -Int(EAGAIN)
      default: SystemCalls.kernel.receive(descriptor, UnsafeMutableRawBufferPointer(rebasing: buffer[..<2]))
      }
    }
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint, calls: calls)
    let texts = (1...50).map { "message \($0)" }
    try client.send(texts)
    client.finish()
    let peer = try listener.accept()
    let sent = texts.map { $0 + "\n" }.joined()
    #expect(try peer.receiveToEnd() == Array(sent.utf8))
    try peer.send(sent)
    #expect(try client.end().0 == .finished)
    #expect(client.replies == texts)
  }

  @Test("while waiting for its socket fails, tells it once, tries without haste, and loses nothing")
  func waitingFails() throws {
    let waits = ClientCounter()
    var calls = SystemCalls.kernel
    // A client that spins makes thousands of waits in the time of these.
    calls.awaitEvents = { kernel in (1..<4).contains(waits.add()) ? -Int(ENOMEM) : kernel() }
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint, calls: calls)
    try client.send("one", "two")
    client.finish()
    let peer = try listener.accept()
    #expect(try peer.receiveToEnd() == Array("one\ntwo\n".utf8))
    try peer.send("OK\nOK\n")
    let (end, totals) = try client.end()
    #expect(end == .finished && totals.receipts == 2)
    #expect(client.failures == [SystemError("epoll_wait", code: ENOMEM)])
  }

  @Test("the peer's FIN ends it: what was not answered has failed", arguments: ClientPlace.allCases)
  func peerFinishes(place: ClientPlace) throws {
    let listener = try ClientPeerSocket(place)
    let client = try ClientHarness(listener.endpoint)
    try client.send("a", "b", "c")
    let peer = try listener.accept()
    _ = try peer.receive(exactly: 6)
    try peer.send("OK\nOK")
    peer.finish()
    let (end, totals) = try client.end()
    #expect(end == .peerClosed)
    #expect(client.peerHasFinished)
    #expect(client.messages(.receipt) == [1, 2])
    #expect(client.records.last { $0.kind == .receipt }?.flags == .partial)
    #expect(client.messages(.failed) == [3])
    #expect(totals.bytesReceived == 5)
    #expect(totals.unresolved == 1)
  }

  @Test("the peer's FIN after the last receipt is a good end")
  func peerFinishesInOrder() throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint)
    try client.send("a")
    client.finish()
    let peer = try listener.accept()
    _ = try peer.receiveToEnd()
    try peer.send("OK")
    peer.finish()
    #expect(try client.end().0 == .finished)
    #expect(client.replies == ["OK"])
  }

  @Test("a reset ends it: receipts before it are kept, the rest has failed")
  func reset() throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint)
    try client.send("a", "b")
    do {
      let peer = try listener.accept()
      _ = try peer.receive(exactly: 4)
      try peer.send("OK\n")
      try client.wait(for: .receipt)
      peer.resetOnClose()
    }
    let (end, totals) = try client.end()
    #expect(end == .failed(.broken(listener.endpoint, SystemError("recv", code: ECONNRESET))))
    #expect(client.messages(.receipt) == [1])
    #expect(client.messages(.failed) == [2])
    #expect(totals.unresolved == 1)
  }

  @Test("a torn reply is counted and answers nothing")
  func tornReply() throws {
    let torn = DispatchSemaphore(value: 0)
    var calls = SystemCalls.kernel
    calls.receive = { descriptor, buffer in
      let count = SystemCalls.kernel.receive(descriptor, buffer)
      if count > 0 { torn.signal() }
      return count
    }
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint, calls: calls)
    try client.send("a")
    let peer = try listener.accept()
    _ = try peer.receive(exactly: 2)
    try peer.send("O")
    torn.wait()
    client.close()
    let (end, totals) = try client.end()
    #expect(end == .closed)
    #expect(totals.bytesReceived == 1)
    #expect(client.messages(.received) == [0])
    #expect(client.messages(.failed) == [1])
    #expect(client.records.first { $0.kind == .received }?.flags == .partial)
  }

  @Test("a write that fails does not lose the receipts that were there", arguments: [EPIPE, ECONNRESET])
  func brokenWrite(code: Int32) throws {
    let sends = ClientCounter()
    let isBroken = ClientCounter()
    var calls = SystemCalls.kernel
    calls.send = { descriptor, bytes in
      if sends.add() == 0 { return SystemCalls.kernel.send(descriptor, bytes) }
      isBroken.add()
      return -Int(code)
    }
    // Nothing is read before the write has failed, and then all that the peer has sent.
    calls.receive = { descriptor, buffer in
      if isBroken.count == 0 { return -Int(EAGAIN) }
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      poll(&entry, 1, 30_000)
      return SystemCalls.kernel.receive(descriptor, buffer)
    }
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint, calls: calls)
    try client.send("a", "b")
    let peer = try listener.accept()
    _ = try peer.receive(exactly: 4)
    try peer.send("OK\n")
    peer.finish()
    try client.send("c")
    let (end, totals) = try client.end()
    #expect(client.messages(.receipt) == [1])
    #expect(client.messages(.failed) == [2, 3])
    #expect(totals.unresolved == 2)
    if code == EPIPE {
      #expect(end == .peerClosed)
    } else {
      #expect(end == .failed(.broken(listener.endpoint, SystemError("send", code: code))))
    }
  }

  @Test("two hundred thousand messages go through a peer that reads only while its receipts are taken")
  func pipelined() throws {
    let count = 200_000
    let listener = try ClientPeerSocket(.ipv4, buffers: 32 << 10)
    let client = try ClientHarness(listener.endpoint)
    let work = inBackground {
      let peer = try listener.accept()
      while true {
        let bytes = try peer.receive()
        if bytes.isEmpty { return }
        let lines = bytes.count { $0 == 0x0a }
        if lines > 0 { try peer.send(Array(repeatElement(Array("receipt of one line\n".utf8), count: lines).joined())) }
      }
    }
    for start in stride(from: 0, to: count, by: 10_000) { try client.send((0..<10_000).map { "line \(start + $0)" }) }
    client.finish()
    let (end, totals) = try client.end()
    try work.finish()
    #expect(end == .finished)
    #expect(totals.receipts == UInt64(count))
    #expect(totals.bytesReceived == UInt64(count * 20))
    #expect(client.messages(.receipt) == Array(1...UInt64(count)))
  }

  @Test("loses nothing to a reader that lets its mailbox fill")
  func heldReader() throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint, eventCapacity: 1)
    let work = inBackground {
      let peer = try listener.accept()
      while true {
        let bytes = try peer.receive(4096)
        if bytes.isEmpty { return }
        try peer.send(bytes)
      }
    }
    let texts = (0..<20_000).map { "line \($0)" }
    try client.send(texts)
    client.finish()
    #expect(try client.end().0 == .finished)
    try work.finish()
    #expect(client.replies == texts)
  }

  @Test("a reply that comes too late still answers its message")
  func lateReply() throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint) { $0.timeoutNanoseconds = 20_000_000 }
    try client.send("a")
    let peer = try listener.accept()
    try client.wait(for: .timedOut)
    try peer.send("late\nmore\n")
    try client.wait(for: .received)
    client.close()
    let (end, totals) = try client.end()
    #expect(end == .closed)
    #expect(client.messages(.timedOut) == [1])
    #expect(client.messages(.lateReceipt) == [1])
    #expect(client.replies == ["late", "more"])
    #expect(totals.receipts == 1)
    #expect(totals.timedOut == 1)
  }

  @Test("ends when the receipts that are due have timed out")
  func lostReply() throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint) { $0.timeoutNanoseconds = 20_000_000 }
    try client.send("a", "b")
    client.finish()
    let peer = try listener.accept()
    let (end, totals) = try client.end()
    #expect(try peer.receiveToEnd() == Array("a\nb\n".utf8))
    #expect(end == .finished)
    #expect(totals.timedOut == 2)
    #expect(totals.unresolved == 0)
  }

  @Test("gives up a peer that takes no messages once all are to be sent")
  func stalledPeer() throws {
    let listener = try ClientPeerSocket(.unix)
    let client = try ClientHarness(listener.endpoint) { $0.timeoutNanoseconds = 100_000_000 }
    try client.send((0..<64).map { _ in String(repeating: "x", count: 1 << 16) })
    client.finish()
    let peer = try listener.accept()
    let (end, totals) = try client.end()
    #expect(end == .failed(.broken(listener.endpoint, SystemError("send", code: ETIMEDOUT))))
    #expect(totals.unresolved > 0)
    let failed = client.records.filter { $0.kind == .failed }
    let unsent = failed.filter { $0.detail == .unsent }.map(\.message)
    // What was written has timed out, and the one that was written in part may arrive; what is behind those can't.
    #expect(!unsent.isEmpty && unsent == Array((65 - UInt64(unsent.count))...64))
    #expect(failed.count - unsent.count <= 1)
    #expect(Set(unsent).isDisjoint(with: client.messages(.sent)))
    _ = peer
  }

  @Test("awaits nothing when told so, and shows what comes until the peer closes", arguments: ClientPlace.allCases)
  func withoutReceipts(place: ClientPlace) throws {
    let listener = try ClientPeerSocket(place)
    let client = try ClientHarness(listener.endpoint) { $0.awaitsReceipts = false }
    try client.send("a", "b")
    client.finish()
    let peer = try listener.accept()
    #expect(try peer.receiveToEnd() == Array("a\nb\n".utf8))
    try peer.send("one\ntwo\nthree")
    peer.finish()
    let (end, totals) = try client.end()
    #expect(end == .finished)
    #expect(client.replies == ["one", "two", "three"])
    #expect(client.messages(.received) == [0, 0, 0])
    #expect(totals.receipts == 0)
    #expect(totals.bytesReceived == 13)
  }

  @Test("without receipts it ends after a silence")
  func silence() throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint) {
      $0.awaitsReceipts = false
      $0.timeoutNanoseconds = 20_000_000
    }
    try client.send("a")
    client.finish()
    let peer = try listener.accept()
    #expect(try client.end().0 == .finished)
    _ = peer
  }

  @Test("without receipts it goes on writing to a peer that has nothing more to say")
  func writesAfterPeersFin() throws {
    let listener = try ClientPeerSocket(.ipv4, buffers: 16 << 10)
    let client = try ClientHarness(listener.endpoint) { $0.awaitsReceipts = false }
    let text = String(repeating: "x", count: 1 << 20)
    try client.send((0..<16).map { _ in text })
    let peer = try listener.accept()
    peer.finish()
    try client.wait(for: "the peer's FIN") { $0.peerHasFinished }
    client.finish()
    #expect(try peer.receiveToEnd().count == 16 * (text.utf8.count + 1))
    let (end, totals) = try client.end()
    #expect(end == .finished)
    #expect(totals.messagesSent == 16)
  }

  @Test("without receipts, and told so, it outlasts the peer's FIN until it is told that all is said")
  func outlastsPeersFin() throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint) {
      $0.awaitsReceipts = false
      $0.endsWithPeer = false
    }
    let peer = try listener.accept()
    peer.finish()
    try client.wait(for: "the peer's FIN") { $0.peerHasFinished }
    try client.send("a")
    #expect(try peer.receive(exactly: 2) == "a\n")
    try client.send("b")
    client.finish()
    #expect(try peer.receiveToEnd() == Array("b\n".utf8))
    #expect(try client.end().0 == .finished)
  }

  @Test("without receipts, and told so, it ends when a peer that has said FIN is gone", arguments: ClientPlace.allCases)
  func notices(place: ClientPlace) throws {
    let listener = try ClientPeerSocket(place)
    let client = try ClientHarness(listener.endpoint) {
      $0.awaitsReceipts = false
      $0.endsWithPeer = false
    }
    do {
      let peer = try listener.accept()
      peer.finish()
      try client.wait(for: "the peer's FIN") { $0.peerHasFinished }
      peer.resetOnClose()
    }
    let (end, _) = try client.end()
    if case .failed(.broken) = end {} else { #expect(end == .peerClosed) }
  }

  @Test("closes at once when told so")
  func closes() throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint)
    try client.send("a")
    let peer = try listener.accept()
    try client.wait(for: .sent)
    client.close()
    let (end, totals) = try client.end()
    #expect(end == .closed)
    #expect(client.messages(.failed) == [1])
    #expect(totals.unresolved == 1)
    #expect(try peer.receiveToEnd() == Array("a\n".utf8))
  }

  @Test("cuts a reply that is longer than the limit, and counts all of it")
  func longReply() throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint) { $0.messageBytes = 10 }
    try client.send("a")
    client.finish()
    let peer = try listener.accept()
    _ = try peer.receiveToEnd()
    try peer.send(String(repeating: "x", count: 100_000) + "\n")
    let (_, totals) = try client.end()
    #expect(client.replies == ["xxxxxxxxxx"])
    #expect(totals.bytesReceived == 100_001)
    #expect(totals.truncated == 1)
    #expect(client.records.last?.flags == .truncated)
  }

  @Test(
    "speaks every framing",
    arguments: [
      (Framing.nul, "a\0bc\0"), (.crlf, "a\r\nbc\r\n"), (.length16, "\0\u{1}a\0\u{2}bc"),
      (.length32, "\0\0\0\u{1}a\0\0\0\u{2}bc"),
      (.fixed(3), "a\0\0bc\0"),
    ]
  )
  func framings(framing: Framing, wire: String) throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint) { $0.framing = framing }
    try client.send("a", "bc")
    client.finish()
    let peer = try listener.accept()
    #expect(try peer.receiveToEnd() == Array(wire.utf8))
    try peer.send(wire)
    let (end, totals) = try client.end()
    #expect(end == .finished)
    #expect(client.messages(.receipt) == [1, 2])
    #expect(totals.bytesReceived == totals.bytesSent)
  }

  @Test(
    "a peer that takes nothing any more is the end after a while, with more to send or not",
    arguments: [true, false],
    [true, false]
  )
  func stalled(awaitsReceipts: Bool, isFinishing: Bool) throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint) {
      $0.awaitsReceipts = awaitsReceipts
      $0.timeoutNanoseconds = 10_000_000
      $0.stallNanoseconds = 50_000_000
    }
    let peer = try listener.accept()
    try client.send(Array(repeating: String(repeating: "x", count: 1 << 20), count: 32))
    if isFinishing { client.finish() }
    let (end, totals) = try client.end()
    #expect(end == .failed(.broken(listener.endpoint, SystemError("send", code: ETIMEDOUT))))
    #expect(totals.messagesSent < 32)
    _ = peer
  }

  @Test("so is one that takes nothing, and says something now and then", arguments: [true, false], [true, false])
  func stalledChatter(awaitsReceipts: Bool, isFinishing: Bool) throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint) {
      $0.awaitsReceipts = awaitsReceipts
      $0.timeoutNanoseconds = 100_000_000
      $0.stallNanoseconds = 500_000_000
    }
    let peer = try listener.accept()
    let chatter = BackgroundThread {
      // Until nobody is there any more.
      while (try? peer.send("x")) != nil { poll(nil, 0, 10) }
    }
    try client.send(Array(repeating: String(repeating: "x", count: 1 << 20), count: 32))
    if isFinishing { client.finish() }
    let (end, totals) = try client.end()
    #expect(end == .failed(.broken(listener.endpoint, SystemError("send", code: ETIMEDOUT))))
    #expect(totals.messagesSent < 32)
    client.drop()
    chatter.join()
  }
}
