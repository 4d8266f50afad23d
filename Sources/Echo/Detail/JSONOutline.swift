import Screen

/// A JSON text (RFC 8259) that was checked once, with the places from which it can be laid out as a person reads it.
///
/// One or more objects or arrays with white space between. Nothing of it is changed or kept: order, numbers and escapes
/// show as they came, only white space differs. Depth and size are bounded, and the check takes one pass.
struct JSONOutline: Sendable {
  /// Deeper texts are not shown as JSON.
  static let depthLimit = 64
  /// Longer texts are not shown as JSON.
  static let byteLimit = 16 << 20

  /// Where layout can begin, and in what state.
  struct Point: Sendable {
    let offset: Int
    let depth: Int
    let isInString: Bool
    let pending: Pending
    /// False inside of a long token.
    let beginsRow: Bool
    /// Where what is shown before it ends: megabytes of white space cost nothing.
    let previousEnd: Int
  }

  /// What the next token has to know of the one before it.
  enum Pending: Sendable {
    case none
    /// An object or array has begun; if it is empty, it ends on the same row.
    case opened
    /// A row ends here.
    case rowEnd
  }

  /// In order; each at a byte that is shown.
  private(set) var points: [Point] = []
  /// Where the last token ends.
  private let end: Int

  /// nil when the bytes are no JSON, not UTF-8, or beyond the limits.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count <= JSONOutline.byteLimit else { return nil }
    var checker = JSONChecker(bytes)
    guard checker.check() else { return nil }
    points = checker.points
    end = checker.tokenEnd
  }

  /// The last point at or before a byte, or the first one.
  func point(before offset: Int) -> Int {
    var (low, high) = (0, points.count)
    while high - low > 1 {
      let middle = (low + high) >> 1
      if points[middle].offset <= offset { low = middle } else { high = middle }
    }
    return low
  }

  static let indent = 2

  /// The rows from one point to the next.
  func rows(block: Int, of bytes: UnsafeRawBufferPointer, width: Int) -> DetailRows {
    let point = points[block]
    let end = block + 1 < points.count ? points[block + 1].previousEnd : end
    var writer = JSONRows(bytes, point: point, end: end, width: width)
    writer.write()
    return writer.rows
  }
}

/// Lays out a stretch of checked JSON.
private struct JSONRows {
  private let bytes: UnsafeRawBufferPointer
  private let end: Int
  private var index: Int
  private var depth: Int
  private var pending: JSONOutline.Pending
  private var isInString: Bool
  private(set) var rows: DetailRows

  init(_ bytes: UnsafeRawBufferPointer, point: JSONOutline.Point, end: Int, width: Int) {
    self.bytes = bytes
    self.end = end
    index = point.offset
    depth = point.depth
    pending = point.pending
    isInString = point.isInString
    rows = DetailRows(width: width, hangingIndent: 2 * JSONOutline.indent)
    rows.breakRow(indent: JSONOutline.indent * depth)
  }

  mutating func write() {
    while index < end {
      if isInString {
        let stop = JSONToken.stringEnd(bytes, from: index, limit: end)
        isInString = stop.isOpen
        put(index..<stop.index, .text)
        continue
      }
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      case UInt8(ascii: "\""):
        endRow()
        let stop = JSONToken.stringEnd(bytes, from: index + 1, limit: end)
        isInString = stop.isOpen
        put(index..<stop.index, .text)
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        endRow()
        put(index..<(index + 1), .muted)
        depth += 1
        pending = .opened
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if pending != .opened { rows.breakRow(indent: JSONOutline.indent * depth) }
        put(index..<(index + 1), .muted)
        pending = depth == 0 ? .rowEnd : .none
      case UInt8(ascii: ","):
        put(index..<(index + 1), .muted)
        pending = .rowEnd
      case UInt8(ascii: ":"):
        put(index..<(index + 1), .muted)
        rows.skipColumn()
      default:
        endRow()
        put(index..<JSONToken.wordEnd(bytes, from: index, limit: end), .accent)
      }
    }
  }

  private mutating func endRow() {
    if pending != .none { rows.breakRow(indent: JSONOutline.indent * depth) }
    pending = .none
  }

  private mutating func put(_ part: Range<Int>, _ role: Role) {
    rows.append(bytes, part, escapesBackslash: false, breaksAtLineFeed: false, role: role)
    index = part.upperBound
  }
}

/// Where tokens of checked JSON end.
enum JSONToken {
  /// Just behind the closing quote; or at `limit`, with the string still open.
  static func stringEnd(
    _ bytes: UnsafeRawBufferPointer,
    from start: Int,
    limit: Int
  ) -> (index: Int, isOpen: Bool) {
    var index = start
    while index < limit {
      switch bytes[index] {
      case UInt8(ascii: "\""): return (index + 1, false)
      case UInt8(ascii: "\\"): index += 2
      default: index += 1
      }
    }
    return (limit, true)
  }

  /// Behind a number or a literal.
  static func wordEnd(_ bytes: UnsafeRawBufferPointer, from start: Int, limit: Int) -> Int {
    var index = start
    while index < limit, isWord(bytes[index]) { index += 1 }
    return max(index, min(start + 1, limit))
  }

  static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x61...0x7A, 0x41...0x5A, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."): true
    default: false
    }
  }
}
