import Screen

/// Where a search through one row's bytes has come to, for text or for a regular expression.
struct SearchPlace: Sendable {
  /// Where text is looked for from now on; where the search for a regular expression began.
  private var start: Int
  private var paused: Paused?

  /// Kept elsewhere, for a search is large, and few are ever paused.
  private indirect enum Paused {
    case search(BytePattern.Search)
    case test(PatternTable.Search)
  }

  /// The search begins at `start`, a border between scalars.
  init(start: Int = 0) { self.start = start }

  mutating func advance(
    _ search: ByteSearch,
    in bytes: UnsafeRawBufferPointer,
    before limit: Int = .max,
    _ budget: inout WorkBudget
  ) -> SearchOutcome<Range<Int>> {
    search.firstMatch(in: bytes, from: &start, before: limit, &budget)
  }

  mutating func advance(
    _ pattern: BytePattern,
    in bytes: UnsafeRawBufferPointer,
    before limit: Int,
    reach: Int,
    _ budget: inout WorkBudget
  ) -> SearchOutcome<Range<Int>> {
    guard start <= bytes.count, start < limit else { return .missing }
    var search = if case .search(let search) = paused.take() { search } else { pattern.search(from: start) }
    let outcome = pattern.firstMatch(in: bytes, &search, before: limit, reach: reach, &budget)
    if case .paused = outcome { paused = .search(search) }
    return outcome
  }

  mutating func matches(
    _ pattern: BytePattern,
    _ bytes: UnsafeRawBufferPointer,
    _ budget: inout WorkBudget
  ) -> Bool? {
    var test = if case .test(let test) = paused.take() { test } else { pattern.test(from: start) }
    let isMatch = pattern.matches(bytes, &test, &budget)
    if isMatch == nil { paused = .test(test) }
    return isMatch
  }

  /// Whether there is an oddity that one of the traits is about.
  mutating func finds(
    _ traits: [FilterTrait],
    in bytes: UnsafeRawBufferPointer,
    _ budget: inout WorkBudget
  ) -> Bool? {
    while !budget.isSpent {
      let odd = Printable.nextOddity(in: bytes, from: start)
      budget.spend((odd?.end ?? bytes.count) - start + SearchPlace.oddityCost)
      guard let odd else { return false }
      if traits.contains(where: { $0.oddity == odd.kind }) { return true }
      start = odd.end
    }
    return nil
  }

  /// What an oddity costs beside its bytes.
  private static let oddityCost = 16
}
