import Screen

/// Rows of text laid out in a width: what stands where, and for which bytes.
///
/// A row always stands for one byte at least; rows are never cut inside a character or an escape, unless it is wider
/// than the whole width.
struct DetailRows: Sendable {
  /// A stretch of a row that is shown in one way.
  struct Span: Sendable {
    var piece: Printable.Piece
    var columns: Int
    let column: Int
    let role: Role
  }

  struct Row: Sendable {
    /// The byte it begins with.
    let start: Int
    fileprivate var spans: Range<Int>
  }

  private let width: Int
  private let hangingIndent: Int
  private(set) var rows: [Row] = []
  private var spans: [Span] = []
  /// Where the next piece goes; nil when that begins a row.
  private var column: Int?
  private var indent = 0

  /// What is wrapped is indented `hangingIndent` columns deeper than its first row.
  init(width: Int, hangingIndent: Int = 0) {
    self.width = max(1, width)
    self.hangingIndent = hangingIndent
  }

  subscript(row: Int) -> ArraySlice<Span> { spans[rows[row].spans] }

  /// The row that holds a byte, or the one before it.
  func row(of offset: Int) -> Int {
    var (low, high) = (0, rows.count)
    while high - low > 1 {
      let middle = (low + high) >> 1
      if rows[middle].start <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// What comes next begins a row.
  mutating func breakRow(indent: Int = 0) {
    self.indent = min(indent, width / 2)
    column = nil
  }

  /// Leaves a column free, if that is not the row's last.
  mutating func skipColumn() {
    if let column, column + 1 < width { self.column = column + 1 }
  }

  /// Adds the visible form of a part of `bytes`.
  mutating func append(
    _ bytes: UnsafeRawBufferPointer,
    _ part: Range<Int>,
    escapesBackslash: Bool,
    breaksAtLineFeed: Bool,
    role: Role
  ) {
    let slice = UnsafeRawBufferPointer(rebasing: bytes[part])
    var pieces = Printable.Pieces(slice, escapesBackslash: escapesBackslash)
    while let piece = pieces.next(atMost: room) {
      let start = part.lowerBound + piece.range.lowerBound
      place(piece.moved(to: start), role)
      if breaksAtLineFeed, piece.escape != nil, bytes[start] == 0x0A { breakRow() }
    }
  }

  /// Columns up to the end of the row that takes the next piece.
  private var room: Int {
    guard let column, column < width else { return width - (column == nil ? indent : wrappedIndent) }
    return width - column
  }

  private var wrappedIndent: Int { min(indent + hangingIndent, width / 2) }

  private mutating func place(_ piece: Printable.Piece, _ role: Role) {
    var start = column ?? indent
    if column == nil {
      rows.append(Row(start: piece.range.lowerBound, spans: spans.count..<spans.count))
    } else if start + piece.columns > width {
      start = wrappedIndent
      rows.append(Row(start: piece.range.lowerBound, spans: spans.count..<spans.count))
    }
    // Rather out of its indent than cut.
    if start + piece.columns > width { start = max(0, width - piece.columns) }
    let columns = min(piece.columns, width - start)
    let span = Span(piece: piece, columns: columns, column: start, role: piece.escape == nil ? role : .escape)
    spans.append(span)
    rows[rows.count - 1].spans = rows[rows.count - 1].spans.lowerBound..<spans.count
    column = start + columns
  }
}

extension DetailRows {
  /// Draws one row at the top left of `rect`, the matched bytes in the style of a match.
  func draw(
    row: Int,
    of bytes: UnsafeRawBufferPointer,
    in rect: Rect,
    on surface: inout Surface,
    escapesBackslash: Bool,
    theme: Theme,
    highlight: ArraySlice<Range<Int>>
  ) {
    for span in self[row] {
      let range = span.piece.range
      let place = Point(column: rect.minColumn + span.column, row: rect.minRow)
      let columns = min(span.columns, rect.size.columns - span.column)
      if let escape = span.piece.escape, span.columns == span.piece.columns {
        for index in 0..<max(0, min(escape.count, columns)) {
          let cell = Cell(Unicode.Scalar(escape[index]), style: theme[.escape])
          surface.put(cell, column: place.column + index, row: place.row)
        }
      } else {
        surface.draw(
          untrusted: UnsafeRawBufferPointer(rebasing: bytes[range]),
          at: place,
          columns: columns,
          escapesBackslash: escapesBackslash,
          style: theme[span.role],
          escapeStyle: theme[.escape]
        )
      }
      for match in highlight {
        guard match.lowerBound < range.upperBound else { break }
        guard let marked = span.piece.columns(of: match) else { continue }
        let shown = marked.clamped(to: 0..<max(0, columns))
        surface.restyle(
          column: place.column + shown.lowerBound,
          row: place.row,
          columns: shown.count,
          with: theme[.match]
        )
      }
    }
  }
}
