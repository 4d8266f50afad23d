import Wire

/// Reads the filter language: `!` binds closest, then `&` or a space, then `|`.
struct FilterParser {
  private var scanner: FilterScanner
  private var depth = 0

  private static let maximumDepth = 50

  static func parse(_ source: String) throws(FilterError) -> FilterNode {
    var parser = FilterParser(scanner: FilterScanner(source))
    do throws(FilterError) {
      return try parser.whole()
    } catch {
      throw error.inCharacters(of: source)
    }
  }

  private init(scanner: FilterScanner) { self.scanner = scanner }

  private mutating func whole() throws(FilterError) -> FilterNode {
    scanner.skipSpaces()
    guard scanner.peek != nil else { return .all([]) }
    let node = try either()
    guard scanner.peek == nil else {
      throw scanner.error("this ) closes no group; for the character write \")\"")
    }
    return node
  }

  private mutating func either() throws(FilterError) -> FilterNode {
    var nodes = [try all()]
    while scanner.take("|") {
      _ = scanner.take("|")
      nodes.append(try all())
    }
    return nodes.count == 1 ? nodes[0] : .any(nodes)
  }

  private mutating func all() throws(FilterError) -> FilterNode {
    var nodes = [try unary()]
    while true {
      scanner.skipSpaces()
      guard let next = scanner.peek, next != "|", next != ")" else { break }
      if scanner.take("&") { _ = scanner.take("&") }
      nodes.append(try unary())
    }
    return nodes.count == 1 ? nodes[0] : .all(nodes)
  }

  private mutating func unary() throws(FilterError) -> FilterNode {
    scanner.skipSpaces()
    guard scanner.peek == "!" || scanner.peek == "(" else { return .test(try test()) }
    let place = scanner.index
    depth += 1
    defer { depth -= 1 }
    guard depth <= FilterParser.maximumDepth else { throw scanner.error("this is nested too deeply") }
    if scanner.take("!") { return .not(try unary()) }
    _ = scanner.take("(")
    let node = try either()
    guard scanner.take(")") else {
      throw scanner.error("this ( is never closed; for the character write \"(\"", at: place)
    }
    return node
  }

  private mutating func test() throws(FilterError) -> FilterTest {
    let place = scanner.index
    switch scanner.peek {
    case nil, "&", "|", ")":
      throw scanner.error("here something to filter by is missing: text, /regex/, from:, port:, len> …")
    case "\"": return .text(try search(try scanner.quoted(), at: place + 1))
    case "/":
      let (source, ignoresCase) = try scanner.delimitedPattern()
      return .pattern(try pattern(source, ignoresCase: ignoresCase, at: place + 1))
    case "~": return try alias()
    default: break
    }
    if let length = try length() { return length }
    if let name = scanner.takeField() { return try field(name, at: place) }
    return .text(try search(scanner.word(), at: place))
  }
}

extension FilterParser {
  /// A test by its name, whose colon has been read.
  private mutating func field(_ name: String, at place: Int) throws(FilterError) -> FilterTest {
    switch name {
    case "from":
      return .addresses(
        try values(FilterHint.from, closesList: { $0.contains { $0 == "." || $0 == "/" || $0 == ":" } }) {
          AddressPattern($0)
        }
      )
    case "port":
      return .ports(try values(FilterHint.port) { FilterParser.number($0).flatMap { UInt16(exactly: $0) } })
    case "conn":
      return .connections(
        try values(FilterHint.connection) { FilterParser.number($0).flatMap { UInt32(exactly: $0) } }
      )
    case "proto": return .transports(try values(FilterHint.transport) { Transport(rawValue: $0) })
    case "is": return .traits(try values(FilterHint.trait) { FilterTrait(rawValue: $0) })
    case "hex": return try hexadecimal()
    case "text":
      let start = scanner.index
      let isQuoted = scanner.peek == "\""
      let text = isQuoted ? try scanner.quoted() : scanner.word()
      return .text(try search(text, at: isQuoted ? start + 1 : start))
    default: throw scanner.error(FilterHint.unknownField(name), at: place)
    }
  }

  /// `length` compared with a number, if one is next.
  private mutating func length() throws(FilterError) -> FilterTest? {
    if let name = FilterHint.lengthNames.first(where: scanner.compares) {
      throw scanner.error(FilterHint.otherLength(name))
    }
    guard let sign = scanner.takeComparison(of: "len") else { return nil }
    scanner.skipSpaces()
    let place = scanner.index
    guard let comparison = FilterTest.Comparison(rawValue: sign), let count = FilterParser.size(scanner.word()) else {
      throw scanner.error(FilterHint.length, at: place)
    }
    return .length(comparison, count)
  }

  private mutating func hexadecimal() throws(FilterError) -> FilterTest {
    let place = scanner.index
    let text = scanner.peek == "\"" ? try scanner.quoted() : scanner.word()
    guard let bytes = FilterParser.bytes(hexadecimal: text) else { throw scanner.error(FilterHint.bytes, at: place) }
    return .bytes(ByteSearch(exact: bytes))
  }

  /// mitmproxy's names. A log knows one end of each message, the peer, so that it is both source and destination.
  private mutating func alias() throws(FilterError) -> FilterTest {
    let place = scanner.index
    let name = scanner.takeAlias()
    switch name {
    case "tcp": return .transports([.tcp])
    case "udp": return .transports([.udp])
    case "e": return .traits([.error])
    case "b":
      let (source, start) = try argument(of: name, at: place)
      return .pattern(try pattern(source, ignoresCase: true, at: start))
    case "src", "dst":
      let (source, start) = try argument(of: name, at: place)
      if let address = AddressPattern(String(source)) { return .addresses([address]) }
      return .addressText(try pattern(source, ignoresCase: true, at: start))
    default:
      throw scanner.error("~\(name) is not known; there are ~b ~src ~dst ~tcp ~udp ~e; for text write \"~\"", at: place)
    }
  }

  private mutating func argument(
    of name: String,
    at place: Int
  ) throws(FilterError) -> (source: ArraySlice<Character>, start: Int) {
    scanner.skipSpaces()
    let start = scanner.index
    if scanner.peek == "\"" { return (FilterScanner.unquoted(try scanner.quoted()), start + 1) }
    let word = scanner.word()
    guard !word.isEmpty else {
      throw scanner.error("~\(name) takes a regular expression: ~\(name) \"a|b\"", at: place)
    }
    return (word, start)
  }

  /// One value or several with `|` and no space between; what follows a `|` and is no value is a filter of its own,
  /// unless it looks like a value that is wrong.
  private mutating func values<Value>(
    _ hint: String,
    closesList: (String) -> Bool = { $0.allSatisfy(\.isLetter) },
    _ read: (String) -> Value?
  ) throws(FilterError) -> [Value] {
    var values: [Value] = []
    while true {
      let place = scanner.index
      if !values.isEmpty, !scanner.take("|") { return values }
      let start = scanner.index
      let text = String(scanner.word())
      if let value = read(text) {
        values.append(value)
      } else if values.isEmpty || (!text.isEmpty && FilterScanner.isValue(text) && closesList(text)) {
        throw scanner.error(hint, at: start)
      } else {
        scanner.index = place
        return values
      }
    }
  }

  private func search(_ text: ArraySlice<Character>, at place: Int) throws(FilterError) -> ByteSearch {
    guard !text.isEmpty else { throw scanner.error("here is no text to look for", at: place) }
    do throws(FilterError) {
      return ByteSearch(smartCase: try EscapedText(text).bytes)
    } catch {
      throw FilterError(column: place + error.column, reason: error.reason)
    }
  }

  private func pattern(
    _ source: ArraySlice<Character>,
    ignoresCase: Bool,
    at place: Int
  ) throws(FilterError) -> BytePattern {
    guard !source.isEmpty else { throw scanner.error("the regular expression is empty", at: place) }
    do throws(PatternError) {
      return try BytePattern(String(source), ignoresCase: ignoresCase)
    } catch {
      throw FilterError(column: place + error.column, reason: error.reason)
    }
  }
}

extension FilterParser {
  private static func number(_ text: String) -> UInt64? {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt64(text)
  }

  /// A count of bytes: digits, and K, M or G for powers of 1024.
  private static func size(_ text: ArraySlice<Character>) -> UInt64? {
    let units: [Character: UInt64] = ["k": 1 << 10, "m": 1 << 20, "g": 1 << 30]
    guard let last = text.last, let lower = last.lowercased().first else { return nil }
    guard let unit = units[lower] else { return number(String(text)) }
    guard let count = number(String(text.dropLast())) else { return nil }
    let (product, overflows) = count.multipliedReportingOverflow(by: unit)
    return overflows ? nil : product
  }

  /// The bytes of pairs of hexadecimal digits, which spaces may part; nil when it is something else, or nothing.
  static func bytes(hexadecimal text: ArraySlice<Character>) -> [UInt8]? {
    var digits: [UInt8] = []
    for character in text where character != " " {
      guard character.isASCII, let digit = character.hexDigitValue else { return nil }
      digits.append(UInt8(digit))
    }
    guard !digits.isEmpty, digits.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
