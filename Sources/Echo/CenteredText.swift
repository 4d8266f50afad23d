import Screen

extension Surface {
  /// Draws lines one below the other from a rectangle's top, each in the middle of its width; those below it are left out.
  mutating func draw(centered lines: [String], _ rect: Rect, style: Style) {
    for (line, row) in zip(lines, rect.minRow..<rect.maxRow) {
      let column = rect.minColumn + max(0, (rect.size.columns - Surface.columns(of: line)) / 2)
      draw(line, column: column, row: row, columns: rect.maxColumn - column, style: style)
    }
  }
}
