import Testing

@testable import Journal

@Suite struct CommitPaceTests {
  private static let window = CommitPace.groupNanoseconds

  @Test("A lone message is committed as soon as nothing else has come")
  func loneMessage() {
    var pace = CommitPace(withholdsReceipts: true)
    #expect(pace.step(messages: 1, isPending: true, tookAny: true, now: 0) == .takeMore)
    #expect(pace.step(messages: 1, isPending: true, tookAny: false, now: 1000) == .commit)
    #expect(pace.step(messages: 0, isPending: false, tookAny: false, now: 2000) == .wait(nanoseconds: nil))
  }

  @Test("As long as messages come they are committed in groups")
  func group() {
    var pace = CommitPace(withholdsReceipts: true)
    #expect(pace.step(messages: 63, isPending: true, tookAny: true, now: 0) == .takeMore)
    #expect(pace.step(messages: 64, isPending: true, tookAny: true, now: 1) == .commit)
  }

  @Test("What nobody waits for waits for company: events, and messages whose receipts are not withheld")
  func window() {
    for (withholds, messages) in [(true, 0), (false, 3)] {
      var pace = CommitPace(withholdsReceipts: withholds)
      #expect(
        pace.step(messages: messages, isPending: true, tookAny: true, now: 7) == .wait(nanoseconds: Self.window)
      )
      #expect(
        pace.step(messages: messages, isPending: true, tookAny: true, now: 10) == .wait(nanoseconds: Self.window - 3)
      )
      #expect(pace.step(messages: messages, isPending: true, tookAny: false, now: 7 + Self.window) == .commit)
    }
  }
}
