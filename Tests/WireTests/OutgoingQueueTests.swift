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

@Test(
  "lines that lie in the input are taken in runs, up to a stop message, as if they came one by one",
  arguments: 1...30
)
func outgoingRuns(seed: Int) throws {
  var generator = ClientRandom(seed: UInt64(seed))
  let alphabet = Array("a.\r\n\n\0".utf8)
  var framer = Framer(.line, limit: 1 << 20)
  var runs = OutgoingBatch(framing: .line, transport: .tcp)
  var expected = OutgoingBatch(framing: .line, transport: .tcp)
  var id: UInt64 = 0
  for _ in 0..<50 {
    let count = Int.random(in: 0...3000, using: &generator)
    let input = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
    try input.withUnsafeBytes { input in
      var position = 0
      while true {
        let start = position
        let taken = runs.appendRun(of: input, from: &position, by: &framer, first: id + 1, expectsReceipt: true)
        let lines = input[start..<position].split(separator: 0x0a, omittingEmptySubsequences: false).dropLast()
        #expect(lines.count == taken && lines.allSatisfy { $0.first != Responder.stopByte })
        for line in lines {
          id += 1
          try expected.append(line, id: id, expectsReceipt: true)
        }
        guard let frame = framer.next(in: input, from: &position) else { break }
        id += 1
        let line = frame.isHeld ? framer.held : Array(input[frame.start..<(frame.start + frame.count)])
        try runs.append(line, id: id, expectsReceipt: true)
        try expected.append(line, id: id, expectsReceipt: true)
      }
    }
  }
  #expect(runs.bytes == expected.bytes)
  #expect(runs.messages == expected.messages)
}

@Test(
  "lines that don't go out as they lie in the input are not taken in runs",
  arguments: [(Framing.crlf, Transport.tcp), (.nul, .tcp), (.length16, .unix), (.raw, .tcp), (.line, .udp)]
)
func outgoingRunsElsewhere(framing: Framing, transport: Transport) {
  var batch = OutgoingBatch(framing: framing, transport: transport)
  var framer = Framer(.line, limit: 100)
  var position = 0
  Array("one\ntwo\n".utf8).withUnsafeBytes {
    #expect(batch.appendRun(of: $0, from: &position, by: &framer, first: 1, expectsReceipt: true) == 0)
  }
  #expect(position == 0 && batch.isEmpty)
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
      queue.took(piece.count) { messages, bytes in
        ids += messages.map(\.id)
        let end = ends[Int(messages[messages.count - 1].id)]
        #expect(bytes.elementsEqual(expected[(end - bytes.count)..<end]))
        #expect(bytes.count == messages.reduce(0) { $0 + Int($1.wireCount) })
        #expect(messages.allSatisfy { ends[Int($0.id)] <= written.count })
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
    queue.took(4) { messages, bytes in
      #expect(messages.map(\.id) == [1, 2])
      #expect(Array(bytes) == [1, 1, 2, 2])
    }
    queue.putBack(try batch(1...2))
    #expect(queue.count == 4)
    #expect(queue.withNextBytes(limit: 100) { [UInt8]($0) } == [1, 1, 2, 2, 3, 3, 4, 4])
    var removed: [UInt64] = []
    while let message = queue.removeNext() { removed.append(message.id) }
    #expect(removed == [1, 2, 3, 4])
    #expect(queue.cost == 0)
  }
}

@Test(
  "a datagram that was taken is one message, whatever follows it: an empty one in its batch, or at the head of the next"
)
func outgoingDatagrams() throws {
  var queue = OutgoingQueue()
  for (id, text) in ["first", "", "second"].enumerated() {
    var batch = OutgoingBatch(framing: .line, transport: .udp)
    try batch.append(Array(text.utf8), id: UInt64(id), expectsReceipt: true)
    queue.append(batch)
  }
  var large = OutgoingBatch(framing: .line, transport: .udp)
  try large.append([UInt8](repeating: 0x61, count: 65_000), id: 3, expectsReceipt: true)
  queue.append(large)
  var next = OutgoingBatch(framing: .line, transport: .udp)
  try next.append([UInt8](), id: 4, expectsReceipt: true)
  try next.append([UInt8](repeating: 0x62, count: 65_000), id: 5, expectsReceipt: true)
  queue.append(next)
  for id in 0...5 { queue.tookDatagram { messages, _ in #expect(messages.map(\.id) == [UInt64(id)]) } }
  #expect(queue.isEmpty && queue.cost == 0)
}
