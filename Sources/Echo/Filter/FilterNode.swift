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

  /// Whether a test of the tree is such a one.
  func contains(where isMeant: (FilterTest) -> Bool) -> Bool {
    switch self {
    case .test(let test): isMeant(test)
    case .not(let node): node.contains(where: isMeant)
    case .all(let nodes), .any(let nodes): nodes.contains { $0.contains(where: isMeant) }
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
