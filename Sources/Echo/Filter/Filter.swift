import Wire

/// Which rows of a log to show: a small language, documented in docs/filter.md.
struct Filter: Sendable {
  private let node: FilterNode

  private init(_ node: FilterNode) {
    var count = 0
    self.node = node.cheapestFirst.numbered(from: &count)
    description = node.description
    content = node.contains { $0.readsRecord } ? .whole : .bytes
  }

  /// The text in its canonical form, which reads as the same filter; empty if every row matches.
  let description: String

  /// Whether it asks what became of a message, which can change while the message is in the log.
  var readsFates: Bool { node.contains { $0.readsFates } }

  /// What it has to know of a row.
  let content: RowContent

  static func parse(_ source: String) throws(FilterError) -> Filter {
    Filter(try FilterParser.parse(source))
  }

  /// Whether a row is to be shown: `bytes` are all that was kept of a message, or an event's words. The cost is linear
  /// in them.
  func matches(
    _ record: MessageRecord,
    _ peer: Peer?,
    _ bytes: UnsafeRawBufferPointer,
    framing: Framing
  ) -> Bool {
    var progress = FilterProgress()
    var budget = WorkBudget.unlimited
    let row = FilterRow(record: record, peer: peer, bytes: bytes, framing: framing)
    return node.matches(row, &progress, &budget) ?? false
  }

  /// The same, as far as the budget goes: nil is for asking again, with the row's progress.
  func matches(_ row: FilterRow, _ progress: inout FilterProgress, _ budget: inout WorkBudget) -> Bool? {
    guard !budget.isSpent else { return nil }
    // Afterwards: whatever is left of a budget has to bring a row on.
    defer { budget.spend(WorkBudget.row) }
    return node.matches(row, &progress, &budget)
  }
}

extension Filter: Hashable, CustomStringConvertible {
  static func == (left: Filter, right: Filter) -> Bool { left.description.utf8.elementsEqual(right.description.utf8) }

  func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
