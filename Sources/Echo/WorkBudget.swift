/// What may be done before a key has to be looked for again.
///
/// It is counted in steps of about a nanosecond (a look-up in a table, a word of a set), never in time: work is cut at the
/// same places on every machine, and a costly pattern gets through fewer bytes in a slice, not through the slice's end.
struct WorkBudget: Hashable, Sendable {
  private(set) var left: Int

  init(_ steps: Int) { left = steps }

  /// One slice: a few milliseconds.
  static let slice = WorkBudget(1 << 21)
  /// What a picture may cost beside its drawing.
  static let picture = WorkBudget(3 << 21)
  static let unlimited = WorkBudget(.max)

  /// What a row costs beside what is looked for in it.
  static let row = 32

  var isSpent: Bool { left <= 0 }

  /// The same share for each of `count`.
  func share(of count: Int) -> WorkBudget { WorkBudget(left / max(1, count)) }

  mutating func spend(_ steps: Int) { left -= steps }
}

/// What has come of a search that can be left off when a budget is spent.
enum SearchOutcome<Match> {
  case found(Match)
  case missing
  case paused
}

extension SearchOutcome {
  /// Whether there is a match; nil as long as that is open.
  var isFound: Bool? {
    switch self {
    case .found: true
    case .missing: false
    case .paused: nil
    }
  }
}
