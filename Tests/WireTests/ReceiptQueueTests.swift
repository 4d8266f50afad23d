import Testing
import Wire

private func message(_ id: UInt64, expectsReceipt: Bool = true, size: Int = 5) -> OutgoingBatch.Message {
  var batch = OutgoingBatch(framing: .raw, transport: .tcp)
  try! batch.append([UInt8](repeating: 0x61, count: size), id: id, expectsReceipt: expectsReceipt)
  return batch.messages[0]
}

extension ReceiptQueue {
  fileprivate mutating func wrote(_ message: OutgoingBatch.Message, now: Int64, fingerprint: Int = 0) {
    [message].withUnsafeBufferPointer { wrote($0, now: now, fingerprint: fingerprint) }
  }

  /// A reply that is neither a receipt nor, unless given, anything that was sent.
  fileprivate mutating func answer(now: Int64, _ reply: String = "reply") -> Answer {
    Array(reply.utf8).withUnsafeBytes { answer(now: now, reply: $0) }
  }

  fileprivate mutating func wrote(_ id: UInt64, _ text: String, now: Int64) {
    let fingerprint = Array(text.utf8).withUnsafeBytes { ReceiptQueue.fingerprint($0) }
    wrote(message(id, size: text.utf8.count), now: now, fingerprint: fingerprint)
  }
}

@Suite("ReceiptQueue") struct ReceiptQueueTests {
  @Test("answers the oldest message first", arguments: [false, true])
  func inOrder(isDatagram: Bool) {
    var receiptQueue = ReceiptQueue(isDatagram: isDatagram, timeoutNanoseconds: 100)
    for id in 1...3 { receiptQueue.wrote(message(UInt64(id)), now: Int64(id)) }
    #expect(receiptQueue.awaitedCount == 3)
    #expect(receiptQueue.awaitedBytes == (isDatagram ? 15 : 0))
    #expect(receiptQueue.answer(now: 11) == .init(kind: .receipt, message: 1, roundTrip: 10))
    #expect(receiptQueue.answer(now: 22) == .init(kind: .receipt, message: 2, roundTrip: 20))
    #expect(receiptQueue.answer(now: 33) == .init(kind: .receipt, message: 3, roundTrip: 30))
    #expect(receiptQueue.answer(now: 44) == .init(kind: .received, message: 0, roundTrip: 0))
    #expect(receiptQueue.awaitedBytes == 0)
    #expect(receiptQueue.nextDeadline == nil)
  }

  @Test("times out at the deadline and not before")
  func deadline() {
    var receiptQueue = ReceiptQueue(isDatagram: false, timeoutNanoseconds: 100)
    receiptQueue.wrote(message(1), now: 5)
    receiptQueue.wrote(message(2), now: 6)
    #expect(receiptQueue.nextDeadline == 105)
    #expect(receiptQueue.nextTimeout(now: 104) == nil)
    #expect(receiptQueue.nextTimeout(now: 105) == 1)
    #expect(receiptQueue.nextTimeout(now: 105) == nil)
    #expect(receiptQueue.nextDeadline == 106)
    #expect(receiptQueue.nextTimeout(now: 1000) == 2)
    #expect(receiptQueue.nextDeadline == nil)
  }

  @Test("a stream's late reply shifts no other")
  func lateOnStream() {
    var receiptQueue = ReceiptQueue(isDatagram: false, timeoutNanoseconds: 100)
    receiptQueue.wrote(message(1), now: 0)
    #expect(receiptQueue.nextTimeout(now: 100) == 1)
    receiptQueue.wrote(message(2), now: 110)
    #expect(receiptQueue.answer(now: 120) == .init(kind: .lateReceipt, message: 1, roundTrip: 120))
    #expect(receiptQueue.answer(now: 121) == .init(kind: .receipt, message: 2, roundTrip: 11))
  }

  @Test("a datagram's reply answers an expired message only when no other is awaited")
  func lateDatagram() {
    var receiptQueue = ReceiptQueue(isDatagram: true, timeoutNanoseconds: 100)
    receiptQueue.wrote(message(1), now: 0)
    #expect(receiptQueue.nextTimeout(now: 100) == 1)
    receiptQueue.wrote(message(2), now: 110)
    #expect(receiptQueue.answer(now: 120) == .init(kind: .receipt, message: 2, roundTrip: 10))
    #expect(receiptQueue.answer(now: 130) == .init(kind: .lateReceipt, message: 1, roundTrip: 130))
    #expect(receiptQueue.answer(now: 140).kind == .received)
  }

  @Test("a datagram's own bytes answer it and no other, whatever the order and whatever is lost")
  func exact() {
    var receiptQueue = ReceiptQueue(isDatagram: true, timeoutNanoseconds: 100)
    for (id, text) in ["one", "two", "three", "two"].enumerated() {
      receiptQueue.wrote(UInt64(id + 1), text, now: Int64(id))
    }
    #expect(receiptQueue.answer(now: 10, "three") == .init(kind: .receipt, message: 3, roundTrip: 8, detail: .exact))
    #expect(
      receiptQueue.answer(now: 11, "three") == .init(kind: .received, message: 0, roundTrip: 0, detail: .duplicate)
    )
    #expect(receiptQueue.answer(now: 12, "two") == .init(kind: .receipt, message: 2, roundTrip: 11, detail: .exact))
    #expect(receiptQueue.answer(now: 13, "two") == .init(kind: .receipt, message: 4, roundTrip: 10, detail: .exact))
    #expect(receiptQueue.answer(now: 14, "two").detail == .duplicate)
    #expect(receiptQueue.awaitedCount == 1 && receiptQueue.awaitedBytes == 3)
    #expect(receiptQueue.nextTimeout(now: 100) == 1)
    receiptQueue.wrote(5, "five", now: 110)
    #expect(
      receiptQueue.answer(now: 120, "one") == .init(kind: .lateReceipt, message: 1, roundTrip: 120, detail: .exact)
    )
    #expect(receiptQueue.answer(now: 121, "five").message == 5)
    #expect(receiptQueue.awaitedCount == 0 && receiptQueue.awaitedBytes == 0)
  }

  @Test("of plain receipts only the number is known: one more than there are messages repeats another")
  func surplusReceipt() {
    var receiptQueue = ReceiptQueue(isDatagram: true, timeoutNanoseconds: 100)
    #expect(receiptQueue.answer(now: 0, "OK\0\0") == .none)
    receiptQueue.wrote(1, "one", now: 0)
    receiptQueue.wrote(2, "two", now: 0)
    #expect(receiptQueue.answer(now: 1, "OK\0") == .init(kind: .receipt, message: 1, roundTrip: 1))
    #expect(receiptQueue.answer(now: 2, "OK\0") == .init(kind: .receipt, message: 2, roundTrip: 2))
    #expect(receiptQueue.answer(now: 3, "OK\0").detail == .duplicate)
    #expect(receiptQueue.answer(now: 4, "news") == .none)
  }

  @Test("a stream's bytes that repeat a message's are no reason to change the order")
  func sameOnStream() {
    var receiptQueue = ReceiptQueue(isDatagram: false, timeoutNanoseconds: 100)
    receiptQueue.wrote(1, "one", now: 0)
    receiptQueue.wrote(2, "two", now: 0)
    #expect(receiptQueue.answer(now: 5, "two") == .init(kind: .receipt, message: 1, roundTrip: 5))
  }

  @Test("a stream's late replies beyond the memory answer nothing, and shift no other")
  func forgottenOnStream() {
    var receiptQueue = ReceiptQueue(isDatagram: false, timeoutNanoseconds: 100)
    var next = message(0)
    let forgotten = 3
    for id in 1...(ReceiptQueue.expiredStreamLimit + forgotten) {
      next.id = UInt64(id)
      receiptQueue.wrote(next, now: 0)
    }
    while receiptQueue.nextTimeout(now: 100) != nil {}
    for _ in 0..<forgotten { #expect(receiptQueue.answer(now: 200).kind == .received) }
    let remembered = receiptQueue.answer(now: 200)
    #expect(remembered == .init(kind: .lateReceipt, message: UInt64(forgotten + 1), roundTrip: 200))
  }

  @Test("of many lost datagrams only the latest are remembered")
  func boundedMemory() {
    var receiptQueue = ReceiptQueue(isDatagram: true, timeoutNanoseconds: 1)
    let count = UInt64(ReceiptQueue.expiredDatagramLimit) + 10
    for id in 1...count {
      receiptQueue.wrote(message(id), now: 0)
      #expect(receiptQueue.nextTimeout(now: 1) == id)
    }
    #expect(receiptQueue.answer(now: 2).message == 11)
  }

  @Test("a message that expects no receipt is never awaited")
  func noReceipt() {
    var receiptQueue = ReceiptQueue(isDatagram: false, timeoutNanoseconds: 100)
    receiptQueue.wrote(message(1, expectsReceipt: false), now: 0)
    #expect(receiptQueue.awaitedCount == 0)
    #expect(receiptQueue.nextDeadline == nil)
    #expect(receiptQueue.answer(now: 1).kind == .received)
  }

  @Test("gives up what is awaited, not what has timed out")
  func abandons() {
    var receiptQueue = ReceiptQueue(isDatagram: false, timeoutNanoseconds: 100)
    receiptQueue.wrote(message(1), now: 0)
    receiptQueue.wrote(message(2), now: 50)
    #expect(receiptQueue.nextTimeout(now: 100) == 1)
    #expect(receiptQueue.nextAbandoned() == 2)
    #expect(receiptQueue.nextAbandoned() == nil)
    #expect(receiptQueue.awaitedBytes == 0)
  }

  @Test("agrees with two plain arrays over random histories", arguments: [false, true], 1...20)
  func random(isDatagram: Bool, seed: Int) {
    var generator = ClientRandom(seed: UInt64(seed))
    var receiptQueue = ReceiptQueue(isDatagram: isDatagram, timeoutNanoseconds: 50)
    var awaited: [(id: UInt64, at: Int64)] = []
    var expired: [(id: UInt64, at: Int64)] = []
    var now: Int64 = 0
    var id: UInt64 = 0
    for _ in 0..<3000 {
      now += Int64.random(in: 0...12, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0, 1:
        // On a stream many are written in one go; numbers may be missing.
        let count = isDatagram ? 1 : Int.random(in: 1...9, using: &generator)
        let written = (0..<count).map { _ in
          id += Int.random(in: 0..<8, using: &generator) == 0 ? 2 : 1
          return message(id, expectsReceipt: Int.random(in: 0..<8, using: &generator) > 0)
        }
        written.withUnsafeBufferPointer { receiptQueue.wrote($0, now: now) }
        awaited += written.filter(\.expectsReceipt).map { ($0.id, now) }
      case 2, 3:
        let takesExpired = isDatagram ? awaited.isEmpty && !expired.isEmpty : !expired.isEmpty
        let answer = receiptQueue.answer(now: now)
        if takesExpired {
          let entry = expired.removeFirst()
          #expect(answer == .init(kind: .lateReceipt, message: entry.id, roundTrip: now - entry.at))
        } else if !awaited.isEmpty {
          let entry = awaited.removeFirst()
          #expect(answer == .init(kind: .receipt, message: entry.id, roundTrip: now - entry.at))
        } else {
          #expect(answer.kind == .received)
        }
      default:
        while let late = receiptQueue.nextTimeout(now: now) {
          let entry = awaited.removeFirst()
          #expect(entry.id == late)
          #expect(entry.at + 50 <= now)
          expired.append(entry)
        }
        #expect(awaited.allSatisfy { $0.at + 50 > now })
      }
      #expect(receiptQueue.awaitedCount == awaited.count)
      #expect(receiptQueue.awaitedBytes == (isDatagram ? awaited.count * 5 : 0))
      #expect(receiptQueue.nextDeadline == awaited.first.map { $0.at + 50 })
    }
  }
}
