import Screen

@testable import Echo

/// What is laid out as JSON is JSON, and the layout shows every byte of it once, within its width.
enum JSONTarget {
  static func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let width = input.number(upTo: 60) + 1
    let text = stretched(input.rest)
    let tokens = ReferenceJSON.tokens(text)
    text.withUnsafeBytes { raw in
      let outline = JSONOutline(raw)
      require((outline != nil) == (tokens != nil), "what is JSON is shown as JSON")
      guard let outline, let tokens else { return }
      let offsets = outline.points.map(\.offset)
      require(!offsets.isEmpty && zip(offsets, offsets.dropFirst()).allSatisfy { $0 < $1 }, "points rise")
      var shown: [Range<Int>] = []
      for block in outline.points.indices {
        require(outline.point(before: offsets[block]) == block, "a point is found by its place")
        let rows = outline.rows(block: block, of: raw, width: width)
        for row in rows.rows.indices {
          var column = 0
          for span in rows[row] {
            require(span.columns > 0 && span.column >= column && span.column + span.columns <= width, "a row fits")
            column = span.column + span.columns
            shown.append(span.piece.range)
          }
          require(rows[row].first?.piece.range.lowerBound == rows.rows[row].start, "a row begins with its byte")
        }
      }
      require(joined(shown) == joined(tokens), "\(joined(shown)) is shown of \(joined(tokens))")
    }
  }

  /// Long texts of short inputs: for each of three bytes that JSON has no use for, a long stretch.
  private static func stretched(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "~"): text += [UInt8](repeating: UInt8(ascii: "a"), count: 5000)
      case UInt8(ascii: "`"): text += [UInt8](repeating: UInt8(ascii: " "), count: 5000)
      case UInt8(ascii: "^"): text += [UInt8](repeating: UInt8(ascii: "1"), count: 5000)
      default: text.append(byte)
      }
      if text.count > 60_000 { break }
    }
    return text
  }

  /// Ranges that touch as one; a byte that comes twice keeps them apart.
  private static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
    var joined: [Range<Int>] = []
    for range in ranges {
      if let last = joined.last, last.upperBound == range.lowerBound {
        joined[joined.count - 1] = last.lowerBound..<range.upperBound
      } else {
        joined.append(range)
      }
    }
    return joined
  }
}

/// Reads JSON by recursive descent, as the grammar of RFC 8259 is written.
struct ReferenceJSON {
  private let bytes: [UInt8]
  private var index = 0
  private var tokens: [Range<Int>] = []

  /// Where the tokens are of one or more objects or arrays; nil if the bytes are anything else or nested too deeply.
  static func tokens(_ bytes: [UInt8]) -> [Range<Int>]? {
    var reader = ReferenceJSON(bytes: bytes)
    reader.skipSpace()
    repeat {
      guard reader.peek == UInt8(ascii: "{") || reader.peek == UInt8(ascii: "["), reader.value(depth: 0) else {
        return nil
      }
      reader.skipSpace()
    } while reader.peek != nil
    return reader.tokens
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipSpace() {
    while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
  }

  private mutating func take(_ text: String) -> Bool {
    guard bytes[index...].starts(with: text.utf8) else { return false }
    tokens.append(index..<(index + text.utf8.count))
    index += text.utf8.count
    return true
  }

  private mutating func value(depth: Int) -> Bool {
    skipSpace()
    if take("{") { return depth < JSONOutline.depthLimit && members(depth: depth + 1) }
    if take("[") { return depth < JSONOutline.depthLimit && elements(depth: depth + 1) }
    return take("true") || take("false") || take("null") || string() || number()
  }

  private mutating func members(depth: Int) -> Bool {
    skipSpace()
    if take("}") { return true }
    repeat {
      skipSpace()
      guard string() else { return false }
      skipSpace()
      guard take(":"), value(depth: depth) else { return false }
      skipSpace()
    } while take(",")
    return take("}")
  }

  private mutating func elements(depth: Int) -> Bool {
    skipSpace()
    if take("]") { return true }
    repeat {
      guard value(depth: depth) else { return false }
      skipSpace()
    } while take(",")
    return take("]")
  }

  private mutating func string() -> Bool {
    guard peek == UInt8(ascii: "\"") else { return false }
    var end = index + 1
    while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
      guard bytes[end] >= 0x20 else { return false }
      guard bytes[end] == UInt8(ascii: "\\") else {
        end += 1
        continue
      }
      guard end + 1 < bytes.count else { return false }
      if bytes[end + 1] == UInt8(ascii: "u") {
        let digits = bytes[(end + 2)...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return false }
        end += 6
      } else {
        guard "\"\\/bfnrt".utf8.contains(bytes[end + 1]) else { return false }
        end += 2
      }
    }
    guard end < bytes.count, String(validating: bytes[index...end], as: UTF8.self) != nil else { return false }
    tokens.append(index..<(end + 1))
    index = end + 1
    return true
  }

  private mutating func number() -> Bool {
    let start = index
    func digits(from start: Int) -> Int { bytes[start...].prefix { (0x30...0x39).contains($0) }.endIndex }
    func isOne(_ letters: String, at place: Int) -> Bool { place < bytes.count && letters.utf8.contains(bytes[place]) }
    var end = start
    if isOne("-", at: end) { end += 1 }
    let whole = digits(from: end)
    guard whole > end, bytes[end] != 0x30 || whole == end + 1 else { return false }
    end = whole
    if isOne(".", at: end) {
      let fraction = digits(from: end + 1)
      guard fraction > end + 1 else { return false }
      end = fraction
    }
    if isOne("eE", at: end) {
      let sign = isOne("+-", at: end + 1) ? 1 : 0
      let exponent = digits(from: end + 1 + sign)
      guard exponent > end + 1 + sign else { return false }
      end = exponent
    }
    tokens.append(start..<end)
    index = end
    return true
  }
}
