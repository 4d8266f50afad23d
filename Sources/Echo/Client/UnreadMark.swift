/// Where the rule stands in the log above what came while nobody looked at its end, and how much that is.
struct UnreadMark: Hashable, Sendable {
  /// The id of the first row that nobody has seen; nil when the rule stands nowhere.
  private(set) var first: UInt64?
  /// Rows that came since, the user's own messages not counted.
  private(set) var count = 0
  private var isAway = false

  /// Rows came.
  mutating func count(_ added: Int) { if isAway { count += added } }

  /// Whether the reader is away from the end of the log, whose rows end at `end`. The rule stays where it is when they come
  /// back, so that they see from where to read.
  mutating func watch(isAway: Bool, end: UInt64) {
    defer { self.isAway = isAway }
    guard isAway != self.isAway else { return }
    if isAway { (first, count) = (end, 0) } else if count == 0 { first = nil }
  }

  /// Everything has been seen.
  mutating func clear() { if !isAway { (first, count) = (nil, 0) } }
}
