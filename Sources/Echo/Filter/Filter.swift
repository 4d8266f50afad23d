package import Wire

/// Which rows of a log to show: a small language, documented in docs/filter.md.
package struct Filter: Sendable {
  /// The text as it was typed.
  package let source: String
  private let node: FilterNode

  private init(_ source: String, _ node: FilterNode) {
    self.source = source
    self.node = node.cheapestFirst
    description = node.description
  }

  /// The text in its canonical form, which reads as the same filter; empty if every row matches.
  package let description: String

  package static func parse(_ source: String) throws(FilterError) -> Filter {
    Filter(source, try FilterParser.parse(source))
  }

  /// Whether it is made of nothing, so that every row matches.
  package var isEmpty: Bool { description.isEmpty }

  /// Whether a row is to be shown: `bytes` are all that was kept of a message, or an event's words. The cost is linear
  /// in them.
  package func matches(
    _ record: MessageRecord,
    _ peer: Peer?,
    _ bytes: UnsafeRawBufferPointer,
    framing: Framing
  ) -> Bool {
    node.matches(FilterRow(record: record, peer: peer, bytes: bytes, framing: framing))
  }
}

extension Filter: Hashable, CustomStringConvertible {
  package static func == (left: Filter, right: Filter) -> Bool { left.description == right.description }

  package func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
