import Screen
import Wire

/// A search through the rows of a list for the next one that has something, a slice at a time.
struct Finder: Sendable {
  enum Target: Sendable {
    case pattern(SearchPattern)
    /// Something that went wrong, or that a terminal must not see.
    case oddity
    /// A message's number.
    case number(UInt64)

    fileprivate var content: RowContent {
      if case .pattern = self { .bytes } else { .whole }
    }
  }

  enum Outcome: Hashable {
    case searching
    case found(row: UInt64)
    case notFound
  }

  /// What an oddity is.
  private static let oddities = MessageRecord.Flags.wrong.union(.hostile)

  let target: Target
  let isForward: Bool
  /// The log's id that the next row to look at has, or that it comes before; nil when there is none. A filter that
  /// comes or goes gives rows other numbers, and leaves them their ids.
  private var bound: UInt64?
  /// Where it was at first.
  private let start: UInt64?
  /// The id of the row that was looked at last, and how far.
  private var id: UInt64?
  private var place = SearchPlace()

  /// Looks at the rows after the one of an id, or before it; with `isIncluded` at that row itself as well.
  init(_ target: Target, isForward: Bool, from id: UInt64?, isIncluded: Bool = false) {
    self.target = target
    self.isForward = isForward
    start = id.map { isIncluded == isForward ? $0 : $0 + 1 }
    bound = start
  }

  /// Looks at the next rows; what it has not reached when the slice or the budget is over waits for the next call.
  mutating func advance(_ list: RowList, _ log: some RowLog, _ budget: inout WorkBudget) -> Outcome {
    var rows = 0
    var bytes = 0
    while rows < log.sliceRows, bytes < RowList.sliceBytes, !budget.isSpent {
      guard let edge = bound else { return .notFound }
      guard let ids = list.adjacentIDs(to: edge, isForward: isForward) else {
        if list.isComplete(for: log) { return .notFound }
        // A filter may yet find it before the rows that were there.
        if case .number = target { bound = start }
        return .searching
      }
      // Those rows may be gone, and then no row is looked at.
      budget.spend(WorkBudget.row)
      var isMatch: Bool? = false
      let readingCost = log.readingCost
      func look(id: UInt64, _ record: MessageRecord, _ peer: Peer?, _ payload: UnsafeRawBufferPointer) -> Bool {
        begin(id)
        budget.spend(WorkBudget.row)
        let shown = UnsafeRawBufferPointer(rebasing: payload[..<log.shownCount(record, peer, payload)])
        isMatch = isMeant(record, shown, &budget)
        rows += 1
        bytes += payload.count
        return isMatch == false && rows < log.sliceRows && bytes < RowList.sliceBytes && !budget.isSpent
      }
      let next = log.scan(ids, isReversed: !isForward, reading: target.content, look)
      budget.spend(log.readingCost &- readingCost)
      // What comes next can't be read yet.
      guard next != (isForward ? ids.lowerBound : ids.upperBound) else { return .searching }
      let last = isForward ? next - 1 : next
      switch isMatch {
      case true?: return .found(row: list.row(from: last))
      case false?: bound = next
      case nil: bound = isForward ? last : last + 1
      }
    }
    return .searching
  }

  /// The share of the rows ahead of it that it has looked at, in percent.
  func percent(in log: some RowLog) -> Int {
    guard let start, let bound else { return 100 }
    let all = isForward ? log.endID - min(start, log.endID) : start - min(log.firstID, start)
    return Figures.percent(isForward ? bound - min(start, bound) : start - min(bound, start), of: all)
  }

  /// What to say when there is nothing.
  var failureText: String {
    let place = isForward ? "below" : "above"
    switch target {
    case .pattern: return "no match \(place)"
    case .oddity: return "no error or hostile message \(place)"
    case .number(let number): return "message \(number) is not in the list"
    }
  }

  private mutating func begin(_ id: UInt64) {
    guard id != self.id else { return }
    self.id = id
    place = SearchPlace()
  }

  /// nil when the budget was spent before that was known.
  private mutating func isMeant(
    _ record: MessageRecord,
    _ shown: UnsafeRawBufferPointer,
    _ budget: inout WorkBudget
  ) -> Bool? {
    switch target {
    case .oddity: !record.flags.isDisjoint(with: Finder.oddities)
    case .number(let number): record.sequence == number && record.flags.isDisjoint(with: .notice)
    case .pattern(let pattern): pattern.matches(shown, &place, &budget)
    }
  }
}
