import Screen

/// How rows of hexadecimal digits fit in a width: `0000  1b 5d 30 3b  |.]0;|`.
///
/// As many bytes a row as fit, a power of two; as it narrows first the bars go, then the characters, then the offset.
struct HexLayout: Hashable, Sendable {
  let bytesPerRow: Int
  /// Digits of the offset; 0 shows none.
  let offsetDigits: Int
  let hasCharacters: Bool
  let hasBars: Bool

  /// From this width on a row has 32 bytes.
  static let wideColumns = 150

  /// The layout for a message of `byteCount` bytes.
  init(columns: Int, byteCount: Int) {
    var digits = 4
    while digits < 16, (byteCount - 1) >> (4 * digits) > 0 { digits += 2 }
    self =
      HexLayout.choices(digits: digits).first {
        $0.columns <= columns && ($0.bytesPerRow < 32 || columns >= HexLayout.wideColumns)
      } ?? HexLayout(1, digits: 0)
  }

  private init(_ bytesPerRow: Int, digits: Int, hasCharacters: Bool = false, hasBars: Bool = false) {
    self.bytesPerRow = bytesPerRow
    self.offsetDigits = digits
    self.hasCharacters = hasCharacters
    self.hasBars = hasBars
  }

  private static func choices(digits: Int) -> [HexLayout] {
    var choices: [HexLayout] = []
    for count in [32, 16, 8, 4] {
      choices.append(HexLayout(count, digits: digits, hasCharacters: true, hasBars: true))
      choices.append(HexLayout(count, digits: digits, hasCharacters: true))
    }
    choices += [4, 2].map { HexLayout($0, digits: digits) }
    return choices + [4, 2, 1].map { HexLayout($0, digits: 0) }
  }

  /// Where the digits of the first byte stand.
  var digitsColumn: Int { offsetDigits > 0 ? offsetDigits + 2 : 0 }

  private var digitsColumns: Int { 3 * bytesPerRow - 1 + (bytesPerRow - 1) / 8 }
  private var charactersColumn: Int { digitsColumn + digitsColumns + 2 + (hasBars ? 1 : 0) }

  /// The columns of a full row.
  var columns: Int {
    guard hasCharacters else { return digitsColumn + digitsColumns }
    return charactersColumn + bytesPerRow + (hasBars ? 1 : 0)
  }

  func rowCount(_ byteCount: Int) -> Int { (byteCount + bytesPerRow - 1) / bytesPerRow }

  /// Draws the row of the bytes from `offset` on into `rect`'s first row.
  func draw(
    _ bytes: UnsafeRawBufferPointer,
    from offset: Int,
    in rect: Rect,
    on surface: inout Surface,
    theme: Theme,
    highlight: ArraySlice<Range<Int>>
  ) {
    let row = rect.minRow
    if offsetDigits > 0 {
      let text = Hexadecimal.text(UInt64(offset), digits: offsetDigits)
      surface.draw(text, column: rect.minColumn, row: row, columns: rect.size.columns, style: theme[.muted])
    }
    let end = min(offset + bytesPerRow, bytes.count)
    for index in offset..<max(offset, end) {
      let byte = bytes[index]
      let isPlain = byte &- 0x20 < 0x5F
      let style = theme[isPlain ? .text : .escape]
      let place = digits(of: index - offset)
      for (column, digit) in [(place, byte >> 4), (place + 1, byte & 15)] where column < rect.size.columns {
        surface.put(Cell(Hexadecimal.digit(digit), style: style), column: rect.minColumn + column, row: row)
      }
      guard hasCharacters else { continue }
      let character = Cell(isPlain ? Unicode.Scalar(byte) : ".", style: style)
      surface.put(character, column: rect.minColumn + charactersColumn + index - offset, row: row)
    }
    if hasBars {
      for column in [charactersColumn - 1, charactersColumn + max(0, end - offset)] {
        surface.put(Cell("|", style: theme[.muted]), column: rect.minColumn + column, row: row)
      }
    }
    for match in highlight {
      guard match.lowerBound < end else { break }
      let part = match.clamped(to: offset..<max(offset, end))
      guard !part.isEmpty else { continue }
      self.mark(part.lowerBound - offset..<part.upperBound - offset, in: rect, on: &surface, theme[.match])
    }
  }

  private func digits(of index: Int) -> Int { digitsColumn + 3 * index + index / 8 }

  private func mark(_ part: Range<Int>, in rect: Rect, on surface: inout Surface, _ style: Style) {
    let start = digits(of: part.lowerBound)
    let end = min(digits(of: part.upperBound - 1) + 2, rect.size.columns)
    surface.restyle(column: rect.minColumn + start, row: rect.minRow, columns: end - start, with: style)
    guard hasCharacters else { return }
    let column = rect.minColumn + charactersColumn + part.lowerBound
    surface.restyle(column: column, row: rect.minRow, columns: part.count, with: style)
  }
}
