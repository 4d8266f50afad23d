/// How long a program may take to end, whatever its peers and its readers do: first what is under way, then its last words.
struct Ending {
  enum Cause {
    /// The user wants it: a signal.
    case asked
    /// Nobody reads the output any more.
    case readerLeft
    /// The terminal is gone: that end is promised within a second.
    case hangUp

    fileprivate var patience: Duration { self == .hangUp ? .milliseconds(400) : .seconds(5) }
  }

  /// How long the last words may take: what was read and not written yet, and the line that tells of a failure.
  private static let lastWords = Duration.milliseconds(400)
  /// The same when the end was asked for again.
  private static let lastWord = Duration.milliseconds(200)

  /// When what is under way is to be broken off; nil before there is an end, and once that was told.
  private(set) var deadline: ContinuousClock.Instant?
  /// When the program has to be over.
  private(set) var lastMoment: ContinuousClock.Instant?

  var isBegun: Bool { lastMoment != nil }

  /// Begins the end, or makes it shorter: who asks again does not wait. True if that has to be told.
  mutating func begin(_ cause: Cause, now: ContinuousClock.Instant = .now) -> Bool {
    if isBegun, cause == .asked {
      deadline = nil
      end(by: now + Ending.lastWord)
      return true
    }
    let isFirst = !isBegun
    let end = now + cause.patience
    if isFirst || deadline != nil { deadline = min(deadline ?? end, end) }
    self.end(by: end + Ending.lastWords)
    return isFirst
  }

  /// Whether the end takes too long, which is said once.
  mutating func isNewlyOverdue(now: @autoclosure () -> ContinuousClock.Instant = .now) -> Bool {
    guard let deadline, now() >= deadline else { return false }
    self.deadline = nil
    return true
  }

  private mutating func end(by moment: ContinuousClock.Instant) { lastMoment = min(lastMoment ?? moment, moment) }
}
