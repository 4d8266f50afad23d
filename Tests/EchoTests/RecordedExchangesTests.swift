import Testing
import Wire

@testable import Echo

/// A client's recording as messages and what they were answered.
@Suite struct RecordedExchangesTests {
  private func message(_ text: String) -> ReplayMessage {
    ReplayMessage(sequence: 1, time: Timestamp(nanoseconds: 0), isAnswered: false, payload: Array(text.utf8))
  }

  @Test("A message is given once its reply is there, and those after it wait for it")
  func order() {
    var exchanges = RecordedExchanges(expectsReplies: true)
    exchanges.add(message("a"), row: 2, hasReply: true)
    exchanges.add(message("b"), row: 3, hasReply: true)
    exchanges.add(message("c"), row: 5, hasReply: false)
    exchanges.add(reply: [2], toRow: 3)
    #expect(exchanges.next() == nil)
    exchanges.add(reply: [1], toRow: 2)
    // A second one is none to compare with.
    exchanges.add(reply: [9], toRow: 2)
    exchanges.add(reply: [9], toRow: 4)
    #expect(exchanges.next()?.reply == [1])
    #expect(exchanges.next()?.reply == [2])
    let last = exchanges.next()
    #expect(last?.payload == [0x63] && last?.isAnswered == false && exchanges.isEmpty)
  }

  @Test("At the end, and when much waits for it, a message counts as unanswered")
  func end() {
    var exchanges = RecordedExchanges(expectsReplies: true)
    exchanges.add(message("a"), row: 1, hasReply: true)
    #expect(exchanges.next() == nil)
    exchanges.finish()
    #expect(exchanges.next()?.isAnswered == false)
    exchanges = RecordedExchanges(expectsReplies: true)
    var given = 0
    for row in 1...100_000 as ClosedRange<Int64> {
      exchanges.add(message("a"), row: row, hasReply: true)
      if exchanges.next() != nil { given += 1 }
    }
    #expect(given > 30_000)
  }

  @Test("Where no replies were awaited none is waited for")
  func unawaited() {
    var exchanges = RecordedExchanges(expectsReplies: false)
    exchanges.add(message("a"), row: 1, hasReply: true)
    #expect(exchanges.next() != nil)
  }
}
