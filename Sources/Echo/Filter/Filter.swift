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

/// A filter's tree.
indirect enum FilterNode: Sendable {
  case test(FilterTest)
  case not(FilterNode)
  /// True of every row if it has no parts.
  case all([FilterNode])
  case any([FilterNode])

  func matches(_ row: FilterRow) -> Bool {
    switch self {
    case .test(let test): test.matches(row)
    case .not(let node): !node.matches(row)
    case .all(let nodes): nodes.allSatisfy { $0.matches(row) }
    case .any(let nodes): nodes.contains { $0.matches(row) }
    }
  }

  /// The same tree, with what is cheap to test before what is not: no order changes what matches.
  var cheapestFirst: FilterNode {
    switch self {
    case .test: self
    case .not(let node): .not(node.cheapestFirst)
    case .all(let nodes): .all(nodes.map(\.cheapestFirst).sorted { $0.cost < $1.cost })
    case .any(let nodes): .any(nodes.map(\.cheapestFirst).sorted { $0.cost < $1.cost })
    }
  }

  private var cost: Int {
    switch self {
    case .test(let test): test.cost
    case .not(let node): node.cost
    case .all(let nodes), .any(let nodes): nodes.reduce(0) { $0 + $1.cost }
    }
  }
}

extension FilterNode: CustomStringConvertible {
  var description: String {
    switch self {
    case .test(let test): test.description
    case .not(let node): "!" + node.grouped(inAll: true)
    case .all(let nodes): nodes.map { $0.grouped(inAll: true) }.joined(separator: " ")
    case .any(let nodes): nodes.map { $0.grouped(inAll: false) }.joined(separator: " | ")
    }
  }

  /// In parentheses where it would be read otherwise.
  private func grouped(inAll: Bool) -> String {
    switch self {
    case .any: "(\(description))"
    case .all where inAll: "(\(description))"
    case .test, .not, .all: description
    }
  }
}
