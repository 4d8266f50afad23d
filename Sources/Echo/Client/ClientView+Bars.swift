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
    if recordingFailure != nil {
      fields.add("REC FAILED", rank: 2, style: look.theme[.error])
    } else if isRecording {
      fields.add("REC", rank: 2)
    }
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
    add(Counter("pend", measures.pending + UInt64(queue.count), .waiting, rank: 1, isConstant: true), to: &fields)
    for loss in losses where loss.count > 0 || loss.isConstant { add(loss, to: &fields) }
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

  /// A count in a bar.
  private struct Counter {
    let name: String
    let count: UInt64
    let role: Role
    let rank: Int
    /// It is shown where there is nothing to count, too.
    let isConstant: Bool

    init(_ name: String, _ count: UInt64, _ role: Role, rank: Int, isConstant: Bool = false) {
      (self.name, self.count, self.role, self.rank, self.isConstant) = (name, count, role, rank, isConstant)
    }
  }

  private func add(_ counter: Counter, to fields: inout BarFields) {
    let style = look.theme[counter.count > 0 ? counter.role : .muted]
    fields.add("\(counter.name) \(Figures.grouped(counter.count))", rank: counter.rank, style: style)
  }

  /// What did not arrive, in time or whole.
  private var losses: [Counter] {
    let totals = measures.totals
    return [
      Counter("T/O", totals.timedOut, .warning, rank: 2, isConstant: true),
      Counter("in doubt", measures.inDoubt, .error, rank: 2),
      Counter("err", measures.refused, .error, rank: 3, isConstant: true),
      Counter("lost", transport.isDatagram ? measures.lost : 0, .warning, rank: 3),
      Counter("truncated", totals.truncated, .warning, rank: 4),
      Counter("partial", totals.partial, .warning, rank: 4),
      Counter("late", measures.late, .warning, rank: 4),
      Counter("twice", measures.duplicates, .warning, rank: 5),
      Counter("disorder", measures.disordered, .warning, rank: 5),
    ]
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
    if let failure = recordingFailure {
      fields.add("NOT RECORDED: \(failure.reason)", rank: 0, style: look.theme[.error])
    }
    fields.add(mode, rank: 0)
    if let text = inputText { fields.add(text, rank: 1) }
    fields.addWork(of: browser)
    if layout.counters == nil {
      if measures.pending > 0 { fields.add("pend \(measures.pending)", rank: 2) }
      for loss in losses where loss.count > 0 { add(loss, to: &fields) }
    }
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
