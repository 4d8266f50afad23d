extension Surface {
  /// Draws the window of an input line that holds its cursor, and puts the surface's cursor there.
  ///
  /// A line that is too long scrolls sideways, `~` at the ends where it goes on; of more lines than rows the last ones up
  /// to the cursor's show. What would act on a terminal shows as `Printable` has it. It costs no more than what is shown
  /// and, of several lines, the length of those shown. An empty rectangle shows nothing and hides the cursor.
  package mutating func draw(_ line: InputLine, in rect: Rect, style: Style = .plain, escapeStyle: Style = .plain) {
    let rect = rect.clipped(to: size)
    fill(rect, style: style)
    guard !rect.isEmpty else {
      cursor = nil
      return
    }
    let look = InputLook(rect: rect, style: style, escapeStyle: escapeStyle)
    let characters = line.characters
    var start = line.lineStart(before: line.cursor)
    var above = 0
    while above < rect.size.rows - 1, start > 0 {
      start = line.lineStart(before: start - 1)
      above += 1
    }
    for row in rect.minRow..<rect.maxRow {
      let end = line.lineEnd(from: start)
      let isCursorRow = row == rect.minRow + above
      draw(characters[start..<end], cursor: isCursorRow ? line.cursor : nil, row: row, look: look)
      guard end < characters.count else { break }
      start = end + 1
    }
  }

  private mutating func draw(_ line: ArraySlice<Character>, cursor: Int?, row: Int, look: InputLook) {
    let width = look.rect.size.columns
    let first = cursor.map { look.firstVisible(in: line, cursor: $0) } ?? line.startIndex
    var column = 0
    if first > line.startIndex, look.hasMarks {
      put(Cell(Surface.ellipsis, style: look.escapeStyle), column: look.rect.minColumn, row: row)
      column = 1
    }
    var index = first
    while index <= line.endIndex {
      if index == cursor {
        self.cursor = Point(column: look.rect.minColumn + min(column, width - 1), row: row)
      }
      guard index < line.endIndex else { return }
      let text = String(line[index])
      let columns = Surface.columns(of: text, upTo: width)
      // The last column stays free for the mark unless the line ends there.
      let isLast = index + 1 == line.endIndex || !look.hasMarks
      guard column + columns <= (isLast ? width : width - 1) else { break }
      draw(
        text,
        column: look.rect.minColumn + column,
        row: row,
        columns: width - column,
        style: look.style,
        escapeStyle: look.escapeStyle
      )
      column += columns
      index += 1
    }
    if look.hasMarks {
      fill(Rect(column: look.rect.minColumn + column, row: row, columns: width - column, rows: 1), style: look.style)
      put(Cell(Surface.ellipsis, style: look.escapeStyle), column: look.rect.maxColumn - 1, row: row)
    }
  }
}

/// How an input line is fitted into a rectangle.
private struct InputLook {
  let rect: Rect
  let style: Style
  let escapeStyle: Style

  /// Whether there is room to say that the line goes on.
  var hasMarks: Bool { rect.size.columns >= 4 }

  /// Columns kept free to the right of the cursor: for the mark, and for a wide character under the cursor.
  private var margin: Int { hasMarks ? min(2, rect.size.columns / 4) : 0 }

  /// The first character to show so that the cursor is in the window: the line's first where that will do, else one
  /// that stays the same for some steps of the cursor. Looks no further back than the window is wide.
  func firstVisible(in line: ArraySlice<Character>, cursor: Int) -> Int {
    let room = rect.size.columns - 1 - margin
    var first = cursor
    var columns = 0
    while first > line.startIndex {
      let more = Surface.columns(of: String(line[first - 1]), upTo: room)
      guard columns + more <= room else { break }
      columns += more
      first -= 1
    }
    guard first > line.startIndex, hasMarks else { return first }
    // One column goes to the mark at the left.
    while first < cursor, columns + 1 > room {
      columns -= Surface.columns(of: String(line[first]), upTo: room)
      first += 1
    }
    let step = max(1, rect.size.columns / 3)
    let steady = line.startIndex + (first - line.startIndex + step - 1) / step * step
    return steady <= cursor ? steady : first
  }
}
