import Wire

/// One thing that a filter asks of a row; of several values one has to fit.
enum FilterTest: Hashable, Sendable {
  case text(ByteSearch)
  case pattern(BytePattern)
  case bytes(ByteSearch)
  case addresses([AddressPattern])
  /// A pattern of the address as it is shown.
  case addressText(BytePattern)
  case ports([UInt16])
  case connections([UInt32])
  case transports([Transport])
  case traits([FilterTrait])
  case length(Comparison, UInt64)

  enum Comparison: String, Sendable {
    case greater = ">"
    case atLeast = ">="
    case less = "<"
    case atMost = "<="
    case equal = "="
    case unequal = "!="

    func holds(_ left: UInt64, _ right: UInt64) -> Bool {
      switch self {
      case .greater: left > right
      case .atLeast: left >= right
      case .less: left < right
      case .atMost: left <= right
      case .equal: left == right
      case .unequal: left != right
      }
    }
  }

  /// Whether the row passes; nil when the budget was spent before that was known, and `place` is where it goes on.
  func matches(_ row: FilterRow, _ place: inout SearchPlace, _ budget: inout WorkBudget) -> Bool? {
    switch self {
    case .text(let search): return place.advance(search, in: row.shown, &budget).isFound
    case .pattern(let pattern): return place.matches(pattern, row.shown, &budget)
    case .bytes(let search): return row.isEvent ? false : place.advance(search, in: row.bytes, &budget).isFound
    case .addressText(let pattern):
      guard var text = row.peer?.address.description else { return false }
      return text.withUTF8 { place.matches(pattern, UnsafeRawBufferPointer($0), &budget) }
    case .traits(let traits):
      if traits.contains(where: { $0.matches(row) }) { return true }
      guard !row.isEvent, traits.contains(where: { $0.oddity != nil }) else { return false }
      return place.finds(traits, in: row.shown, &budget)
    case .length(let comparison, let count): return !row.isEvent && comparison.holds(row.record.wireCount, count)
    case .addresses, .ports, .connections, .transports: return row.peer.map(matches) ?? false
    }
  }

  private func matches(_ peer: Peer) -> Bool {
    switch self {
    case .addresses(let patterns): return patterns.contains { $0.matches(peer.address) }
    case .ports(let ports): return peer.address.family != .unix && ports.contains(peer.address.port)
    case .connections(let numbers): return numbers.contains(peer.connection.number)
    case .transports(let transports): return transports.contains(peer.transport)
    case .text, .pattern, .bytes, .addressText, .traits, .length: return false
    }
  }

  /// Whether it asks what became of a message.
  var readsFates: Bool {
    guard case .traits(let traits) = self else { return false }
    return traits.contains { [.answered, .unanswered, .late, .error].contains($0) }
  }

  /// Whether it looks at bytes, and so can be left off and gone on with.
  var readsBytes: Bool {
    switch self {
    case .text, .pattern, .bytes, .addressText: true
    case .traits(let traits): traits.contains { $0.oddity != nil }
    case .addresses, .ports, .connections, .transports, .length: false
    }
  }

  /// Whether it asks more of a row than its bytes, its peer, and whether it is a message.
  var readsRecord: Bool {
    switch self {
    case .traits, .length: true
    case .text, .pattern, .bytes, .addresses, .addressText, .ports, .connections, .transports: false
    }
  }

  /// What a test costs, roughly, so that the cheap ones can spare the others.
  var cost: Int {
    switch self {
    case .ports, .connections, .transports, .length: 1
    case .addresses: 2
    case .traits(let traits): traits.contains { $0.oddity != nil } ? 6 : 1
    case .text, .bytes: 4
    case .addressText: 5
    case .pattern: 8
    }
  }
}

extension FilterTest: CustomStringConvertible {
  /// The test as it can be typed.
  var description: String {
    switch self {
    case .text(let search): EscapedText.quoted(search.needle)
    case .pattern(let pattern):
      "/\(FilterTest.escaping("/", in: pattern.source))/\(pattern.ignoresCase ? "i" : "")"
    case .bytes(let search):
      "hex:" + String(decoding: Hexadecimal.bytes(search.needle), as: UTF8.self)
    case .addresses(let patterns): "from:" + FilterTest.list(patterns.map(\.description))
    case .addressText(let pattern): "~src \"\(FilterTest.escaping("\"", in: pattern.source))\""
    case .ports(let ports): "port:" + FilterTest.list(ports.map(String.init))
    case .connections(let numbers): "conn:" + FilterTest.list(numbers.map { String($0) })
    case .transports(let transports): "proto:" + FilterTest.list(transports.map(\.rawValue))
    case .traits(let traits): "is:" + FilterTest.list(traits.map(\.rawValue))
    case .length(let comparison, let count): "len\(comparison.rawValue)\(count)"
    }
  }

  private static func list(_ values: [String]) -> String { values.joined(separator: "|") }

  /// A pattern's source with a backslash before each bare `delimiter`.
  private static func escaping(_ delimiter: Character, in source: String) -> String {
    var text = ""
    var isEscaped = false
    for character in FilterScanner.characters(of: source) {
      if character == delimiter, !isEscaped { text.append("\\") }
      text.append(character)
      isEscaped = character == "\\" && !isEscaped
    }
    return text
  }
}
