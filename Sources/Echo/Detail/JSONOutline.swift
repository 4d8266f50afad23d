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
