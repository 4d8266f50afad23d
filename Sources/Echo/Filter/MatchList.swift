/// The matches of a search in one row's bytes, found a slice at a time.
struct MatchList: Sendable {
  /// Those that were found, in order and apart.
  private(set) var ranges: [Range<Int>] = []
  private(set) var isComplete = false
  private let pattern: SearchPattern
  private let window: Range<Int>
  private let limit: Int
  private var place: SearchPlace

  /// Looks for the matches that can be seen in `window`: at most `limit`, and none that is empty.
  init(_ pattern: SearchPattern, in bytes: UnsafeRawBufferPointer, window: Range<Int> = 0..<Int.max, limit: Int) {
    self.pattern = pattern
    self.window = window
    self.limit = limit
    place = SearchPlace(start: pattern.firstStart(before: window.lowerBound, in: bytes))
  }

  /// Goes on in the same bytes, as far as the budget goes.
  mutating func advance(in bytes: UnsafeRawBufferPointer, _ budget: inout WorkBudget) {
    while !isComplete {
      guard ranges.count < limit else { return isComplete = true }
      switch pattern.firstMatch(in: bytes, &place, before: window.upperBound, &budget) {
      case .paused: return
      case .missing: isComplete = true
      case .found(let match):
        if !match.isEmpty, match.upperBound > window.lowerBound { ranges.append(match) }
        let next = match.isEmpty ? SearchPattern.border(after: match.upperBound, in: bytes) : match.upperBound
        place = SearchPlace(start: next)
      }
    }
  }
}
