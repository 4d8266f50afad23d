/// Counts side by side as columns that stand on the bottom of a rectangle.
package struct ColumnChart: Hashable, Sendable {
  /// Left to right.
  package var counts: [UInt64]

  package init(_ counts: [UInt64]) { self.counts = counts }

  /// The cells that each column is wide where there are so many: all alike, from 1 to `widest`.
  package func width(columns: Int, widest: Int = 3) -> Int {
    max(1, min(widest, columns / max(1, counts.count)))
  }
}

extension Surface {
  /// Draws the columns that fit, from the left, the highest as high as the rectangle; anything at all is at least the
  /// lowest bar.
  package mutating func draw(_ chart: ColumnChart, in rect: Rect, glyphs: Glyphs = .unicode, style: Style) {
    guard !rect.isEmpty else { return }
    let width = chart.width(columns: rect.size.columns)
    let highest = chart.counts.max() ?? 0
    let levels = rect.size.rows * glyphs.bars.count
    for (index, count) in chart.counts.prefix(rect.size.columns / width).enumerated() where count > 0 {
      let scaled = Int(Double(count) / Double(highest) * Double(levels))
      var level = max(1, min(levels, scaled))
      for row in (rect.minRow..<rect.maxRow).reversed() where level > 0 {
        let cell = Cell(glyphs.bars[min(level, glyphs.bars.count) - 1], style: style)
        let column = rect.minColumn + index * width
        // A blank between wide columns keeps them apart.
        for offset in 0..<max(1, width - 1) { put(cell, column: column + offset, row: row) }
        level -= glyphs.bars.count
      }
    }
  }
}
