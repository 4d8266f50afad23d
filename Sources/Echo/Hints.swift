import Screen

/// The row that names the most useful keys.
enum Hints {
  static func draw(_ hints: [(key: String, word: String)], _ rect: Rect, _ look: Look, on surface: inout Surface) {
    var column = rect.minColumn + 1
    for (key, word) in hints {
      let columns = Surface.columns(of: key) + 1 + Surface.columns(of: word)
      guard column + columns <= rect.maxColumn else { return }
      column += surface.draw(key, column: column, row: rect.minRow, style: look.theme[.hintKey]) + 1
      column += surface.draw(word, column: column, row: rect.minRow, style: look.theme[.hint]) + 2
    }
  }
}
