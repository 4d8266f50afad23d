import Screen

/// Checks that bytes are JSON, and notes where their layout can begin.
struct JSONChecker {
  /// What the grammar allows next.
  private enum Expectation {
    case value, firstKeyOrEnd, key, colon, firstValueOrEnd, commaOrEnd, document
  }

  private let bytes: UnsafeRawBufferPointer
  private var index = 0
  /// A bit for each open container, the innermost lowest: set for an object.
  private var objects: UInt64 = 0
  private var depth = 0
  private var expectation = Expectation.document
  private var pending = JSONOutline.Pending.none
  private(set) var points: [JSONOutline.Point] = []
  /// Where the last token ended.
  private(set) var tokenEnd = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Whether all of the bytes are one or more objects or arrays.
  mutating func check() -> Bool {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default:
        guard token() else { return false }
        tokenEnd = index
      }
    }
    return expectation == .document && !points.isEmpty
  }

  private mutating func token() -> Bool {
    switch bytes[index] {
    case UInt8(ascii: "{"): open(true)
    case UInt8(ascii: "["): open(false)
    case UInt8(ascii: "}"): close(true)
    case UInt8(ascii: "]"): close(false)
    case UInt8(ascii: ","): separate(.commaOrEnd, next: isInObject ? .key : .value, .rowEnd)
    case UInt8(ascii: ":"): separate(.colon, next: .value, .none)
    case UInt8(ascii: "\""): string()
    default: word()
    }
  }

  private mutating func separate(_ expected: Expectation, next: Expectation, _ after: JSONOutline.Pending) -> Bool {
    guard expectation == expected else { return false }
    note(beginsRow: false)
    expectation = next
    pending = after
    index += 1
    return true
  }

  private var isInObject: Bool { objects & 1 == 1 }

  private var allowsValue: Bool { expectation == .value || expectation == .firstValueOrEnd }

  private mutating func open(_ isObject: Bool) -> Bool {
    guard allowsValue || expectation == .document, depth < JSONOutline.depthLimit else { return false }
    note(beginsRow: pending != .none)
    objects = objects << 1 | (isObject ? 1 : 0)
    depth += 1
    expectation = isObject ? .firstKeyOrEnd : .firstValueOrEnd
    pending = .opened
    index += 1
    return true
  }

  private mutating func close(_ isObject: Bool) -> Bool {
    let isEmpty = expectation == (isObject ? .firstKeyOrEnd : .firstValueOrEnd)
    guard depth > 0, isInObject == isObject, isEmpty || expectation == .commaOrEnd else { return false }
    note(beginsRow: !isEmpty)
    objects >>= 1
    depth -= 1
    expectation = depth == 0 ? .document : .commaOrEnd
    pending = depth == 0 ? .rowEnd : .none
    index += 1
    return true
  }

  private mutating func string() -> Bool {
    let isKey = expectation == .key || expectation == .firstKeyOrEnd
    guard isKey || allowsValue else { return false }
    note(beginsRow: pending != .none)
    pending = .none
    index += 1
    while index < bytes.count {
      noteInside(isInString: true)
      switch bytes[index] {
      case UInt8(ascii: "\""):
        index += 1
        expectation = isKey ? .colon : .commaOrEnd
        return true
      case UInt8(ascii: "\\"):
        guard let count = escapeCount() else { return false }
        index += count
      case ..<0x20: return false
      case ..<0x80: index += 1
      default:
        var decoder = UTF8()
        var rest = bytes[index...].prefix(4).makeIterator()
        guard case .scalarValue(let scalar) = decoder.decode(&rest) else { return false }
        index += UTF8.width(scalar)
      }
    }
    return false
  }

  /// The bytes of the escape that begins here; nil for what is none.
  private func escapeCount() -> Int? {
    guard index + 1 < bytes.count else { return nil }
    switch bytes[index + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return 2
    case UInt8(ascii: "u"):
      guard index + 6 <= bytes.count else { return nil }
      for digit in bytes[(index + 2)..<(index + 6)] where !Self.isHexadecimal(digit) { return nil }
      return 6
    default: return nil
    }
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    isDigit(byte) || (byte | 0x20) &- 0x61 < 6
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  /// A number, `true`, `false` or `null`.
  private mutating func word() -> Bool {
    guard allowsValue else { return false }
    note(beginsRow: pending != .none)
    pending = .none
    expectation = .commaOrEnd
    for literal in ["true", "false", "null"] as [StaticString] where bytes[index] == literal.utf8Start.pointee {
      let end = index + literal.utf8CodeUnitCount
      guard end <= bytes.count else { return false }
      let letters = UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
      guard bytes[index..<end].elementsEqual(letters) else { return false }
      index = end
      return !(index < bytes.count && JSONToken.isWord(bytes[index]))
    }
    return number()
  }

  /// `-`? (0 | 1…9 digits) (`.` digits)? (`e` sign? digits)?
  private mutating func number() -> Bool {
    skip { $0 == UInt8(ascii: "-") }
    let isZero = index < bytes.count && bytes[index] == UInt8(ascii: "0")
    if isZero { index += 1 } else { guard digits() else { return false } }
    if skip({ $0 == UInt8(ascii: ".") }) {
      guard digits() else { return false }
    }
    if skip({ $0 | 0x20 == UInt8(ascii: "e") }) {
      skip { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
      guard digits() else { return false }
    }
    return !(index < bytes.count && JSONToken.isWord(bytes[index]))
  }

  @discardableResult
  private mutating func skip(_ isAllowed: (UInt8) -> Bool) -> Bool {
    guard index < bytes.count, isAllowed(bytes[index]) else { return false }
    index += 1
    return true
  }

  private mutating func digits() -> Bool {
    let start = index
    while index < bytes.count, Self.isDigit(bytes[index]) {
      noteInside(isInString: false)
      index += 1
    }
    return index > start
  }

  /// Notes a point before a token: a block behind the last one where a row begins, or anywhere if that took too long.
  private mutating func note(beginsRow: Bool) {
    if let last = points.last {
      let distance = index - last.offset
      guard distance >= (beginsRow ? 1 : 2) * DetailText.blockBytes else { return }
      append(isInString: false, beginsRow: beginsRow, previousEnd: tokenEnd)
    } else {
      append(isInString: false, beginsRow: true, previousEnd: tokenEnd)
    }
  }

  /// Notes a point inside of a token that is longer than any block should be.
  private mutating func noteInside(isInString: Bool) {
    guard let last = points.last, index - last.offset >= 2 * DetailText.blockBytes else { return }
    let isLate = index - last.offset >= 3 * DetailText.blockBytes
    guard !isInString || isLate || DetailText.characterStart(bytes, from: index) == index else { return }
    append(isInString: isInString, beginsRow: false, previousEnd: index)
  }

  private mutating func append(isInString: Bool, beginsRow: Bool, previousEnd: Int) {
    points.append(
      JSONOutline.Point(
        offset: index,
        depth: depth,
        isInString: isInString,
        pending: pending,
        beginsRow: beginsRow,
        previousEnd: previousEnd
      )
    )
  }
}
