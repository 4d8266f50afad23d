extension Surface {
  /// Stands in the last column of a field whose text goes on.
  package static let ellipsis: Unicode.Scalar = "~"

  /// Draws foreign bytes as `Printable` shows them in a field of at most `limit` columns, `skip` columns scrolled off its
  /// left; costs what is skipped and shown, whatever the bytes' length.
  ///
  /// An escape is never cut at the right; what is cut shows `~` in the field's last column. The field is also cut at the
  /// surface's edge. `matchStyle` is laid over what stands for the bytes of `matches`, which are in order and do not
  /// overlap. A language with backslashes of its own sets `escapesBackslash` to false. Returns the columns used.
  @discardableResult
  package mutating func draw(
    untrusted bytes: UnsafeRawBufferPointer,
    at point: Point,
    columns limit: Int,
    skip: Int = 0,
    escapesBackslash: Bool = true,
    style: Style = .plain,
    escapeStyle: Style = .plain,
    matches: [Range<Int>] = [],
    matchStyle: Style = .plain
  ) -> Int {
    var pieces = Printable.Pieces(bytes, escapesBackslash: escapesBackslash)
    return draw(
      &pieces,
      of: bytes,
      at: point,
      columns: limit,
      skip: skip,
      style: style,
      escapeStyle: escapeStyle,
      matches: matches[...],
      matchStyle: matchStyle
    )
  }

  /// Draws text of our own, or the user's, in a field of at most `limit` columns: like foreign bytes, but a backslash is
  /// a backslash. Returns the columns used.
  @discardableResult
  package mutating func draw(
    _ text: String,
    column: Int,
    row: Int,
    columns limit: Int = .max,
    skip: Int = 0,
    style: Style = .plain,
    escapeStyle: Style? = nil
  ) -> Int {
    var text = text
    return text.withUTF8 { utf8 in
      let bytes = UnsafeRawBufferPointer(utf8)
      var pieces = Printable.Pieces(bytes, escapesBackslash: false)
      return draw(
        &pieces,
        of: bytes,
        at: Point(column: column, row: row),
        columns: limit,
        skip: skip,
        style: style,
        escapeStyle: escapeStyle ?? style
      )
    }
  }

  /// Draws text against the right end of a field of `columns` columns, as numbers want it; text that is too long is cut
  /// at its end. Returns the columns used.
  @discardableResult
  package mutating func drawRight(_ text: String, column: Int, row: Int, columns: Int, style: Style = .plain) -> Int {
    let width = Surface.columns(of: text, upTo: columns)
    return draw(text, column: column + max(0, columns - width), row: row, columns: columns, style: style)
  }

  /// The columns `draw` takes for a text, counted no further than just past `limit`.
  package static func columns(of text: String, upTo limit: Int = .max) -> Int {
    var text = text
    return text.withUTF8 { Printable.columns(of: UnsafeRawBufferPointer($0), upTo: limit, escapesBackslash: false) }
  }

  private mutating func draw(
    _ pieces: inout Printable.Pieces,
    of bytes: UnsafeRawBufferPointer,
    at point: Point,
    columns limit: Int,
    skip: Int,
    style: Style,
    escapeStyle: Style,
    matches: ArraySlice<Range<Int>> = [],
    matchStyle: Style = .plain
  ) -> Int {
    guard point.row >= 0, point.row < size.rows, point.column < size.columns else { return 0 }
    let limit = min(limit, size.columns - point.column)
    guard limit > 0 else { return 0 }
    var hidden = max(0, skip)
    var used = 0
    var matches = matches
    while let piece = pieces.next(atMost: hidden > 0 ? hidden : limit - used) {
      if hidden >= piece.columns {
        hidden -= piece.columns
        continue
      }
      let end = used + piece.columns - hidden
      // The last column stays free for the mark unless the text ends there; a run of ASCII gives it up later.
      guard piece.isRun || end < limit || (end == limit && pieces.isAtEnd) else {
        fill(Rect(column: point.column + used, row: point.row, columns: limit - used, rows: 1), style: style)
        return cut(at: point, limit: limit, style: escapeStyle)
      }
      let place = Point(column: point.column + used - hidden, row: point.row)
      if let escape = piece.escape {
        put(escape, at: place, skip: hidden, style: escapeStyle)
      } else {
        put(UnsafeRawBufferPointer(rebasing: bytes[piece.range]), at: place, skip: hidden, style: style)
      }
      while let match = matches.first, match.upperBound <= piece.range.lowerBound { matches.removeFirst() }
      for match in matches {
        guard match.lowerBound < piece.range.upperBound else { break }
        guard let columns = piece.columns(of: match) else { continue }
        let shown = max(columns.lowerBound, hidden)..<max(columns.upperBound, hidden)
        restyle(column: place.column + shown.lowerBound, row: place.row, columns: shown.count, with: matchStyle)
      }
      used = end
      hidden = 0
      if used == limit { return pieces.isAtEnd ? used : cut(at: point, limit: limit, style: escapeStyle) }
    }
    return used
  }

  private mutating func cut(at point: Point, limit: Int, style: Style) -> Int {
    put(Cell(Surface.ellipsis, style: style), column: point.column + limit - 1, row: point.row)
    return limit
  }

  private mutating func put(_ escape: Printable.Escape, at place: Point, skip: Int, style: Style) {
    for index in min(skip, escape.count)..<escape.count {
      put(Cell(Unicode.Scalar(escape[index]), style: style), column: place.column + index, row: place.row)
    }
  }

  /// Puts text that `Printable` let through; the half of a wide character that `skip` leaves is a blank.
  private mutating func put(_ text: UnsafeRawBufferPointer, at place: Point, skip: Int, style: Style) {
    var column = 0
    var pending: Cell?
    func flush(into surface: inout Surface) {
      guard let cell = pending else { return }
      let width = Int(cell.width)
      if column >= skip {
        surface.put(cell, column: place.column + column, row: place.row)
      } else if column + width > skip {
        surface.put(Cell(" ", style: style), column: place.column + skip, row: place.row)
      }
      column += width
    }
    var index = 0
    while index < text.count {
      let unit = Printable.Unit(text, at: index)
      index += unit.length
      guard let scalar = unit.scalar else { continue }
      let width = ScalarWidth.classify(scalar).columns
      if width == 0 {
        pending?.append(mark: scalar)
      } else {
        flush(into: &self)
        pending = Cell(scalar, width: width, style: style)
      }
    }
    flush(into: &self)
  }
}
