import Screen

/// The texts of messages and nothing else, wrapped to the whole width, for the terminal's own selection.
///
/// It stands still, whatever comes: it would take away what the user is about to select.
struct BareView: Hashable, Sendable {
  /// The log's id of the message whose row is at the bottom of the screen, and a byte of that row.
  private var id: UInt64
  private var offset = Int.max

  /// With the last message of the log's window at the bottom.
  init(_ browser: LogBrowser<ClientLog>) {
    let bottom = browser.viewport.visible.last ?? browser.viewport.first
    id = browser.list.count > 0 ? browser.list.id(of: bottom) : 0
  }

  /// Scrolls; false when the key closes it.
  mutating func press(_ key: Key, _ browser: LogBrowser<ClientLog>, size: Size) -> Bool {
    let page = max(1, size.rows - 1)
    switch key {
    case Key(.up): scroll(by: -1, browser, size: size)
    case Key(.down): scroll(by: 1, browser, size: size)
    case Key(.pageUp): scroll(by: -page, browser, size: size)
    case Key(.pageDown): scroll(by: page, browser, size: size)
    default: return false
    }
    return true
  }

  /// Scrolls by rows of the screen; up is negative, and ends with the oldest row at the top.
  mutating func scroll(by distance: Int, _ browser: LogBrowser<ClientLog>, size: Size) {
    guard var bottom = cursor(browser, columns: size.columns) else { return }
    var steps = distance.magnitude
    if distance < 0, var top = cursor(browser, columns: size.columns) {
      for _ in 1..<max(2, size.rows) where !top.previous(in: browser) { return }
      var room = 0
      while room < steps, top.previous(in: browser) { room += 1 }
      steps = UInt(room)
    }
    for _ in 0..<steps { guard distance < 0 ? bottom.previous(in: browser) : bottom.next(in: browser) else { break } }
    (id, offset) = (bottom.id, bottom.offset)
  }

  /// Draws rows from the bottom upwards.
  func draw(_ browser: LogBrowser<ClientLog>, on surface: inout Surface, _ look: Look) {
    var rest = Rect(size: surface.size)
    guard !rest.isEmpty else { return }
    guard var cursor = cursor(browser, columns: rest.size.columns) else {
      return surface.draw(centered: ["no messages here; any key goes back"], rest, style: look.theme[.muted])
    }
    repeat {
      cursor.draw(in: rest.takeBottom(1), on: &surface, look)
    } while !rest.isEmpty && cursor.previous(in: browser)
  }

  private func cursor(_ browser: LogBrowser<ClientLog>, columns: Int) -> BareCursor? {
    BareCursor(browser, id: id, offset: offset, columns: columns)
  }
}

/// Stands at one row of the texts of a log's messages, and walks from row to row over all of them.
private struct BareCursor {
  private let columns: Int
  private var row: UInt64
  private var payload: ArraySlice<UInt8> = []
  /// nil for a message without bytes, which has one empty row.
  private var text: DetailCursor?
  private(set) var id: UInt64 = 0

  var offset: Int { text?.offset ?? 0 }

  /// The row of a byte of the message of that id, or the last row of the one before; nil where there is none.
  init?(_ browser: LogBrowser<ClientLog>, id: UInt64, offset: Int, columns: Int) {
    self.columns = columns
    row = min(max(browser.list.row(from: id), browser.viewport.first), browser.viewport.end)
    if row < browser.viewport.end, browser.list.id(of: row) == id, enter(browser, at: offset) { return }
    row += row < browser.viewport.end ? 1 : 0
    if previousMessage(in: browser) { return }
    row -= row > 0 ? 1 : 0
    guard nextMessage(in: browser) else { return nil }
  }

  mutating func previous(in browser: LogBrowser<ClientLog>) -> Bool {
    text?.previous() == true || previousMessage(in: browser)
  }

  mutating func next(in browser: LogBrowser<ClientLog>) -> Bool { text?.next() == true || nextMessage(in: browser) }

  func draw(in rect: Rect, on surface: inout Surface, _ look: Look) {
    guard let text else { return }
    payload.withUnsafeBytes {
      text.rows.draw(
        row: text.row,
        of: $0,
        in: rect,
        on: &surface,
        escapesBackslash: true,
        theme: look.theme,
        highlight: []
      )
    }
  }

  private mutating func previousMessage(in browser: LogBrowser<ClientLog>) -> Bool {
    var candidate = self
    while candidate.row > browser.viewport.first {
      candidate.row -= 1
      guard candidate.enter(browser, at: .max) else { continue }
      self = candidate
      return true
    }
    return false
  }

  private mutating func nextMessage(in browser: LogBrowser<ClientLog>) -> Bool {
    var candidate = self
    while candidate.row + 1 < browser.viewport.end {
      candidate.row += 1
      guard candidate.enter(browser, at: 0) else { continue }
      self = candidate
      return true
    }
    return false
  }

  /// Takes the row of the list if it is a message.
  private mutating func enter(_ browser: LogBrowser<ClientLog>, at offset: Int) -> Bool {
    id = browser.list.id(of: row)
    guard let message = browser.log[id], !message.isNotice else { return false }
    payload = message.payload
    text = DetailCursor(DetailText(bytes: payload, outline: nil), width: columns, at: offset)
    if offset == .max { while text?.next() == true {} }
    return true
  }
}
