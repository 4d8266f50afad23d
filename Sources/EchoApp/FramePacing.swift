/// When the next frame may be painted: news waits for it, the longer the more of the processor painting has taken of late;
/// what the user does is shown at once.
struct FramePacing {
  /// The shortest time from a frame to one of news: 60 a second.
  static let frame = Duration.nanoseconds(16_666_667)
  /// The part of a processor's time that painting news may take, which is the wire's too where there is but one.
  private static let share = 32
  /// However dear painting is, so often there is a picture; and so much of the time without pictures is saved for dear ones.
  private static let longestPause = Duration.milliseconds(500)

  /// nil: at once.
  private var next: ContinuousClock.Instant?
  /// When the time that painting may take will have made up for what it took; what lies behind is saved.
  private var evened: ContinuousClock.Instant?

  /// Notes a frame, and what it took of the processor's time.
  mutating func note(frameAt now: ContinuousClock.Instant, cost: Duration) {
    let saved = now - FramePacing.longestPause
    let evened = min(max(evened ?? saved, saved) + cost * FramePacing.share, now + FramePacing.longestPause)
    self.evened = evened
    next = max(evened, now + FramePacing.frame)
  }

  /// The user waits for what is shown next.
  mutating func hurry() { next = nil }

  /// How long the next frame has to wait.
  func pause(at now: ContinuousClock.Instant) -> Duration { next.map { max(.zero, now.duration(to: $0)) } ?? .zero }
}
