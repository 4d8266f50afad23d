import Screen
import Wire

/// The rows above and below the log.
extension ClientModel {
  func drawTitle(_ rect: Rect, on surface: inout Surface) {
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

  func drawCounters(_ rect: Rect, on surface: inout Surface) {
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
  var counterText: String {
    let totals = measures.totals
    return ">\(totals.messagesSent) <\(totals.messagesReceived) T/O \(totals.timedOut)"
  }

  func drawStatus(_ rect: Rect, on surface: inout Surface) {
    let style = look.theme[.statusBar]
    if let (message, role) = urgentMessage {
      return surface.draw(words: message, in: rect, background: style, style: look.theme[role])
    }
    if let (message, role) = statusMessage {
      surface.fill(rect, style: look.theme[role])
      let columns = rect.size.columns - 1
      surface.draw(message, column: rect.minColumn + 1, row: rect.minRow, columns: columns, style: look.theme[role])
      return
    }
    surface.fill(rect, style: style)
    var fields = BarFields(columns: rect.size.columns)
    let mode = browser.viewport.isFollowing ? "FOLLOW" : "HOLD +\(Figures.grouped(UInt64(browser.newCount))) new"
    fields.add(mode, rank: 0)
    if let text = inputText { fields.add(text, rank: 1) }
    if let filter = browser.filter {
      let counts = "\(Figures.grouped(UInt64(browser.matchCount))) of \(Figures.grouped(UInt64(browser.log.count)))"
      fields.add("filter: \(filter) (\(counts)\(browser.isComplete ? "" : "…"))", rank: 1)
    }
    if browser.isSearching { fields.add("searching…", rank: 1) }
    if let save = browser.save { fields.add("saving \(save.percent)%", rank: 1) }
    if measures.pending > 0, layout.counters == nil { fields.add("pend \(measures.pending)", rank: 2) }
    if browser.log.firstID > 0 { fields.add("\(Figures.grouped(browser.log.firstID)) gone", rank: 5) }
    fields.addRight("framing \(framing)", rank: 4)
    if !awaitsReceipts { fields.addRight("no receipts", rank: 3) }
    surface.draw(fields, rect, style: style)
  }

  /// What is asked, or what the last key led to: it has to be seen whole.
  var urgentMessage: (String, Role)? {
    if case .pasteQuestion(let messages) = focus { return (messages.question, .warning) }
    if case .question(let question) = focus { return (text(of: question), .warning) }
    if let notice = browser.notice { return (notice.text, notice.isAlert ? .error : .warning) }
    return nil
  }

  /// What is to be known now, in place of the status.
  var statusMessage: (String, Role)? {
    if let hint = commandHint { return (hint, .statusBar) }
    if case .down = phase, input.isEmpty {
      let waiting = queue.isEmpty ? "" : "; \(Figures.quantity(UInt64(queue.count), "message")) queued"
      return ("not connected: Enter connects at once\(waiting)", .warning)
    }
    switch ending {
    case .none: break
    case .stopMessage: return ("awaiting the receipt of the message that ends the session", .warning)
    case .whenSent: return ("quits when what is queued has been sent", .warning)
    case .asked: return ("everything has been said; awaiting what is due", .warning)
    }
    if input.characters.first?.utf8.first == ClientModel.stopByte {
      return ("a message that begins with . ends the session", .warning)
    }
    return nil
  }
}
