import Screen

/// Draws the fields of one row of a table from left to right, each in its own columns.
struct ListRow {
  private let line: Int
  private let limit: Int
  /// Where the next field begins.
  private(set) var column: Int

  init(_ line: Int, _ column: Int, limit: Int) {
    self.line = line
    self.limit = limit
    self.column = column + 1
  }

  mutating func skip(_ columns: Int) { column += columns }

  mutating func left(_ text: String, _ columns: Int, _ style: Style, on surface: inout Surface) {
    guard columns > 0 else { return }
    surface.draw(text, column: column, row: line, columns: min(columns, max(0, limit - column)), style: style)
    column += columns + 1
  }

  mutating func right(_ text: String, _ columns: Int, _ style: Style, on surface: inout Surface) {
    guard columns > 0 else { return }
    surface.drawRight(text, column: column, row: line, columns: min(columns, max(0, limit - column)), style: style)
    column += columns + 1
  }
}
