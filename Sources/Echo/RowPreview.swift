import Screen

/// The text of a row in a list: a window of its bytes as far as there are columns, with what a search found marked.
struct RowPreview {
  private let look: Look
  private let isSelected: Bool
  private let pattern: SearchPattern?
  /// Of what a picture may cost each row has its share, so that a hostile one takes no marks from the others.
  private let budget: WorkBudget

  init(_ browser: LogBrowser<some RowLog>, look: Look, isSelected: Bool) {
    self.look = look
    self.isSelected = isSelected
    pattern = browser.pattern
    budget = WorkBudget.picture.share(of: browser.viewport.visible.count)
  }

  /// `skip`: columns of the text that are scrolled off to the left.
  func draw(
    _ bytes: ArraySlice<UInt8>,
    at point: Point,
    columns: Int,
    skip: Int = 0,
    _ role: Role,
    on surface: inout Surface
  ) {
    let theme = look.theme
    // No more bytes than can be seen: a base and three marks take sixteen a column.
    let seen = (max(0, columns) + skip) * 16
    bytes.withUnsafeBytes { bytes in
      _ = surface.draw(
        untrusted: bytes,
        at: point,
        columns: max(0, columns),
        skip: skip,
        style: theme[role, selected: isSelected],
        escapeStyle: theme[.escape, selected: isSelected],
        matches: pattern?.ranges(in: bytes, window: 0..<seen, budget: budget) ?? [],
        matchStyle: theme[.match, selected: isSelected]
      )
    }
  }
}
