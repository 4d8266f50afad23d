import Screen

extension Surface {
  /// Rows that words of a bar may take.
  private static let mostWordRows = 6

  /// Draws words in a bar's row. What does not fit into it stands in the rows above it too, so that nothing of it is missed.
  mutating func draw(words: String, in bar: Rect, background: Style, style: Style) {
    var rows = WrappedText.rows(of: words, columns: bar.size.columns - 2)
    let room = max(1, min(Surface.mostWordRows, bar.minRow))
    // What is to be answered stands at the end.
    if rows.count > room, let last = rows.last {
      rows = rows.prefix(room - 1) + [last]
      if room > 1 { rows[room - 2] += " \(Surface.ellipsis)" }
    }
    for (place, text) in rows.enumerated() {
      let row = bar.minRow - rows.count + 1 + place
      let rect = Rect(column: bar.minColumn, row: row, columns: bar.size.columns, rows: 1)
      fill(rect, style: background)
      draw(" " + text, column: rect.minColumn, row: row, columns: rect.size.columns, style: style)
    }
  }
}
