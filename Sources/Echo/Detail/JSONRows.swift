import Screen

/// Lays out a stretch of checked JSON.
struct JSONRows {
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
