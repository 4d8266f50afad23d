/// A box over the picture that lists keys and what they do, scrolled when it is longer than the screen.
package struct HelpTable: Hashable, Sendable {
  /// A key and its action; without keys a heading.
  package struct Entry: Hashable, Sendable {
    package let keys: String
    package let action: String

    package init(_ keys: String, _ action: String) {
      self.keys = keys
      self.action = action
    }

    package static func heading(_ text: String) -> Entry { Entry("", text) }
  }

  package let title: String
  package let entries: [Entry]
  /// The first row shown; kept in bounds by `scroll`, and by `draw` for the height at hand.
  package private(set) var offset = 0

  package init(title: String, entries: [Entry]) {
    self.title = title
    self.entries = entries
  }

  /// Scrolls in a screen of that size; down is positive.
  package mutating func scroll(by distance: Int, in size: Size) {
    let inside = Self.inside(box(in: Rect(size: size))).size
    let last = Self.lastOffset(of: rows(columns: inside.columns).count, rows: inside.rows)
    let (target, isOver) = min(offset, last).addingReportingOverflow(distance)
    offset = isOver ? (distance < 0 ? 0 : last) : min(max(0, target), last)
  }

  /// Rows that a page goes on by in a screen of that size: the last one stays in sight.
  package func page(in size: Size) -> Int { max(1, Self.inside(box(in: Rect(size: size))).size.rows - 1) }

  /// The entries as rows of a width: what is too long goes on below its beginning.
  private func rows(columns: Int) -> [Entry] {
    let room = columns - shownKeyColumns(columns) - 2
    return entries.flatMap { entry in
      guard !entry.keys.isEmpty else { return WrappedText.rows(of: entry.action, columns: columns).map(Entry.heading) }
      let keys = WrappedText.rows(of: entry.keys, columns: columns - room - 2)
      let actions = WrappedText.rows(of: entry.action, columns: room)
      return (0..<max(keys.count, actions.count)).map { row in
        // A blank for keys, for without any a row is a heading.
        Entry(row < keys.count ? keys[row] : " ", row < actions.count ? actions[row] : "")
      }
    }
  }

  private func shownKeyColumns(_ columns: Int) -> Int { min(keyColumns, columns / 2) }

  /// The width of the widest entry.
  private var wantedColumns: Int {
    let actions = entries.map { entry in
      Surface.columns(of: entry.action) + (entry.keys.isEmpty ? 0 : keyColumns + 2)
    }
    return max(actions.max() ?? 0, Surface.columns(of: title) + 4)
  }

  private var keyColumns: Int { entries.map { Surface.columns(of: $0.keys) }.max() ?? 0 }

  private func box(in rect: Rect) -> Rect {
    let columns = min(wantedColumns + 4, rect.size.columns)
    return rect.centered(Size(columns: columns, rows: rows(columns: columns - 4).count + 2))
  }

  /// What the frame leaves; on a screen too small for a frame everything.
  private static func inside(_ box: Rect) -> Rect {
    hasFrame(box) ? box.inset(columns: 2, rows: 1) : box
  }

  private static func hasFrame(_ box: Rect) -> Bool { box.size.columns >= 8 && box.size.rows >= 3 }

  private static func lastOffset(of count: Int, rows: Int) -> Int { max(0, count - max(1, rows)) }
}

extension Surface {
  /// Draws a help table in the middle of a rectangle, in whatever size there is; `~` in the frame says that it goes on.
  package mutating func draw(_ help: HelpTable, in rect: Rect, theme: Theme, glyphs: Glyphs = .unicode) {
    help.draw(on: &self, in: rect.clipped(to: size), theme: theme, glyphs: glyphs)
  }
}

extension HelpTable {
  fileprivate func draw(on surface: inout Surface, in rect: Rect, theme: Theme, glyphs: Glyphs) {
    let box = box(in: rect)
    guard !box.isEmpty else { return }
    surface.fill(box, style: theme[.text])
    let inside = Self.inside(box)
    let rows = rows(columns: inside.size.columns)
    let first = min(offset, Self.lastOffset(of: rows.count, rows: inside.size.rows))
    let shown = rows[first...].prefix(inside.size.rows)
    if Self.hasFrame(box) {
      surface.drawFrame(box, title: title, glyphs: glyphs, style: theme[.border], titleStyle: theme[.accent])
      let more = Cell(Surface.ellipsis, style: theme[.border])
      if first > 0 { surface.put(more, column: box.maxColumn - 2, row: box.minRow) }
      if shown.endIndex < rows.count { surface.put(more, column: box.maxColumn - 2, row: box.maxRow - 1) }
      let advice = shown.count < rows.count ? " Up Down scroll, another key closes " : " any key closes "
      if Surface.columns(of: advice) + 6 <= box.size.columns {
        surface.draw(advice, column: box.minColumn + 2, row: box.maxRow - 1, style: theme[.hint])
      }
    }
    let keyColumns = shownKeyColumns(inside.size.columns)
    for (row, entry) in shown.enumerated() {
      let row = inside.minRow + row
      guard !entry.keys.isEmpty else {
        let columns = inside.size.columns
        surface.draw(entry.action, column: inside.minColumn, row: row, columns: columns, style: theme[.accent])
        continue
      }
      surface.draw(entry.keys, column: inside.minColumn, row: row, columns: keyColumns, style: theme[.hintKey])
      surface.draw(
        entry.action,
        column: inside.minColumn + keyColumns + 2,
        row: row,
        columns: inside.size.columns - keyColumns - 2,
        style: theme[.text]
      )
    }
  }
}
