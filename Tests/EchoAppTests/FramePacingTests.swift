import Testing

@testable import EchoApp

@Suite struct FramePacingTests {
  private let start = ContinuousClock.now

  /// How long a frame of news waits after one that took so much.
  private func pause(afterCost cost: Duration) -> Duration {
    var pacing = FramePacing()
    pacing.note(frameAt: start, cost: cost)
    return pacing.pause(at: start)
  }

  @Test("The first frame waits for nothing, and a cheap one a sixtieth of a second for the one before it")
  func cheap() {
    #expect(FramePacing().pause(at: start) == .zero)
    #expect(pause(afterCost: .zero) == FramePacing.frame)
    #expect(pause(afterCost: .microseconds(500)) == FramePacing.frame)
    var pacing = FramePacing()
    pacing.note(frameAt: start, cost: .microseconds(500))
    #expect(pacing.pause(at: start + .milliseconds(10)) == FramePacing.frame - .milliseconds(10))
    #expect(pacing.pause(at: start + FramePacing.frame) == .zero)
    #expect(pacing.pause(at: start + .seconds(5)) == .zero)
  }

  @Test("Painting news takes a thirty-second of the processor's time at most, unless that makes pictures rare")
  func dear() {
    #expect(pause(afterCost: .milliseconds(1)) == .milliseconds(32))
    #expect(pause(afterCost: .milliseconds(5)) == .milliseconds(160))
    #expect(pause(afterCost: .seconds(1)) == .milliseconds(500))
  }

  @Test("A frame that the user waits for is due at once; those of news after it wait for what it took")
  func hurried() {
    var pacing = FramePacing()
    pacing.note(frameAt: start, cost: .milliseconds(10))
    pacing.hurry()
    #expect(pacing.pause(at: start) == .zero)
    pacing.note(frameAt: start + .milliseconds(3), cost: .milliseconds(2))
    #expect(pacing.pause(at: start + .milliseconds(3)) == .milliseconds(64))
  }
}
