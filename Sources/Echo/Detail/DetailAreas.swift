import Screen

/// How the rows of a pane are shared out.
struct DetailAreas {
  let hasRule: Bool
  let hexRows: Int
  let textRows: Int
  let hasCounts: Bool
  /// Columns before the text that stands below digits.
  let textIndent: Int

  init(_ pane: DetailPane, size: Size) {
    hasRule = size.rows > 1
    hasCounts = size.rows > 3
    let rows = size.rows - (hasRule ? 1 : 0) - (hasCounts ? 1 : 0)
    guard let hex = pane.hexLayout(columns: size.columns) else {
      (hexRows, textRows, textIndent) = (0, rows, 0)
      return
    }
    let needed = hex.rowCount(pane.subject?.bytes.count ?? 0)
    let indent = hex.offsetDigits > 0 && size.columns > 2 * hex.digitsColumn ? hex.digitsColumn : 0
    textIndent = indent
    guard pane.mode == .both else {
      (hexRows, textRows) = (rows, 0)
      return
    }
    // The text has half of the room at most, unless the digits leave more.
    let wanted = DetailAreas.rowCount(pane.text, width: size.columns - indent, upTo: rows)
    let share = min(wanted, rows / 2)
    hexRows = min(needed, rows - share)
    textRows = min(wanted, rows - hexRows)
  }

  private static func rowCount(_ text: DetailText, width: Int, upTo limit: Int) -> Int {
    guard limit > 0, var cursor = DetailCursor(text, width: width, at: 0) else { return 0 }
    var count = 1
    while count < limit, cursor.next() { count += 1 }
    return count
  }
}
