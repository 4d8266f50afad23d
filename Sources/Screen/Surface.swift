/// A picture of the whole screen as data: a grid of cells, and where the cursor stands.
package struct Surface: Hashable, Sendable {
  package let size: Size
  /// Row by row, `size.columns * size.rows` of them.
  package private(set) var cells: [Cell]
  /// Where the terminal's cursor shows; nil hides it.
  package var cursor: Point?

  package init(size: Size, fill: Cell = .blank) {
    self.size = size
    self.cells = Array(repeating: fill, count: size.columns * size.rows)
  }

  /// The cells of one row, left to right.
  package func row(_ row: Int) -> ArraySlice<Cell> {
    cells[(row * size.columns)..<((row + 1) * size.columns)]
  }

  /// The cell at a place inside the surface.
  package subscript(column: Int, row: Int) -> Cell { cells[row * size.columns + column] }

  /// Puts one cell, clipped to the surface; a wide cell that would lose a half, and the other half of one that is
  /// overwritten, become blanks, so that no row ever holds half a character.
  package mutating func put(_ cell: Cell, column: Int, row: Int) {
    guard row >= 0, row < size.rows, column >= 0, column < size.columns, !cell.isContinuation else { return }
    let index = row * size.columns + column
    breakWide(at: index, column: column)
    guard cell.width == 2 else {
      cells[index] = cell
      return
    }
    guard column + 1 < size.columns else {
      cells[index] = Cell(" ", style: cell.style)
      return
    }
    breakWide(at: index + 1, column: column + 1)
    cells[index] = cell
    cells[index + 1] = .continuation(style: cell.style)
  }

  /// Fills a rectangle, clipped, with a style and blanks.
  package mutating func fill(_ rect: Rect, style: Style) {
    let cell = Cell(" ", style: style)
    for row in max(0, rect.minRow)..<max(0, min(rect.maxRow, size.rows), rect.minRow) {
      for column in max(0, rect.minColumn)..<max(0, min(rect.maxColumn, size.columns), rect.minColumn) {
        put(cell, column: column, row: row)
      }
    }
  }

  /// Lays a style over some cells of a row, clipped; what they show stays.
  package mutating func restyle(column: Int, row: Int, columns: Int, with style: Style) {
    guard row >= 0, row < size.rows, columns > 0, column < size.columns else { return }
    let start = max(0, column)
    for place in start..<max(start, min(column + columns, size.columns)) {
      let index = row * size.columns + place
      cells[index].style = cells[index].style.overlaid(with: style)
    }
  }

  /// The text of one row without trailing blanks, as a test or a copy wants it.
  package func text(row: Int) -> String {
    var text = self.row(row).map(\.text).joined()
    while text.last == " " { text.removeLast() }
    return text
  }

  private mutating func breakWide(at index: Int, column: Int) {
    let old = cells[index]
    if old.isContinuation, column > 0 {
      cells[index - 1] = Cell(" ", style: cells[index - 1].style)
    } else if old.width == 2, column + 1 < size.columns {
      cells[index + 1] = Cell(" ", style: old.style)
    }
  }
}
