import Screen

/// Why bytes are not the JSON that was expected.
enum JSONProblem: Error, Hashable {
  /// The grammar of RFC 8259 is broken at this byte, or the text is no UTF-8.
  case malformed(at: Int)
  case tooDeep
  case tooManyMembers
}

/// A step through JSON, token by token, that takes nothing but what RFC 8259 allows, and no surrogate without its pair.
struct JSONScanner {
  /// Containers in containers; beyond, nothing is looked at.
  static let depthLimit = 16

  /// A string, by its bytes between the quotes.
  struct Text: Hashable {
    var range: Range<Int>
    var hasEscapes: Bool
  }

  enum Value: Hashable {
    case text(Text)
    /// A number of digits alone that fits.
    case count(UInt64)
    /// Any other number.
    case number(Range<Int>)
    case flag(Bool)
    case null
    /// An object or an array.
    case nested(Range<Int>)
  }

  let bytes: UnsafeRawBufferPointer
  private(set) var index = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private var problem: JSONProblem { .malformed(at: index) }

  private mutating func skipBlanks() {
    while index < bytes.count, bytes[index] <= 0x20, isBlank(bytes[index]) { index += 1 }
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

  /// Whether nothing is left but blanks.
  mutating func isAtEnd() -> Bool {
    skipBlanks()
    return index == bytes.count
  }

  /// Takes one byte of structure if it comes next.
  mutating func take(_ byte: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard index < bytes.count, bytes[index] == UInt8(ascii: byte) else { return false }
    index += 1
    return true
  }

  mutating func expect(_ byte: Unicode.Scalar) throws(JSONProblem) {
    guard take(byte) else { throw problem }
  }

  mutating func value(depth: Int = 1) throws(JSONProblem) -> Value {
    skipBlanks()
    guard index < bytes.count else { throw problem }
    switch bytes[index] {
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "{"), UInt8(ascii: "["): return .nested(try container(depth: depth))
    case UInt8(ascii: "t"):
      try word("true")
      return .flag(true)
    case UInt8(ascii: "f"):
      try word("false")
      return .flag(false)
    case UInt8(ascii: "n"):
      try word("null")
      return .null
    default: return try number()
    }
  }

  // Strings.

  mutating func text() throws(JSONProblem) -> Text {
    try expect("\"")
    let start = index
    var hasEscapes = false
    while true {
      index = JSONLine.plainEnd(of: bytes, from: index)
      guard index < bytes.count else { throw problem }
      switch bytes[index] {
      case UInt8(ascii: "\""):
        index += 1
        return Text(range: start..<(index - 1), hasEscapes: hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        _ = try escape()
      case 0x7F: index += 1
      case 0x80...:
        var decoder = UTF8()
        var rest = bytes[index...].prefix(4).makeIterator()
        guard case .scalarValue(let scalar) = decoder.decode(&rest) else { throw problem }
        index += UTF8.width(scalar)
      default: throw problem
      }
    }
  }

  /// Takes the escape that comes next, and gives what it stands for.
  private mutating func escape() throws(JSONProblem) -> Unicode.Scalar {
    guard index + 1 < bytes.count else { throw problem }
    let letter = bytes[index + 1]
    guard letter == UInt8(ascii: "u") else {
      guard let scalar = JSONScanner.escapes[letter] else { throw problem }
      index += 2
      return scalar
    }
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard UTF16.isLeadSurrogate(first) else { throw problem }
    let second = try codeUnit()
    let value = 0x1_0000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
    guard UTF16.isTrailSurrogate(second), let scalar = Unicode.Scalar(value) else { throw problem }
    return scalar
  }

  private static let escapes: [UInt8: Unicode.Scalar] = [
    UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/", UInt8(ascii: "b"): "\u{8}",
    UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n", UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
  ]

  /// Takes `\uXXXX`.
  private mutating func codeUnit() throws(JSONProblem) -> UInt16 {
    guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
      throw problem
    }
    var unit: UInt16 = 0
    for digit in bytes[(index + 2)..<(index + 6)] {
      guard let value = JSONScanner.hexadecimal(digit) else { throw problem }
      unit = unit << 4 | value
    }
    index += 6
    return unit
  }

  private static func hexadecimal(_ digit: UInt8) -> UInt16? {
    switch digit {
    case 0x30...0x39: UInt16(digit - 0x30)
    case 0x41...0x46: UInt16(digit - 0x37)
    case 0x61...0x66: UInt16(digit - 0x57)
    default: nil
    }
  }

  /// Appends what a string's bytes stand for.
  func append(_ text: Text, to output: inout [UInt8]) {
    guard text.hasEscapes else {
      return output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[text.range]))
    }
    var scanner = JSONScanner(UnsafeRawBufferPointer(rebasing: bytes[..<text.range.upperBound]))
    scanner.index = text.range.lowerBound
    while scanner.index < scanner.bytes.count {
      let rest = scanner.bytes[scanner.index...]
      let end = rest.firstIndex(of: UInt8(ascii: "\\")) ?? rest.endIndex
      output.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest[..<end]))
      scanner.index = end
      // It was looked at when the string was taken.
      guard end < scanner.bytes.count, let scalar = try? scanner.escape() else { return }
      output.append(contentsOf: UTF8.encode(scalar) ?? .encodedReplacementCharacter)
    }
  }

  // Numbers and literals.

  private mutating func word(_ word: StaticString) throws(JSONProblem) {
    let end = index + word.utf8CodeUnitCount
    let letters = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard end <= bytes.count, UnsafeRawBufferPointer(rebasing: bytes[index..<end]).elementsEqual(letters) else {
      throw problem
    }
    index = end
  }

  /// `-`? (0 | 1…9 digits) (`.` digits)? (`e` sign? digits)?
  private mutating func number() throws(JSONProblem) -> Value {
    let start = index
    let isNegative = skip { $0 == UInt8(ascii: "-") }
    let whole = try digits()
    if bytes[whole.lowerBound] == UInt8(ascii: "0"), whole.count > 1 { throw problem }
    var isWhole = !isNegative
    if skip({ $0 == UInt8(ascii: ".") }) {
      isWhole = false
      _ = try digits()
    }
    if skip({ $0 | 0x20 == UInt8(ascii: "e") }) {
      isWhole = false
      _ = skip { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
      _ = try digits()
    }
    guard isWhole, let count = count(whole) else { return .number(start..<index) }
    return .count(count)
  }

  private mutating func skip(_ isAllowed: (UInt8) -> Bool) -> Bool {
    guard index < bytes.count, isAllowed(bytes[index]) else { return false }
    index += 1
    return true
  }

  private mutating func digits() throws(JSONProblem) -> Range<Int> {
    let start = index
    while index < bytes.count, bytes[index] &- 0x30 < 10 { index += 1 }
    guard index > start else { throw problem }
    return start..<index
  }

  private func count(_ digits: Range<Int>) -> UInt64? {
    // Nineteen nines fit.
    guard digits.count > 19 else { return bytes[digits].reduce(0) { $0 &* 10 &+ UInt64($1 &- 0x30) } }
    return UInt64(String(decoding: bytes[digits], as: UTF8.self))
  }

  // Containers.

  /// Takes an object or an array whole.
  private mutating func container(depth: Int) throws(JSONProblem) -> Range<Int> {
    guard depth < JSONScanner.depthLimit else { throw .tooDeep }
    let start = index
    let isObject = take("{")
    if !isObject { try expect("[") }
    let end: Unicode.Scalar = isObject ? "}" : "]"
    guard !take(end) else { return start..<index }
    repeat {
      if isObject {
        _ = try text()
        try expect(":")
      }
      _ = try value(depth: depth + 1)
    } while take(",")
    try expect(end)
    return start..<index
  }
}
