import Screen
import Wire

/// The log: its window, the rule above what is unread, and the newest rows while one reads above.
extension ClientModel {
  func drawLog(_ layout: ClientLayout, on surface: inout Surface) {
    let columns = ClientColumns(width: layout.list.size.columns)
    for (line, row) in zip(logLines, layout.list.minRow..<layout.list.maxRow) {
      switch line {
      case .row(let number): draw(number, at: row, in: layout.list, columns, on: &surface)
      case .unread: drawUnreadRule(layout.list, row, on: &surface)
      }
    }
    if let rule = layout.tailRule, let tail = layout.tail { drawTail(rule, tail, columns, on: &surface) }
    if browser.list.count == 0 { drawNothing(layout.list, on: &surface) }
    let isFresh = measures.totals.messagesSent == 0 && measures.totals.messagesReceived == 0 && queue.isEmpty
    if isFresh, browser.filter == nil, layout.list.size.rows >= 3 * browser.log.count + 5 {
      var below = layout.list
      _ = below.takeTop(layout.list.size.rows / 2)
      let lines = ["type a message, Enter sends it", "a message that begins with . ends the session"]
      surface.draw(centered: lines, below, style: look.theme[.muted])
    }
  }

  /// Says why no row is there, when there were some.
  private func drawNothing(_ rect: Rect, on surface: inout Surface) {
    guard browser.filter != nil, browser.log.count > 0 else { return }
    let words = [browser.isComplete ? "the filter lets nothing through" : "filtering…", "/filter alone drops it"]
    var below = rect
    _ = below.takeTop((rect.size.rows - 1) / 2)
    surface.draw(centered: words, below, style: look.theme[.muted])
  }

  private func drawUnreadRule(_ rect: Rect, _ row: Int, on surface: inout Surface) {
    drawRule("\(Figures.grouped(UInt64(unread.count))) unread", rect, row, style: look.theme[.unread], on: &surface)
  }

  /// A rule with a word in the middle, from side to side.
  private func drawRule(_ word: String, _ rect: Rect, _ row: Int, style: Style, on surface: inout Surface) {
    let columns = rect.size.columns
    surface.drawRule(column: rect.minColumn, row: row, columns: columns, glyphs: look.glyphs, style: style)
    let width = Surface.columns(of: word) + 2
    guard width <= columns else { return }
    surface.draw(" \(word) ", column: rect.minColumn + (columns - width) / 2, row: row, columns: width, style: style)
  }

  /// The newest rows, below the ones that are being read.
  private func drawTail(_ rule: Rect, _ tail: Rect, _ columns: ClientColumns, on surface: inout Surface) {
    let new = browser.newCount
    let word = new > 0 ? "newest, \(Figures.grouped(UInt64(new))) new" : "newest"
    drawRule(word, rule, rule.minRow, style: look.theme[.border], on: &surface)
    let viewport = browser.viewport
    let count = UInt64(min(tail.size.rows, viewport.count))
    for (number, row) in zip(max(viewport.end - count, viewport.visible.upperBound)..<viewport.end, tail.minRow...) {
      draw(number, at: row, in: tail, columns, on: &surface)
    }
  }

  private func draw(_ number: UInt64, at line: Int, in rect: Rect, _ columns: ClientColumns, on surface: inout Surface)
  {
    guard let row = browser.log[browser.list.id(of: number)] else { return }
    let isSelected = number == browser.viewport.selection
    func style(_ role: Role) -> Style { look.theme[role, selected: isSelected] }
    if isSelected {
      let whole = Rect(column: rect.minColumn, row: line, columns: rect.size.columns, rows: 1)
      surface.fill(whole, style: style(.text))
      surface.draw(">", column: rect.minColumn, row: line, columns: 1, style: style(.text))
    }
    var cursor = ListRow(line, rect.minColumn, limit: rect.maxColumn)
    if let clock = columns.clock {
      let time = Figures.clock(row.time, offset: now.offset, clock)
      cursor.left(time, clock.columns, style(.muted), on: &surface)
    }
    let (sign, role) = sign(row)
    cursor.left(sign, columns.sign, style(role), on: &surface)
    cursor.right(row.isNotice ? "" : Figures.scaled(row.wireCount), columns.bytes, style(.text), on: &surface)
    cursor.right(roundTripText(row), columns.roundTrip, style(.muted), on: &surface)
    RowPreview(browser, look: look, isSelected: isSelected).draw(
      row.payload,
      at: Point(column: cursor.column, row: line),
      columns: min(columns.text, rect.maxColumn - cursor.column),
      row.isNotice ? role : .text,
      on: &surface
    )
  }

  private func sign(_ row: ClientLog.Row) -> (text: String, role: Role) {
    if row.flags.contains(.truncated) { return ("<cut", .warning) }
    if row.flags.contains(.partial) { return ("<part", .warning) }
    return (row.kind.sign, ClientModel.role(row.kind))
  }

  private static func role(_ kind: ClientLog.Kind) -> Role {
    switch kind {
    case .sent(.queued), .sent(.waiting): .waiting
    case .sent(.written): .sent
    case .sent(.answered): .ok
    case .sent(.late), .sent(.timedOut): .warning
    case .sent(.resent): .muted
    case .sent(.inDoubt), .sent(.failed), .alert: .error
    case .received: .received
    case .event: .notice
    }
  }

  private func roundTripText(_ row: ClientLog.Row) -> String {
    switch row.kind {
    case .sent(.answered(let time)), .sent(.late(let time)): Figures.latency(nanoseconds: time)
    case .sent(.timedOut): ">" + Figures.latency(nanoseconds: timeoutNanoseconds)
    default: ""
    }
  }
}
