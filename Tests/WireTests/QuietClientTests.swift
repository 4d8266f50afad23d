import Testing
import Wire

@Suite("A quiet client") struct QuietClientTests {
  private static func start(_ listener: ClientPeerSocket, calls: SystemCalls = .kernel) throws -> ClientHarness {
    try ClientHarness(listener.endpoint, calls: calls) { $0.isQuiet = true }
  }

  @Test("counts what goes well wherever the reads cut the replies, and tells of what answers nothing", arguments: 1...9)
  func splitReplies(size: Int) throws {
    var calls = SystemCalls.kernel
    calls.receive = { descriptor, buffer in
      SystemCalls.kernel.receive(descriptor, UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]))
    }
    let listener = try ClientPeerSocket(.ipv4)
    let client = try QuietClientTests.start(listener, calls: calls)
    try client.send("a", "b", "c", "d")
    let peer = try listener.accept()
    _ = try peer.receive(exactly: 8)
    try peer.send("OK\n\nlonger answer\nOK\nsurplus\nand more\n")
    try client.wait(for: .received, count: 2)
    client.finish()
    let (end, totals) = try client.end()
    #expect(end == .finished)
    #expect(client.replies == ["surplus", "and more"])
    #expect(client.records.allSatisfy { $0.kind == .received })
    #expect(client.uneventful.sent == 4 && client.uneventful.receipts == 4 && client.uneventful.unawaited == 0)
    #expect(totals.bytesSent == 8 && totals.bytesReceived == 38)
  }

  @Test("tells of each receipt that is late, and counts again after that", arguments: ClientPlace.allCases)
  func late(place: ClientPlace) throws {
    let listener = try ClientPeerSocket(place)
    let client = try ClientHarness(listener.endpoint) {
      $0.isQuiet = true
      $0.timeoutNanoseconds = 50_000_000
    }
    try client.send("a", "b")
    let peer = try listener.accept()
    _ = try peer.receive(exactly: 4)
    try client.wait(for: .timedOut, count: 2)
    try peer.send("first\nsecond\n")
    try client.wait(for: .lateReceipt, count: 2)
    #expect(client.messages(.timedOut) == [1, 2] && client.messages(.lateReceipt) == [1, 2])
    #expect(client.replies == ["first", "second"])
    client.close()
    #expect(try client.end().1.receipts == 2)
    #expect(client.uneventful.sent == 2 && client.uneventful.receipts == 0)
  }

  @Test("tells at the end of what was not answered, and of what was not written")
  func unanswered() throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try QuietClientTests.start(listener)
    try client.send("a", "b", "c")
    let peer = try listener.accept()
    _ = try peer.receive(exactly: 6)
    try peer.send("OK\n")
    peer.finish()
    #expect(try client.end().0 == .peerClosed)
    #expect(client.messages(.failed) == [2, 3])
    #expect(client.records.allSatisfy { $0.kind == .failed && $0.isAwaited })
    #expect(client.uneventful.receipts == 1)
  }

  @Test("counts messages for which no receipt is awaited")
  func awaitsNoReceipts() throws {
    let listener = try ClientPeerSocket(.ipv4)
    let client = try ClientHarness(listener.endpoint) {
      $0.isQuiet = true
      $0.awaitsReceipts = false
    }
    try client.send(["a", "b"], expectsReceipt: false)
    let peer = try listener.accept()
    _ = try peer.receive(exactly: 4)
    try peer.send("news\n")
    try client.wait(for: .received)
    client.finish()
    #expect(try peer.receive().isEmpty)
    peer.finish()
    #expect(try client.end().0 == .finished)
    #expect(client.replies == ["news"])
    #expect(client.uneventful.sent == 2 && client.uneventful.unawaited == 2)
  }

  @Test("does the same with datagrams")
  func datagrams() throws {
    let server = try ClientPeerSocket(.ipv4, isDatagram: true)
    let client = try ClientHarness(server.datagramEndpoint) { $0.isQuiet = true }
    try client.send("one", "two")
    for _ in 1...2 {
      let (bytes, source) = try server.peer.receiveDatagram()
      try server.peer.send(bytes, to: source)
      // The first one's echo, once more.
      try server.peer.send(Array("one".utf8), to: source)
    }
    try client.wait(for: .received, count: 2)
    client.finish()
    #expect(try client.end().0 == .finished)
    #expect(client.records.allSatisfy { $0.kind == .received && $0.detail == .duplicate })
    #expect(client.uneventful.sent == 2 && client.uneventful.receipts == 2)
  }
}
