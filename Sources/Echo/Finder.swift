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
  /// The log's id that the next row to look at has, or that it comes before; nil when there is none. A filter that comes or
  /// goes gives rows other numbers, and leaves them their ids.
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
    var bytes = 0
    for _ in 0..<RowList.sliceRows {
      guard let bound else { return .notFound }
      guard !budget.isSpent else { return .searching }
      budget.spend(WorkBudget.row)
      guard let row = row(at: bound, list) else {
        if list.isComplete(for: log) { return .notFound }
        // A filter may yet find it before the rows that were there.
        if case .number = target { self.bound = start }
        return .searching
      }
      var isMatch: Bool? = false
      let id = list.id(of: row)
      begin(id)
      let readingCost = log.readingCost
      func look(_: UInt64, _ record: MessageRecord, _ peer: Peer?, _ payload: UnsafeRawBufferPointer) -> Bool {
        let shown = UnsafeRawBufferPointer(rebasing: payload[..<log.shownCount(record, peer, payload)])
        isMatch = isMeant(record, shown, &budget)
        bytes += payload.count
        return false
      }
      // A log that reads its rows reads those ahead with them.
      let isPassed = isForward ? log.scan(id..<(id + 1), look) > id : log.scanReversed(id..<(id + 1), look) <= id
      budget.spend(log.readingCost &- readingCost)
      guard isPassed else { return .searching }
      guard let isMatch else { return .searching }
      if isMatch { return .found(row: row) }
      self.bound = isForward ? id + 1 : id
      if bytes >= RowList.sliceBytes { break }
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

  private func row(at bound: UInt64, _ list: RowList) -> UInt64? {
    let viewport = list.viewport
    let edge = min(max(list.row(from: bound), viewport.first), viewport.end)
    if isForward { return edge < viewport.end ? edge : nil }
    return edge > viewport.first ? edge - 1 : nil
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
