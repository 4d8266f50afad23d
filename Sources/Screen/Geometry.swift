/// The extent of a screen or of a part of it, in cells.
package struct Size: Hashable, Sendable {
  package var columns: Int
  package var rows: Int

  package init(columns: Int, rows: Int) {
    self.columns = max(0, columns)
    self.rows = max(0, rows)
  }

  package static let zero = Size(columns: 0, rows: 0)
}

/// A cell's place: column and row count from 0 at the top left.
package struct Point: Hashable, Sendable {
  package var column: Int
  package var row: Int

  package init(column: Int, row: Int) {
    self.column = column
    self.row = row
  }
}

/// A rectangle of cells; it may be empty, and it may reach outside the surface (drawing is clipped).
package struct Rect: Hashable, Sendable {
  package var origin: Point
  package var size: Size

  package init(column: Int, row: Int, columns: Int, rows: Int) {
    self.origin = Point(column: column, row: row)
    self.size = Size(columns: columns, rows: rows)
  }

  package init(size: Size) {
    self.init(column: 0, row: 0, columns: size.columns, rows: size.rows)
  }

  package var minColumn: Int { origin.column }
  package var maxColumn: Int { origin.column + size.columns }
  package var minRow: Int { origin.row }
  package var maxRow: Int { origin.row + size.rows }
  package var isEmpty: Bool { size.columns == 0 || size.rows == 0 }

  package func contains(_ point: Point) -> Bool {
    (minColumn..<maxColumn).contains(point.column) && (minRow..<maxRow).contains(point.row)
  }

  /// The part of it that lies on a surface of that size; empty when there is none.
  package func clipped(to surface: Size) -> Rect {
    let column = min(max(0, minColumn), surface.columns)
    let row = min(max(0, minRow), surface.rows)
    return Rect(
      column: column,
      row: row,
      columns: min(maxColumn, surface.columns) - column,
      rows: min(maxRow, surface.rows) - row
    )
  }

  /// A rectangle of at most that size in the middle of this one.
  package func centered(_ inner: Size) -> Rect {
    let columns = min(inner.columns, size.columns)
    let rows = min(inner.rows, size.rows)
    return Rect(
      column: minColumn + (size.columns - columns) / 2,
      row: minRow + (size.rows - rows) / 2,
      columns: columns,
      rows: rows
    )
  }

  /// Takes `columns` and `rows` off each side, as far as there are any.
  package func inset(columns: Int = 0, rows: Int = 0) -> Rect {
    let columns = min(columns, size.columns / 2)
    let rows = min(rows, size.rows / 2)
    return Rect(
      column: minColumn + columns,
      row: minRow + rows,
      columns: size.columns - 2 * columns,
      rows: size.rows - 2 * rows
    )
  }

  /// Cuts `rows` rows (as many as there are) off the top and returns them.
  package mutating func takeTop(_ rows: Int) -> Rect {
    let taken = min(max(0, rows), size.rows)
    let top = Rect(column: origin.column, row: origin.row, columns: size.columns, rows: taken)
    origin.row += taken
    size.rows -= taken
    return top
  }

  /// Cuts `rows` rows (as many as there are) off the bottom and returns them.
  package mutating func takeBottom(_ rows: Int) -> Rect {
    let taken = min(max(0, rows), size.rows)
    size.rows -= taken
    return Rect(column: origin.column, row: maxRow, columns: size.columns, rows: taken)
  }

  /// Cuts `columns` columns (as many as there are) off the left and returns them.
  package mutating func takeLeft(_ columns: Int) -> Rect {
    let taken = min(max(0, columns), size.columns)
    let left = Rect(column: origin.column, row: origin.row, columns: taken, rows: size.rows)
    origin.column += taken
    size.columns -= taken
    return left
  }

  /// Cuts `columns` columns (as many as there are) off the right and returns them.
  package mutating func takeRight(_ columns: Int) -> Rect {
    let taken = min(max(0, columns), size.columns)
    size.columns -= taken
    return Rect(column: maxColumn, row: origin.row, columns: taken, rows: size.rows)
  }
}
