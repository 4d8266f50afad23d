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
  /// The next row to look at; nil when there is none.
  private var next: UInt64?

  /// Looks at the rows after `row`, or before it; with `isIncluded` at the row itself as well.
  init(_ target: Target, isForward: Bool, from row: UInt64?, isIncluded: Bool = false) {
    self.target = target
    self.isForward = isForward
    next = row.flatMap { isIncluded ? $0 : isForward ? $0 + 1 : $0 > 0 ? $0 - 1 : nil }
  }

  /// Looks at the next rows; what it has not reached when the slice is over waits for the next call.
  mutating func advance(_ list: RowList, _ log: some RowLog) -> Outcome {
    var bytes = 0
    for _ in 0..<RowList.sliceRows {
      guard var row = next else { return .notFound }
      let viewport = list.viewport
      if isForward { row = max(row, viewport.first) }
      guard row >= viewport.first, row < viewport.end else {
        return list.isComplete(for: log) ? .notFound : .searching
      }
      var isHit = false
      let id = list.id(of: row)
      _ = log.scan(id..<(id + 1)) { _, record, peer, payload in
        isHit = isMeant(record, UnsafeRawBufferPointer(rebasing: payload[..<log.shownCount(record, peer, payload)]))
        bytes += payload.count
        return false
      }
      if isHit { return .found(row: row) }
      next = isForward ? row + 1 : row > 0 ? row - 1 : nil
      if bytes >= RowList.sliceBytes { break }
    }
    return .searching
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

  private func isMeant(_ record: MessageRecord, _ shown: UnsafeRawBufferPointer) -> Bool {
    switch target {
    case .oddity: !record.flags.isDisjoint(with: Finder.oddities)
    case .number(let number): record.sequence == number && record.flags.isDisjoint(with: .notice)
    case .pattern(let pattern): pattern.matches(shown)
    }
  }
}
