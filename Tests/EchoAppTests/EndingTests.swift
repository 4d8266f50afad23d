import Testing

@testable import EchoApp

@Suite struct EndingTests {
  private let start = ContinuousClock.now

  private func seconds(_ moment: ContinuousClock.Instant?) -> Duration? { moment.map { start.duration(to: $0) } }

  @Test("What is under way has five seconds, and the last words are over soon after that")
  func asked() {
    var ending = Ending()
    #expect(!ending.isBegun && !ending.isNewlyOverdue(now: start))
    let isNew = ending.begin(.asked, now: start)
    #expect(isNew)
    #expect(seconds(ending.deadline) == .seconds(5))
    #expect(seconds(ending.lastMoment) == .milliseconds(5400))
    let early = ending.isNewlyOverdue(now: start + .seconds(4))
    let late = [start + .seconds(5), start + .seconds(6)].map { ending.isNewlyOverdue(now: $0) }
    #expect(!early && late == [true, false])
    #expect(seconds(ending.lastMoment) == .milliseconds(5400))
  }

  @Test(
    "A terminal that is gone makes it less than one, before or after the end was asked for",
    arguments: [true, false]
  )
  func hangUp(isFirst: Bool) {
    var ending = Ending()
    let causes: [Ending.Cause] = isFirst ? [.hangUp] : [.asked, .hangUp]
    let told = causes.map { ending.begin($0, now: start) }
    #expect(told == (isFirst ? [true] : [true, false]))
    #expect(seconds(ending.deadline)! < .milliseconds(500))
    #expect(seconds(ending.lastMoment)! < .milliseconds(900))
  }

  @Test("Who asks again waits for next to nothing; that a reader leaves, too, is no word of anybody's")
  func twice() {
    var ending = Ending()
    let first = ending.begin(.asked, now: start)
    let left = ending.begin(.readerLeft, now: start + .seconds(1))
    #expect(first && !left)
    #expect(seconds(ending.deadline) == .seconds(5))
    let again = ending.begin(.asked, now: start + .seconds(1))
    #expect(again)
    #expect(ending.deadline == nil)
    #expect(seconds(ending.lastMoment) == .milliseconds(1200))
  }
}
