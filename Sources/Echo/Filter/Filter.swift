import Wire

/// Which rows of a log to show: a small language, documented in docs/filter.md.
struct Filter: Sendable {
  private let node: FilterNode

  private init(_ node: FilterNode) {
    self.node = node.cheapestFirst
    description = node.description
  }

  /// The text in its canonical form, which reads as the same filter; empty if every row matches.
  let description: String

  /// Whether it asks what became of a message, which can change while the message is in the log.
  var readsFates: Bool { node.contains { $0.readsFates } }

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
    node.matches(FilterRow(record: record, peer: peer, bytes: bytes, framing: framing))
  }
}

extension Filter: Hashable, CustomStringConvertible {
  static func == (left: Filter, right: Filter) -> Bool { left.description.utf8.elementsEqual(right.description.utf8) }

  func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
