import TestKit
import Testing

@testable import Echo

@Suite("The client's messages on their way out") struct OutboxTests {
  @Test("whatever happens every message goes, in order, until it is written", arguments: 0..<20)
  func random(seed: Int) {
    var random = TestRandom(seed: UInt64(seed))
    var outbox = Outbox()
    var unwritten: [UInt64] = []
    var given: [UInt64] = []
    var next: UInt64 = 1
    for _ in 0..<4000 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0...3:
        outbox.append(Outbox.Message(id: next, bytes: [UInt8(truncatingIfNeeded: next)]))
        unwritten.append(next)
        next += 1
      case 4:
        let messages = outbox.give()
        #expect(messages.allSatisfy { $0.bytes == [UInt8(truncatingIfNeeded: $0.id)] })
        given += messages.map(\.id)
      case 5...7:
        guard !given.isEmpty else { break }
        let id = Bool.random(using: &random) ? given.removeFirst() : given.removeLast()
        outbox.remove(id)
        outbox.remove(id)
        unwritten.removeAll { $0 == id }
      case 8: outbox.remove(next + 5)
      default:
        guard Int.random(in: 0..<8, using: &random) == 0 else { break }
        outbox.takeBack()
        given = []
      }
      #expect(outbox.count == unwritten.count - given.count && outbox.givenCount == given.count)
      #expect(outbox.firstID == unwritten.first && outbox.isEmpty == (outbox.count == 0))
    }
    outbox.takeBack()
    #expect(outbox.give().map(\.id) == unwritten)
  }
}
