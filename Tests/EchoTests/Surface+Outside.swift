import Screen

extension Surface {
  /// Whether nothing was drawn but in a rectangle.
  func isBlank(outside rect: Rect) -> Bool {
    for row in 0..<size.rows {
      for column in 0..<size.columns {
        let isInside =
          column >= rect.minColumn && column < rect.maxColumn && row >= rect.minRow && row < rect.maxRow
        if !isInside, self[column, row] != .blank { return false }
      }
    }
    return true
  }
}
