/// The signs that pictures are built of where the terminal's character set decides: lines, corners, bars.
package struct Glyphs: Hashable, Sendable {
  package let horizontal: Unicode.Scalar
  package let vertical: Unicode.Scalar
  package let topLeft: Unicode.Scalar
  package let topRight: Unicode.Scalar
  package let bottomLeft: Unicode.Scalar
  package let bottomRight: Unicode.Scalar
  /// Eight heights, low to high.
  package let bars: [Unicode.Scalar]

  package static let unicode = Glyphs(
    horizontal: "─",
    vertical: "│",
    topLeft: "┌",
    topRight: "┐",
    bottomLeft: "└",
    bottomRight: "┘",
    bars: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
  )

  /// For `LANG=C` and Latin-1.
  package static let ascii = Glyphs(
    horizontal: "-",
    vertical: "|",
    topLeft: "+",
    topRight: "+",
    bottomLeft: "+",
    bottomRight: "+",
    bars: ["_", ".", ":", "-", "=", "+", "*", "#"]
  )
}

extension Surface {
  /// Draws a frame along the inside of a rectangle, with a title in its upper line; nothing inside is touched.
  package mutating func drawFrame(_ rect: Rect, title: String = "", glyphs: Glyphs, style: Style, titleStyle: Style) {
    guard rect.size.columns >= 2, rect.size.rows >= 2 else { return }
    let (right, bottom) = (rect.maxColumn - 1, rect.maxRow - 1)
    drawRule(column: rect.minColumn + 1, row: rect.minRow, columns: rect.size.columns - 2, glyphs: glyphs, style: style)
    drawRule(column: rect.minColumn + 1, row: bottom, columns: rect.size.columns - 2, glyphs: glyphs, style: style)
    let sides = clippedRows(rect.minRow + 1, bottom)
    for row in sides {
      put(Cell(glyphs.vertical, style: style), column: rect.minColumn, row: row)
      put(Cell(glyphs.vertical, style: style), column: right, row: row)
    }
    put(Cell(glyphs.topLeft, style: style), column: rect.minColumn, row: rect.minRow)
    put(Cell(glyphs.topRight, style: style), column: right, row: rect.minRow)
    put(Cell(glyphs.bottomLeft, style: style), column: rect.minColumn, row: bottom)
    put(Cell(glyphs.bottomRight, style: style), column: right, row: bottom)
    guard !title.isEmpty, rect.size.columns >= 6 else { return }
    draw(
      " \(title) ",
      column: rect.minColumn + 2,
      row: rect.minRow,
      columns: rect.size.columns - 4,
      style: titleStyle
    )
  }

  /// Draws a horizontal line.
  package mutating func drawRule(column: Int, row: Int, columns: Int, glyphs: Glyphs, style: Style) {
    let start = max(0, column)
    for column in start..<max(start, min(column + columns, size.columns)) {
      put(Cell(glyphs.horizontal, style: style), column: column, row: row)
    }
  }

  /// Draws a vertical line along a rectangle's left side.
  package mutating func drawVerticalRule(_ rect: Rect, glyphs: Glyphs, style: Style) {
    for row in clippedRows(rect.minRow, rect.maxRow) {
      put(Cell(glyphs.vertical, style: style), column: rect.minColumn, row: row)
    }
  }

  private func clippedRows(_ start: Int, _ end: Int) -> Range<Int> {
    let first = max(0, start)
    return first..<max(first, min(end, size.rows))
  }
}
