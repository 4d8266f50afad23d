import Testing

@testable import EchoApp

@Suite struct FramePacingTests {
  private let start = ContinuousClock.now

  /// How many frames of news, each of which takes so much, there are in ten seconds when each is painted once it may be.
  private func frames(ofCost cost: Duration) -> Int {
    var pacing = FramePacing()
    var now = start
    var count = 0
    while now < start + .seconds(10) {
      pacing.note(frameAt: now, cost: cost)
      count += 1
      now += pacing.pause(at: now)
    }
    return count
  }

  @Test("The first frame waits for nothing, and each after it a sixtieth of a second for the one before it")
  func cheap() {
    #expect(FramePacing().pause(at: start) == .zero)
    var pacing = FramePacing()
    pacing.note(frameAt: start, cost: .microseconds(500))
    #expect(pacing.pause(at: start + .milliseconds(10)) == FramePacing.frame - .milliseconds(10))
    #expect(pacing.pause(at: start + FramePacing.frame) == .zero)
    #expect(pacing.pause(at: start + .seconds(5)) == .zero)
    #expect((599...601).contains(frames(ofCost: .zero)))
    #expect((599...601).contains(frames(ofCost: .microseconds(500))))
  }

  @Test(
    "Painting news takes a thirty-second of the processor's time, and half a second's more, unless that makes pictures rare",
    arguments: [(1, 312...330), (5, 62...67), (1000, 20...22)]
  )
  func dear(_ cost: Int, _ counts: ClosedRange<Int>) {
    #expect(counts.contains(frames(ofCost: .milliseconds(cost))), "\(frames(ofCost: .milliseconds(cost)))")
  }

  @Test("After a quiet moment a dear frame holds up none, and after another one it does")
  func saved() {
    var pacing = FramePacing()
    pacing.note(frameAt: start, cost: .milliseconds(10))
    #expect(pacing.pause(at: start) == FramePacing.frame)
    pacing.note(frameAt: start + .milliseconds(20), cost: .milliseconds(10))
    #expect(pacing.pause(at: start + .milliseconds(20)) == .milliseconds(140) - .milliseconds(20))
    pacing.note(frameAt: start + .seconds(2), cost: .milliseconds(10))
    #expect(pacing.pause(at: start + .seconds(2)) == FramePacing.frame)
  }

  @Test("A frame that the user waits for is due at once")
  func hurried() {
    var pacing = FramePacing()
    for _ in 0..<10 { pacing.note(frameAt: start, cost: .milliseconds(10)) }
    #expect(pacing.pause(at: start) == .milliseconds(500))
    pacing.hurry()
    #expect(pacing.pause(at: start) == .zero)
  }
}
