/// How far a filter has come with one row, for when it is left off: which tests have decided, and where the next one stands.
struct FilterProgress: Sendable {
  /// The row's id.
  private var row: UInt64?
  /// What the tests that read bytes have said, by their numbers.
  private var verdicts: [Bool?] = []
  private var place = SearchPlace()
  private var isFresh = true

  /// Forgets what it knows if that is of another row.
  mutating func begin(_ row: UInt64) {
    guard row != self.row else { return }
    self.row = row
    guard !isFresh else { return }
    for number in verdicts.indices { verdicts[number] = nil }
    place = SearchPlace()
    isFresh = true
  }

  /// What a test says, or has said; nil when the budget was spent before that was known.
  mutating func verdict(
    of test: FilterTest,
    _ number: Int,
    on row: FilterRow,
    _ budget: inout WorkBudget
  ) -> Bool? {
    guard test.readsBytes else { return test.matches(row, &place, &budget) }
    if number < verdicts.count, let verdict = verdicts[number] { return verdict }
    isFresh = false
    guard let verdict = test.matches(row, &place, &budget) else { return nil }
    while verdicts.count <= number { verdicts.append(nil) }
    verdicts[number] = verdict
    place = SearchPlace()
    return verdict
  }
}
