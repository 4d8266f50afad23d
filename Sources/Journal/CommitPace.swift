/// When a recording commits what was added to it: as soon as nobody who waits for a receipt gains by more company.
///
/// A pure state machine over nanoseconds of any one clock.
struct CommitPace {
  enum Step: Hashable {
    case commit
    /// There may be more to add already.
    case takeMore
    /// Until there is more, at most so long (for ever when nil).
    case wait(nanoseconds: Int64?)
  }

  /// A group is committed when it has so many messages, or when what nobody waits for has waited so long.
  static let groupMessages = 64
  static let groupNanoseconds: Int64 = 5_000_000

  /// Whether receipts wait for what is committed.
  let withholdsReceipts: Bool
  private var due: Int64?

  init(withholdsReceipts: Bool) { self.withholdsReceipts = withholdsReceipts }

  /// What to do now that all was added that had come, if there was any: so many messages, and other events, are not committed.
  mutating func step(messages: Int, isPending: Bool, tookAny: Bool, now: Int64) -> Step {
    let end = due ?? now + CommitPace.groupNanoseconds
    due = nil
    guard isPending else { return .wait(nanoseconds: nil) }
    if messages >= CommitPace.groupMessages || now >= end { return .commit }
    // What comes during a commit is the next group: only what has come by now is worth another look.
    if withholdsReceipts, messages > 0, !tookAny { return .commit }
    due = end
    return withholdsReceipts && messages > 0 ? .takeMore : .wait(nanoseconds: end - now)
  }
}
