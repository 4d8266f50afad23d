import Testing
import Wire

@Test("a message whose length the accounts can't hold does not fit", arguments: [Framing.line, .length32, .raw])
func outgoingTooLong(framing: Framing) {
  var batch = OutgoingBatch(framing: framing, transport: .tcp)
  let count = Int(UInt32.max)
  #expect(throws: FramingError.tooLong(count: count, limit: OutgoingBatch.longestMessage)) {
    try batch.append(repeatElement(0x61, count: count), id: 1, expectsReceipt: true)
  }
  #expect(batch.isEmpty)
}

@Suite("OutgoingQueue") struct OutgoingQueueTests {
  @Test("gives every byte once and in order, however much is taken", arguments: 1...30)
  func random(seed: Int) throws {
    var generator = ClientRandom(seed: UInt64(seed))
    var queue = OutgoingQueue()
    var expected: [UInt8] = []
    var written: [UInt8] = []
    var ids: [UInt64] = []
    var ends: [Int] = []
    var nextID: UInt64 = 0
    func drain(_ most: Int) {
      let piece = queue.withNextBytes(limit: most) { [UInt8]($0) }
      written += piece
      queue.took(piece.count)
      while let message = queue.nextWritten() {
        ids.append(message.id)
        #expect(ends[Int(message.id)] <= written.count)
      }
      if ids.count < ends.count { #expect(ends[ids.count] >= written.count) }
    }
    for _ in 0..<200 {
      if Bool.random(using: &generator) {
        var batch = OutgoingBatch(framing: .raw, transport: .tcp)
        for _ in 0..<Int.random(in: 0...5, using: &generator) {
          let payload = (0..<Int.random(in: 0...4000, using: &generator)).map { UInt8(truncatingIfNeeded: $0 ^ seed) }
          try batch.append(payload, id: nextID, expectsReceipt: true)
          nextID += 1
          expected += payload
          ends.append(expected.count)
        }
        queue.append(batch)
      } else {
        drain(Int.random(in: 1...20_000, using: &generator))
      }
      #expect(queue.count == Int(nextID) - ids.count)
    }
    while !queue.isEmpty { drain(100_000) }
    #expect(written == expected)
    #expect(ids == Array(0..<nextID))
    #expect(queue.cost == 0)
  }

  @Test("what is put back goes before the rest")
  func putBack() throws {
    func batch(_ ids: ClosedRange<UInt64>) throws -> OutgoingBatch {
      var batch = OutgoingBatch(framing: .raw, transport: .udp)
      for id in ids { try batch.append([UInt8(id), UInt8(id)], id: id, expectsReceipt: true) }
      return batch
    }
    var queue = OutgoingQueue()
    queue.append(try batch(1...4))
    queue.took(4)
    #expect(queue.nextWritten()?.id == 1)
    #expect(queue.nextWritten()?.id == 2)
    queue.putBack(try batch(1...2))
    #expect(queue.count == 4)
    #expect(queue.withNextBytes(limit: 100) { [UInt8]($0) } == [1, 1, 2, 2, 3, 3, 4, 4])
    var removed: [UInt64] = []
    while let message = queue.removeNext() { removed.append(message.id) }
    #expect(removed == [1, 2, 3, 4])
    #expect(queue.cost == 0)
  }
}
