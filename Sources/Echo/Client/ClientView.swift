package import Screen
import Wire

extension ClientModel {
  package func view() -> Surface {
    var surface = Surface(size: size)
    let layout = layout
    if let rect = layout.title { drawTitle(rect, on: &surface) }
    drawList(layout.list, on: &surface)
    if let rect = layout.side { drawTotals(rect, on: &surface) }
    if let rect = layout.counters { drawCounters(rect, on: &surface) }
    if let rect = layout.status { drawStatus(rect, on: &surface) }
    drawInput(layout.input, on: &surface)
    if let rect = layout.hints { Hints.draw(ClientKeys.map.hints, rect, look, on: &surface) }
    if case .help(let help) = focus {
      surface.cursor = nil
      surface.draw(help, in: Rect(size: size), theme: look.theme, glyphs: look.glyphs)
    }
    return surface
  }

  // MARK: Bars

  private func drawTitle(_ rect: Rect, on surface: inout Surface) {
    let style = look.theme[.titleBar]
    surface.fill(rect, style: style)
    var fields = BarFields(columns: rect.size.columns)
    fields.add(Printable.text(title.utf8), rank: 1)
    fields.add(phaseText, rank: 0)
    if counters.roundTrips.count > 0 {
      fields.add("rtt \(Figures.latency(nanoseconds: counters.roundTrips.last))", rank: 2)
    }
    fields.addRight("client", rank: 4)
    fields.addRight("F1 help", rank: 3)
    surface.draw(fields, rect, style: style)
  }

  private var phaseText: String {
    switch phase {
    case .starting: "START"
    case .resolving(let host): "RESOLVING \(Printable.text(host.utf8))"
    case .connecting(let address): address.isEmpty || title.hasSuffix(address) ? "CONNECTING" : "CONNECTING \(address)"
    case .up(let since):
      size.columns < ClientLayout.elapsedColumns
        ? "UP" : "UP \(Figures.elapsed(nanoseconds: now.time.nanoseconds - since.nanoseconds))"
    case .closing: "CLOSING"
    case .down: "DOWN"
    }
  }

  private func drawCounters(_ rect: Rect, on surface: inout Surface) {
    let theme = look.theme
    let totals = counters.totals
    var column = rect.minColumn + 1
    func add(_ text: String, _ role: Role) {
      let room = rect.maxColumn - column
      guard Surface.columns(of: text, upTo: room) <= room else { return }
      column += surface.draw(text, column: column, row: rect.minRow, columns: room, style: theme[role]) + 2
    }
    let isWide = rect.size.columns >= 76
    add("> \(Figures.grouped(totals.messagesSent))  \(Figures.scaled(totals.bytesSent))", .sent)
    if isWide { add("\(Figures.grouped(counters.sentRate.current.messages))/s", .muted) }
    add("< \(Figures.grouped(totals.messagesReceived))  \(Figures.scaled(totals.bytesReceived))", .received)
    if isWide { add("\(Figures.grouped(counters.receivedRate.current.messages))/s", .muted) }
    add("pend \(counters.pending + UInt64(queue.count))", counters.pending > 0 || !queue.isEmpty ? .waiting : .muted)
    add("T/O \(totals.timedOut)", totals.timedOut > 0 ? .warning : .muted)
    add("err \(counters.failed)", counters.failed > 0 ? .error : .muted)
    let room = min(30, rect.maxColumn - column - 1)
    guard room >= 10 else { return }
    surface.draw(
      Sparkline(counters.receivedRate.messageCounts).text(columns: room, glyphs: look.glyphs),
      column: rect.maxColumn - 1 - room,
      row: rect.minRow,
      columns: room,
      style: theme[.accent]
    )
  }

  /// The one line of a screen that is too small for bars.
  private var counterText: String {
    let totals = counters.totals
    return ">\(totals.messagesSent) <\(totals.messagesReceived) T/O \(totals.timedOut)"
  }

  private func drawStatus(_ rect: Rect, on surface: inout Surface) {
    let (message, role) = statusMessage
    guard message.isEmpty else {
      surface.fill(rect, style: look.theme[role])
      surface.draw(
        message,
        column: rect.minColumn + 1,
        row: rect.minRow,
        columns: rect.size.columns - 1,
        style: look.theme[role]
      )
      return
    }
    let style = look.theme[.statusBar]
    surface.fill(rect, style: style)
    var fields = BarFields(columns: rect.size.columns)
    let mode = list.isFollowing ? "FOLLOW" : "HOLD +\(Figures.grouped(UInt64(list.newCount))) new"
    fields.add(mode, rank: 0)
    if let text = inputText { fields.add(text, rank: 1) }
    if counters.pending > 0, layout.counters == nil { fields.add("pend \(counters.pending)", rank: 2) }
    fields.addRight("framing \(framing)", rank: 4)
    if !awaitsReceipts { fields.addRight("no receipts", rank: 3) }
    surface.draw(fields, rect, style: style)
  }

  /// What has to be told now, in place of the status.
  private var statusMessage: (String, Role) {
    if case .pasteQuestion(let messages) = focus { return (messages.question, .warning) }
    if let notice { return (notice, .warning) }
    switch ending {
    case .none: break
    case .stopMessage: return ("awaiting the receipt of the message that ends the session", .warning)
    case .whenSent: return ("quits when what is queued has been sent", .warning)
    case .asked: return ("everything has been said; awaiting what is due", .warning)
    }
    if input.characters.first?.utf8.first == ClientModel.stopByte {
      return ("a message that begins with . ends the session", .warning)
    }
    return ("", .text)
  }

  private func drawInput(_ rect: Rect, on surface: inout Surface) {
    var rest = rect
    if rect.size.columns >= 8 {
      let prompt = rest.takeLeft(2)
      surface.draw(">", column: prompt.minColumn, row: prompt.minRow, columns: 1, style: look.theme[.prompt])
    }
    surface.draw(input, in: rest, style: look.theme[.text], escapeStyle: look.theme[.escape])
    if case .pasteQuestion = focus { surface.cursor = nil }
    if layout.status == nil, let rect = layout.counters {
      let (message, role) = statusMessage
      surface.draw(
        message.isEmpty ? counterText : message,
        column: rect.minColumn,
        row: rect.minRow,
        columns: rect.size.columns,
        style: look.theme[role]
      )
    }
  }

  private func drawTotals(_ rect: Rect, on surface: inout Surface) {
    let theme = look.theme
    for row in rect.minRow..<rect.maxRow {
      surface.put(Cell(look.glyphs.vertical, style: theme[.border]), column: rect.minColumn, row: row)
    }
    let totals = counters.totals
    let trips = counters.roundTrips
    func time(_ nanoseconds: Int64) -> String { trips.count > 0 ? Figures.latency(nanoseconds: nanoseconds) : "-" }
    let lines: [(String, String)?] = [
      ("sent", Figures.quantity(totals.messagesSent, "message")),
      ("", Figures.scaled(totals.bytesSent)),
      ("received", Figures.quantity(totals.messagesReceived, "message")),
      ("", Figures.scaled(totals.bytesReceived)),
      nil,
      ("receipts", Figures.grouped(totals.receipts)),
      ("pending", Figures.grouped(counters.pending + UInt64(queue.count))),
      ("timed out", Figures.grouped(totals.timedOut)),
      ("late", Figures.grouped(counters.late)),
      ("in doubt", Figures.grouped(counters.failed)),
      nil,
      ("rtt last", time(trips.last)),
      ("rtt min", time(trips.least)),
      ("rtt avg", time(trips.average)),
      ("rtt max", time(trips.most)),
    ]
    for (index, line) in lines.enumerated() where rect.minRow + index < rect.maxRow {
      guard let (name, value) = line else { continue }
      let row = rect.minRow + index
      let left = rect.minColumn + 2
      surface.draw(name, column: left, row: row, columns: 12, style: theme[.muted])
      surface.drawRight(value, column: left + 12, row: row, columns: rect.size.columns - 15, style: theme[.text])
    }
  }

  // MARK: The log

  private func drawList(_ rect: Rect, on surface: inout Surface) {
    guard !rect.isEmpty else { return }
    let columns = ClientColumns(width: rect.size.columns)
    for (offset, id) in list.visible.enumerated() {
      guard let row = log[id] else { continue }
      draw(row, at: rect.minRow + offset, isNew: id == list.firstNew, in: rect, columns, on: &surface)
    }
    let isFresh = counters.totals.messagesSent == 0 && counters.totals.messagesReceived == 0 && queue.isEmpty
    if isFresh, rect.size.rows >= 3 * log.count + 5 {
      var below = rect
      _ = below.takeTop(rect.size.rows / 2)
      let lines = ["type a message, Enter sends it", "a message that begins with . ends the session"]
      surface.draw(centered: lines, below, style: look.theme[.muted])
    }
  }

  private func draw(
    _ row: ClientLog.Row,
    at line: Int,
    isNew: Bool,
    in rect: Rect,
    _ columns: ClientColumns,
    on surface: inout Surface
  ) {
    let theme = look.theme
    if isNew { surface.draw(">", column: rect.minColumn, row: line, columns: 1, style: theme[.unread]) }
    var cursor = ListRow(line, rect.minColumn, limit: rect.maxColumn)
    if let clock = columns.clock {
      let time = Figures.clock(row.time, offset: now.offset, clock)
      cursor.left(time, clock.columns, theme[.muted], on: &surface)
    }
    let sign = sign(row)
    cursor.left(sign.text, columns.sign, theme[sign.role], on: &surface)
    let isNotice = row.kind == .event || row.kind == .alert
    cursor.right(isNotice ? "" : Figures.scaled(row.wireCount), columns.bytes, theme[.text], on: &surface)
    cursor.right(roundTripText(row), columns.roundTrip, theme[.muted], on: &surface)
    if isNotice {
      cursor.left(String(decoding: row.payload, as: UTF8.self), columns.text, theme[sign.role], on: &surface)
      return
    }
    row.payload.withUnsafeBytes { bytes in
      _ = surface.draw(
        untrusted: bytes,
        at: Point(column: cursor.column, row: line),
        columns: min(columns.text, rect.maxColumn - cursor.column),
        style: theme[.text],
        escapeStyle: theme[.escape]
      )
    }
  }

  private func sign(_ row: ClientLog.Row) -> (text: String, role: Role) {
    switch row.kind {
    case .sent(.queued): (">q", .waiting)
    case .sent(.written): (">", .sent)
    case .sent(.waiting): (">wait", .waiting)
    case .sent(.answered): (">ok", .ok)
    case .sent(.late): (">late", .warning)
    case .sent(.timedOut): (">T/O", .warning)
    case .sent(.failed): (">ERR", .error)
    case .received:
      row.flags.contains(.truncated)
        ? ("<cut", .warning) : row.flags.contains(.partial) ? ("<part", .warning) : ("<", .received)
    case .event: ("--", .notice)
    case .alert: ("!!", .error)
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
