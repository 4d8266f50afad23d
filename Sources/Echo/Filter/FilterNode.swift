/// A filter's tree.
indirect enum FilterNode: Sendable {
  /// Its number is its place among all of a filter's tests.
  case test(FilterTest, number: Int = 0)
  case not(FilterNode)
  /// True of every row if it has no parts.
  case all([FilterNode])
  case any([FilterNode])

  /// Whether the row passes; nil when the budget was spent before that was known, to be asked again with the same progress.
  func matches(_ row: FilterRow, _ progress: inout FilterProgress, _ budget: inout WorkBudget) -> Bool? {
    switch self {
    case .test(let test, let number): return progress.verdict(of: test, number, on: row, &budget)
    case .not(let node): return node.matches(row, &progress, &budget).map { !$0 }
    case .all(let nodes):
      for node in nodes {
        guard let isMatch = node.matches(row, &progress, &budget) else { return nil }
        if !isMatch { return false }
      }
      return true
    case .any(let nodes):
      for node in nodes {
        guard let isMatch = node.matches(row, &progress, &budget) else { return nil }
        if isMatch { return true }
      }
      return false
    }
  }

  /// The same tree with its tests numbered from `next`.
  func numbered(from next: inout Int) -> FilterNode {
    switch self {
    case .test(let test, _):
      next += 1
      return .test(test, number: next - 1)
    case .not(let node): return .not(node.numbered(from: &next))
    case .all(let nodes): return .all(nodes.map { $0.numbered(from: &next) })
    case .any(let nodes): return .any(nodes.map { $0.numbered(from: &next) })
    }
  }

  /// Whether a test of the tree is such a one.
  func contains(where isMeant: (FilterTest) -> Bool) -> Bool {
    switch self {
    case .test(let test, _): isMeant(test)
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
    case .test(let test, _): test.cost
    case .not(let node): node.cost
    case .all(let nodes), .any(let nodes): nodes.reduce(0) { $0 + $1.cost }
    }
  }
}

extension FilterNode: CustomStringConvertible {
  var description: String {
    switch self {
    case .test(let test, _): test.description
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
