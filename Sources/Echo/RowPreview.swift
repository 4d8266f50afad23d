import Screen

/// The text of a row in a list: a window of its bytes as far as there are columns, with what a search found marked.
struct RowPreview {
  private let look: Look
  private let isSelected: Bool
  private let pattern: SearchPattern?
  /// Of what a picture may cost each row has its share, so that a hostile one takes no marks from the others.
  private let budget: WorkBudget

  init(_ browser: LogBrowser<some StretchedLog>, look: Look, isSelected: Bool) {
    self.look = look
    self.isSelected = isSelected
    pattern = browser.pattern
    budget = WorkBudget.picture.share(of: browser.viewport.visible.count)
  }

  /// Bytes of the selected row in which a match is looked for, to be brought into sight.
  private static let selectedBytes = 4096

  /// `skip`: columns of the text that are scrolled off to the left. In the selected row the first match is brought into sight.
  func draw(
    _ bytes: ArraySlice<UInt8>,
    at point: Point,
    columns: Int,
    skip: Int = 0,
    _ role: Role,
    on surface: inout Surface
  ) {
    let theme = look.theme
    let columns = max(0, columns)
    // No more bytes than can be seen: a base and three marks take sixteen a column.
    let seen = max((columns + skip) * 16, isSelected ? RowPreview.selectedBytes : 0)
    bytes.withUnsafeBytes { bytes in
      let matches = pattern?.ranges(in: bytes, window: 0..<seen, budget: budget) ?? []
      // Who scrolls sideways sees what they scroll to.
      let start = isSelected && skip == 0 ? RowPreview.start(of: matches.first, in: bytes, columns: columns) : skip
      _ = surface.draw(
        untrusted: bytes,
        at: point,
        columns: columns,
        skip: start,
        style: theme[role, selected: isSelected],
        escapeStyle: theme[.escape, selected: isSelected],
        matches: matches,
        matchStyle: theme[.match, selected: isSelected]
      )
      guard start > skip, columns > 0 else { return }
      surface.put(
        Cell(Surface.ellipsis, style: theme[.escape, selected: isSelected]),
        column: point.column,
        row: point.row
      )
    }
  }

  /// The columns to skip so that a match is seen, with something of what is before it.
  private static func start(
    of match: Range<Int>?,
    in bytes: UnsafeRawBufferPointer,
    columns: Int
  ) -> Int {
    guard let match, columns >= 4 else { return 0 }
    let column = Printable.columns(of: UnsafeRawBufferPointer(rebasing: bytes[..<match.lowerBound]))
    return column >= columns - 1 ? column - columns / 3 : 0
  }
}
