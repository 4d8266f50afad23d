package import Screen
import Wire

extension ClientModel {
  package func view() -> Surface {
    var surface = Surface(size: size)
    let layout = layout
    if let rect = layout.title { drawTitle(rect, on: &surface) }
    drawList(layout.list, on: &surface)
    if let rect = layout.side { drawMeasures(rect, on: &surface) }
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
    fields.add(stateText, rank: 0)
    if link.detail != title.split(separator: " ").last.map(String.init) { fields.add(link.detail, rank: 2) }
    if let retry = reconnection.retry { fields.add("retry in \(retry.seconds(at: now.time))s", rank: 1) }
    if let last = measures.lastRoundTrip { fields.add("rtt \(Figures.latency(nanoseconds: last))", rank: 3) }
    fields.addRight("client", rank: 5)
    fields.addRight("F1 help", rank: 4)
    surface.draw(fields, rect, style: style)
  }

  private var stateText: String {
    let isRoom = size.columns >= ClientLayout.elapsedColumns
    return link.state(at: isRoom ? now.time : nil, hasWritten: queue.givenCount == 0, isStream: !transport.isDatagram)
  }

  private func drawCounters(_ rect: Rect, on surface: inout Surface) {
    let theme = look.theme
    let totals = measures.totals
    // What the sparkline needs at least is kept free where there is room for the rates.
    let isWide = rect.size.columns >= 76
    var fields = BarFields(columns: rect.size.columns - (isWide ? 14 : 0))
    func add(_ name: String, _ count: UInt64, _ role: Role, rank: Int, always: Bool) {
      if always || count > 0 {
        fields.add("\(name) \(Figures.grouped(count))", rank: rank, style: theme[count > 0 ? role : .muted])
      }
    }
    func addRate(_ rate: RateWindow) {
      fields.add("\(Figures.grouped(rate.current.messages))/s", rank: 6, style: theme[.muted])
    }
    fields.add(
      "> \(Figures.grouped(totals.messagesSent))  \(Figures.scaled(totals.bytesSent))",
      rank: 0,
      style: theme[.sent]
    )
    if isWide { addRate(measures.sentRate) }
    fields.add(
      "< \(Figures.grouped(totals.messagesReceived))  \(Figures.scaled(totals.bytesReceived))",
      rank: 0,
      style: theme[.received]
    )
    if isWide { addRate(measures.receivedRate) }
    add("pend", measures.pending + UInt64(queue.count), .waiting, rank: 1, always: true)
    add("T/O", totals.timedOut, .warning, rank: 2, always: true)
    add("in doubt", measures.inDoubt, .error, rank: 2, always: false)
    add("err", measures.refused, .error, rank: 3, always: true)
    let isDatagram = transport.isDatagram
    if isDatagram { add("lost", measures.lost, .warning, rank: 3, always: false) }
    add("late", measures.late, .warning, rank: 4, always: false)
    add("twice", measures.duplicates, .warning, rank: 5, always: false)
    add("disorder", measures.disordered, .warning, rank: 5, always: false)
    for (name, percent) in ClientMeasuresPane.percentiles where percent < 100 {
      guard rect.size.columns >= 96, let value = measures.roundTrips.percentile(percent) else { continue }
      fields.add("\(name) \(MeasureRows.span(value))", rank: 7, style: theme[.muted])
    }
    let end = surface.draw(fields, rect, style: theme[.text])
    let room = min(30, rect.size.columns - end - 3)
    guard room >= 10 else { return }
    surface.draw(
      Sparkline(measures.receivedRate.messageCounts).text(columns: room, glyphs: look.glyphs),
      column: rect.maxColumn - 1 - room,
      row: rect.minRow,
      columns: room,
      style: theme[.accent]
    )
  }

  /// The one line of a screen that is too small for bars.
  private var counterText: String {
    let totals = measures.totals
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
    if measures.pending > 0, layout.counters == nil { fields.add("pend \(measures.pending)", rank: 2) }
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
    if case .down = phase, input.isEmpty {
      let waiting = queue.isEmpty ? "" : "; \(Figures.quantity(UInt64(queue.count), "message")) queued"
      return ("not connected: Enter connects at once\(waiting)", .warning)
    }
    if input.characters.first?.utf8.first == ClientModel.stopByte {
      return ("a message that begins with . ends the session", .warning)
    }
    return ("", .text)
  }

  private func drawInput(_ rect: Rect, on surface: inout Surface) {
    var rest = rect
    if case .historySearch(let search) = focus {
      surface.draw(promptOf: search, takingFrom: &rest, look)
    } else if rect.size.columns >= 8 {
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

  private func drawMeasures(_ rect: Rect, on surface: inout Surface) {
    var rest = rect
    let border = rest.takeLeft(1)
    for row in border.minRow..<border.maxRow {
      surface.put(Cell(look.glyphs.vertical, style: look.theme[.border]), column: border.minColumn, row: row)
    }
    _ = rest.takeLeft(1)
    ClientMeasuresPane(measures: measures, queuedCount: queue.count, isDatagram: transport.isDatagram)
      .draw(in: rest, on: &surface, look: look)
  }

  // MARK: The log

  private func drawList(_ rect: Rect, on surface: inout Surface) {
    guard !rect.isEmpty else { return }
    let columns = ClientColumns(width: rect.size.columns)
    for (offset, id) in list.visible.enumerated() {
      guard let row = log[id] else { continue }
      draw(row, at: rect.minRow + offset, isNew: id == list.firstNew, in: rect, columns, on: &surface)
    }
    let isFresh = measures.totals.messagesSent == 0 && measures.totals.messagesReceived == 0 && queue.isEmpty
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
    case .sent(.inDoubt): (">?", .error)
    case .sent(.resent): (">re", .muted)
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
