/// When the next frame may be painted: news waits for it, the longer the dearer painting is; what the user does is shown at
/// once.
struct FramePacing {
  /// The shortest time from a frame to one of news: 60 a second.
  static let frame = Duration.nanoseconds(16_666_667)
  /// The part of a processor's time that painting news may take, which is the wire's too where there is but one.
  private static let share = 32
  /// However dear painting is, so often there is a picture.
  private static let longestPause = Duration.milliseconds(500)

  /// nil: at once.
  private var next: ContinuousClock.Instant?

  /// Notes a frame, and what it took of the processor's time.
  mutating func note(frameAt now: ContinuousClock.Instant, cost: Duration) {
    next = now + min(max(FramePacing.frame, cost * FramePacing.share), FramePacing.longestPause)
  }

  /// The user waits for what is shown next.
  mutating func hurry() { next = nil }

  /// How long the next frame has to wait.
  func pause(at now: ContinuousClock.Instant) -> Duration { next.map { max(.zero, now.duration(to: $0)) } ?? .zero }
}
