import Testing

@testable import Wire

/// What unfinished messages may hold in all.
@Suite struct ServerUnfinishedTests {
  private static let limit = 20_000

  private func fixture(_ framing: Framing = .line) throws -> ServerFixture {
    try ServerFixture {
      $0.framing = framing
      $0.transports = [.tcp]
      $0.limits.unfinishedBytes = Self.limit
    }
  }

  /// A peer whose message is begun with so many bytes, all of which the server has.
  private func begin(_ count: Int, _ letter: String, at fixture: ServerFixture) throws -> ServerPeer {
    let peer = try ServerPeer.tcp(fixture.port)
    // The receipt tells that the server has read this far; one write is one read.
    try peer.send("\n" + String(repeating: letter, count: count))
    #expect(try peer.receiveText(3) == "OK\n")
    return peer
  }

  @Test("Beyond the bound the longest unfinished message is cut, all of it is counted, and the others are whole")
  func longest() throws {
    let fixture = try fixture()
    let short = try begin(6000, "a", at: fixture)
    let long = try begin(10_000, "b", at: fixture)
    let last = try begin(7000, "c", at: fixture)
    for peer in [short, long, last] {
      try peer.send("end\n")
      #expect(try peer.receiveText(3) == "OK\n")
    }
    try fixture.wait("messages") { $0.messages.count == 6 }
    let messages = fixture.messages.filter { $0.record.wireCount > 1 }
    #expect(messages.map(\.record.wireCount) == [6004, 10_004, 7004])
    #expect(messages.map { $0.record.flags.contains(.truncated) } == [false, true, false])
    #expect(messages[0].text == String(repeating: "a", count: 6000) + "end")
    #expect(messages[1].text == String(repeating: "b", count: ServerEngine.cutBytes))
    #expect(messages[2].text == String(repeating: "c", count: 7000) + "end")
  }

  @Test("A peer that is cut sends whole messages again after that one")
  func afterwards() throws {
    let fixture = try fixture()
    let peer = try begin(Self.limit + 1, "a", at: fixture)
    try peer.send("\nnext\n")
    #expect(try peer.receiveText(6) == "OK\nOK\n")
    try fixture.wait("messages") { $0.messages.count == 3 }
    #expect(fixture.messages.map(\.record.wireCount) == [1, UInt64(Self.limit) + 2, 5])
    #expect(fixture.messages[2].text == "next")
    #expect(fixture.messages[2].record.flags == .answered)
  }

  @Test("What is finished, or gone with its connection, no longer counts")
  func givenBack() throws {
    let fixture = try fixture()
    for _ in 0..<4 {
      let finished = try begin(Self.limit - 100, "a", at: fixture)
      try finished.send("\n")
      #expect(try finished.receiveText(3) == "OK\n")
      let gone = try begin(Self.limit - 100, "b", at: fixture)
      gone.finishWriting()
      #expect(try gone.receiveToEnd() == Array("OK\n".utf8))
    }
    try fixture.wait("messages") { $0.messages.count == 16 }
    #expect(!fixture.messages.contains { $0.record.flags.contains(.truncated) })
  }

  @Test("A crowd of messages that never end is bounded, and every byte of it is counted")
  func crowd() throws {
    let fixture = try fixture()
    let crowd = try (0..<50).map { _ in try begin(3000, "x", at: fixture) }
    for peer in crowd { peer.finishWriting() }
    for peer in crowd { #expect(try peer.receiveToEnd() == Array("OK\n".utf8)) }
    try fixture.wait("messages") { $0.messages.count == 100 }
    let kept = fixture.messages.reduce(0) { $0 + $1.payload.count }
    #expect(kept <= Self.limit + crowd.count * ServerEngine.cutBytes)
    #expect(fixture.wireBytes == 50 * 3001)
    #expect(fixture.messages.allSatisfy { $0.record.flags.contains(.truncated) == ($0.payload.count == 256) })
  }

  @Test("By default one message alone is never cut before its own limit", arguments: [1, 1 << 20, 1 << 30])
  func derived(messageBytes: Int) {
    var limits = ServerLimits()
    limits.messageBytes = messageBytes
    #expect(limits.unfinishedBytes >= messageBytes)
    #expect(limits.unfinishedBytes >= 64 << 20)
  }
}
