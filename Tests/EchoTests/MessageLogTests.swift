import Echo
import Testing
import Wire

/// What a view remembers.
@Suite struct MessageLogTests {
  private func batch(_ texts: [String], _ peer: Peer = ServerScript.peer(1), first: UInt64 = 1) -> MessageBatch {
    ServerScript.batch(texts.map { Array($0.utf8) }, from: peer, first: first)
  }

  private func texts(_ log: MessageLog) -> [String] {
    (log.firstID..<log.endID).map { String(decoding: log[$0]?.payload ?? [], as: UTF8.self) }
  }

  @Test("Rows come back by id, with their record, peer and payload, however they came")
  func rows() {
    var log = MessageLog(countLimit: 1000, byteLimit: 1 << 20)
    log.append(batch(["a", "bb"]))
    log.append(batch(["", "ccc"], ServerScript.peer(2), first: 3))
    log.append(notice: "a notice", isAlert: true, peer: nil, at: ServerScript.start)
    log.append(batch(["d"], first: 5))
    #expect(log.count == 6 && log.firstID == 0 && log.endID == 6)
    #expect(texts(log) == ["a", "bb", "", "ccc", "a notice", "d"])
    #expect((0..<6).map { log[$0]?.record.sequence } == [1, 2, 3, 4, 0, 5])
    #expect([0, 2, 3, 5].map { log[$0]?.peer } == [1, 2, 2, 1].map { ServerScript.peer($0) })
    #expect((0..<6).map { log[$0]?.isNotice } == [false, false, false, false, true, false])
    #expect(log[4]?.record.flags == [.notice, .alert])
    #expect(log[6] == nil)
    #expect(log.byteCount == 15)
    #expect(log.oldestTime == ServerScript.start)
  }

  @Test("An empty batch changes nothing")
  func empty() {
    var log = MessageLog(countLimit: 10, byteLimit: 100)
    log.append(MessageBatch())
    #expect(log.count == 0 && log[0] == nil && log.oldestTime == nil)
  }

  @Test(
    "The count is bounded: the oldest go, ids stay, and nearly as many as allowed are kept",
    arguments: [1, 2, 16, 100, 5000]
  )
  func countLimit(_ limit: Int) {
    var log = MessageLog(countLimit: limit, byteLimit: 1 << 30)
    for number in 0..<20_000 { log.append(batch(["\(number)"], first: UInt64(number + 1))) }
    #expect(log.endID == 20_000)
    #expect(log.count <= limit)
    #expect(log.count >= limit - max(1, limit / 16))
    #expect(log.droppedCount == log.firstID)
    #expect(log[log.firstID - 1] == nil)
    #expect(texts(log) == (log.firstID..<log.endID).map { "\($0)" })
  }

  @Test("The bytes are bounded, but for the newest batch, which is kept whole")
  func byteLimit() {
    var log = MessageLog(countLimit: 1 << 20, byteLimit: 10_000)
    for number in 0..<1000 { log.append(batch([String(repeating: "x", count: 100)], first: UInt64(number + 1))) }
    #expect(log.byteCount <= 10_000 && log.byteCount >= 9000)
    #expect(log.byteCount == log.count * 100)
    log.append(batch([String(repeating: "y", count: 50_000)], first: 1001))
    #expect(log.count == 1 && log.byteCount == 50_000)
    log.append(batch(["z"], first: 1002))
    #expect(log.count == 1 && texts(log) == ["z"])
  }

  @Test("Many peers in many small batches stay apart")
  func peers() {
    var log = MessageLog(countLimit: 10_000, byteLimit: 1 << 20)
    for number in 0..<1000 {
      log.append(batch(["x"], ServerScript.peer(UInt32(number % 7)), first: UInt64(number + 1)))
    }
    #expect((0..<1000).allSatisfy { log[UInt64($0)]?.peer == ServerScript.peer(UInt32($0 % 7)) })
  }
}
