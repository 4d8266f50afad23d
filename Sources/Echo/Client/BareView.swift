import Screen

/// The texts of messages and nothing else, wrapped to the whole width, for the terminal's own selection.
///
/// It stands still, whatever comes: it would take away what the user is about to select.
struct BareView: Hashable, Sendable {
  /// One past the list's row at the bottom.
  private(set) var end: UInt64

  /// Scrolls; false when the key closes it.
  mutating func press(_ key: Key, _ browser: LogBrowser<ClientLog>, size: Size) -> Bool {
    let page = max(1, Int(end - min(end, top(browser, size: size))) - 1)
    switch key {
    case Key(.up): up(1, browser, size)
    case Key(.down): down(1, browser)
    case Key(.pageUp): up(page, browser, size)
    case Key(.pageDown): down(page, browser)
    default: return false
    }
    return true
  }

  /// Goes no further up than until the oldest row is in sight.
  private mutating func up(_ rows: Int, _ browser: LogBrowser<ClientLog>, _ size: Size) {
    for _ in 0..<rows where top(browser, size: size) > browser.viewport.first { end -= 1 }
  }

  private mutating func down(_ rows: Int, _ browser: LogBrowser<ClientLog>) {
    end = min(end + UInt64(rows), browser.viewport.end)
  }

  /// The list's row at the top.
  private func top(_ browser: LogBrowser<ClientLog>, size: Size) -> UInt64 {
    var surface = Surface(size: size)
    return draw(browser, on: &surface, Look())
  }

  /// Draws rows from the bottom upwards; returns the list's row at the top.
  @discardableResult
  func draw(_ browser: LogBrowser<ClientLog>, on surface: inout Surface, _ look: Look) -> UInt64 {
    var rest = Rect(size: surface.size)
    var next = min(max(end, browser.viewport.first), browser.viewport.end)
    while !rest.isEmpty, next > browser.viewport.first {
      next -= 1
      guard let row = browser.log[browser.list.id(of: next)], !row.isNotice else { continue }
      BareView.draw(row.payload, in: &rest, on: &surface, look)
    }
    if rest.size.rows == surface.size.rows {
      surface.draw(centered: ["no messages here; any key goes back"], rest, style: look.theme[.muted])
    }
    return next
  }

  /// Draws the rows of a text at the bottom of a rectangle, as many as there is room for, and takes that room.
  private static func draw(_ payload: ArraySlice<UInt8>, in rest: inout Rect, on surface: inout Surface, _ look: Look) {
    let text = DetailText(bytes: payload, outline: nil)
    guard var cursor = DetailCursor(text, width: rest.size.columns, at: .max) else {
      _ = rest.takeBottom(1)
      return
    }
    while cursor.next() {}
    payload.withUnsafeBytes { bytes in
      repeat {
        cursor.rows.draw(
          row: cursor.row,
          of: bytes,
          in: rest.takeBottom(1),
          on: &surface,
          escapesBackslash: true,
          theme: look.theme,
          highlight: []
        )
      } while !rest.isEmpty && cursor.previous()
    }
  }
}
