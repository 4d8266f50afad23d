import Screen

extension DetailPane {
  /// Draws the pane into a rectangle; what stands for the bytes of `highlight` (in order, not overlapping) is marked.
  ///
  /// `isFocused`: the keys go to it, which its rule says.
  func draw(
    in rect: Rect,
    on surface: inout Surface,
    look: Look,
    isFocused: Bool = false,
    highlight: [Range<Int>] = []
  ) {
    guard !rect.isEmpty else { return }
    let areas = DetailAreas(self, size: rect.size)
    surface.fill(rect, style: look.theme[.text])
    var rest = rect
    if areas.hasRule { drawRule(rest.takeTop(1), on: &surface, look: look, isFocused: isFocused) }
    if areas.hasCounts { drawCounts(rest.takeBottom(1), on: &surface, theme: look.theme) }
    guard let subject, !subject.bytes.isEmpty else {
      let words = subject == nil ? "nothing selected" : "no bytes"
      surface.draw(
        words,
        column: rest.minColumn,
        row: rest.minRow,
        columns: rest.size.columns,
        style: look.theme[.muted]
      )
      return
    }
    if let hex = hexLayout(columns: rect.size.columns) {
      draw(hex, in: rest.takeTop(areas.hexRows), on: &surface, theme: look.theme, highlight: highlight)
    }
    guard areas.textRows > 0 else { return }
    if areas.textIndent > 0, areas.hexRows > 0 {
      let label = rest.takeLeft(areas.textIndent)
      surface.draw("text", column: label.minColumn, row: label.minRow, style: look.theme[.muted])
    }
    let start = areas.hexRows > 0 ? textStart(areas, columns: rect.size.columns) : position
    rest.size.rows = min(rest.size.rows, areas.textRows)
    drawText(from: start, in: rest, on: &surface, theme: look.theme, highlight: highlight)
  }

  /// Below digits the text begins with the byte they begin with, and ends with the message when they do.
  private func textStart(_ areas: DetailAreas, columns: Int) -> Int {
    guard let hex = hexLayout(columns: columns), position > 0 else { return 0 }
    let last = lastTextTop(width: columns - areas.textIndent, rows: areas.textRows)
    let isAtEnd = position / hex.bytesPerRow + areas.hexRows >= hex.rowCount(subject?.bytes.count ?? 0)
    return isAtEnd ? last : min(position, last)
  }

  private func draw(
    _ hex: HexLayout,
    in rect: Rect,
    on surface: inout Surface,
    theme: Theme,
    highlight: [Range<Int>]
  ) {
    guard let bytes = subject?.bytes else { return }
    var rest = rect
    var offset = position / hex.bytesPerRow * hex.bytesPerRow
    bytes.withUnsafeBytes { raw in
      while rest.size.rows > 0, offset < raw.count {
        let matches = DetailPane.matches(highlight, from: offset)
        hex.draw(raw, from: offset, in: rest.takeTop(1), on: &surface, theme: theme, highlight: matches)
        offset += hex.bytesPerRow
      }
    }
  }

  private func drawText(
    from start: Int,
    in rect: Rect,
    on surface: inout Surface,
    theme: Theme,
    highlight: [Range<Int>]
  ) {
    let text = text
    guard var cursor = DetailCursor(text, width: rect.size.columns, at: start) else { return }
    var rest = rect
    text.bytes.withUnsafeBytes { raw in
      repeat {
        cursor.rows.draw(
          row: cursor.row,
          of: raw,
          in: rest.takeTop(1),
          on: &surface,
          escapesBackslash: text.outline == nil,
          theme: theme,
          highlight: DetailPane.matches(highlight, from: cursor.offset)
        )
      } while rest.size.rows > 0 && cursor.next()
    }
  }

  /// The ranges that end behind `offset`, by a binary search: there may be one for every other byte of a megabyte.
  private static func matches(_ ranges: [Range<Int>], from offset: Int) -> ArraySlice<Range<Int>> {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) >> 1
      if ranges[middle].upperBound <= offset { low = middle + 1 } else { high = middle }
    }
    return ranges[low...]
  }

  // MARK: The lines around it

  /// `── #1281  127.0.0.1:50172  31B in 1 read ─────── 37% hex ──`: titles as far as they fit, the least important go.
  private func drawRule(_ rect: Rect, on surface: inout Surface, look: Look, isFocused: Bool) {
    let style = look.theme[isFocused ? .accent : .border]
    surface.drawRule(
      column: rect.minColumn,
      row: rect.minRow,
      columns: rect.size.columns,
      glyphs: look.glyphs,
      style: style
    )
    let fields = subject?.titleFields.filter { !$0.isEmpty } ?? []
    var room = rect.size.columns - 4
    // The first title is worth more than how it is shown.
    let first = fields.first.map { Surface.columns(of: $0, upTo: room) + 3 } ?? 0
    let labels = subject == nil ? [] : [" \(place)\(mode.rawValue) ", " \(mode.rawValue) "]
    if let label = labels.first(where: { $0.utf8.count + first <= room }) {
      let column = rect.maxColumn - 2 - label.utf8.count
      surface.draw(label, column: column, row: rect.minRow, style: look.theme[.accent])
      room -= label.utf8.count + 1
    }
    var title = ""
    for field in fields {
      let longer = title.isEmpty ? field : "\(title)  \(field)"
      guard title.isEmpty || Surface.columns(of: longer, upTo: room) + 2 <= room else { break }
      title = longer
    }
    guard !title.isEmpty, room >= 4 else { return }
    surface.draw(
      " \(title) ",
      column: rect.minColumn + 2,
      row: rect.minRow,
      columns: room,
      style: look.theme[.text]
    )
  }

  /// How far down it is, when it has been scrolled.
  private var place: String {
    guard let count = subject?.bytes.count, count > 0, position > 0 else { return "" }
    return "\(position * 100 / count)%  "
  }

  private func drawCounts(_ rect: Rect, on surface: inout Surface, theme: Theme) {
    guard let subject else { return }
    var fields: [(text: String, role: Role)] = [
      (
        oddities.illFormed > 0 ? "ill-formed \(oddities.illFormed)" : "utf8 ok",
        oddities.illFormed > 0 ? .warning : .muted
      )
    ]
    if oddities.controls > 0 { fields.append(("ctl \(oddities.controls)", .warning)) }
    if oddities.bidirectional > 0 { fields.append(("bidi \(oddities.bidirectional)", .warning)) }
    if oddities.hidden > 0 { fields.append(("hidden \(oddities.hidden)", .warning)) }
    if subject.lostCount > 0 { fields.append(("cut, \(Figures.bytes(subject.lostCount)) more came", .warning)) }
    fields += subject.notes.map { ($0, .muted) }
    var column = rect.minColumn
    for (text, role) in fields {
      guard column + Surface.columns(of: text) <= rect.maxColumn else { return }
      column += surface.draw(text, column: column, row: rect.minRow, style: theme[role]) + 2
    }
  }
}
