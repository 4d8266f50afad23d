package import Screen
import Wire

extension ServerModel {
  package func view() -> Surface {
    var surface = Surface(size: size)
    let layout = layout
    drawTitle(layout.title, on: &surface)
    if let rect = layout.rates { drawRates(rect, on: &surface) }
    if !(layout.isDetailAlone && browser.isDetailOpen) { drawMessages(layout, on: &surface) }
    if let rect = layout.detail {
      browser.detail.draw(in: rect, on: &surface, look: look, isFocused: pane == .detail, highlight: browser.matches)
    }
    if let rect = layout.side {
      surface.drawVerticalRule(rect, glyphs: look.glyphs, style: look.theme[.border])
    }
    if let rect = layout.peers { peersPane.draw(measures.peers, in: rect, on: &surface, look: look, now: now) }
    if let rect = layout.statistics {
      StatisticsPane(statistics: measures.statistics, rates: measures.rates, totals: measures.totals)
        .draw(in: rect, on: &surface, look: look)
    }
    if let rect = layout.status { drawStatus(rect, on: &surface) }
    if let rect = layout.hints { Hints.draw(ServerKeys.hints(for: pane), rect, look, on: &surface) }
    drawOverlay(layout, on: &surface)
    return surface
  }

  private func drawOverlay(_ layout: ServerLayout, on surface: inout Surface) {
    switch overlay {
    case .help(let help): surface.draw(help, in: Rect(size: size), theme: look.theme, glyphs: look.glyphs)
    case .prompt(let prompt, _): surface.draw(prompt, layout.prompt, look)
    case .question, nil: break
    }
  }

  private func drawTitle(_ rect: Rect, on surface: inout Surface) {
    let style = look.theme[.titleBar]
    let totals = measures.totals
    surface.fill(rect, style: style)
    if browser.log.isRecordingAlone, let log = browser.log.recorded {
      return drawRecordingTitle(log, rect, on: &surface)
    }
    var fields = BarFields(columns: rect.size.columns)
    let state =
      switch phase {
      case .starting: "START"
      case .listening: "LISTEN"
      case .stopping: "STOPPING"
      case .over(.stopped): "ENDED"
      case .over(.lost): "LOST"
      }
    if let name = site.name { fields.add("echo_monitor \(name)", rank: 1) }
    fields.add(state, rank: 0)
    if recordingFailure != nil {
      fields.add("REC FAILED", rank: 1, style: look.theme[.error])
    } else if isRecording, isRunning {
      fields.add("REC", rank: 1)
    }
    fields.add(endpointText, rank: 1)
    if let startTime, size.columns >= ServerLayout.uptimeColumns {
      let time = endTime ?? now.time
      fields.add("up \(Figures.elapsed(nanoseconds: time.nanoseconds - startTime.nanoseconds))", rank: 5)
    }
    fields.add("peers \(measures.peers.count + measures.peers.unheardCount)", rank: 4)
    fields.add("\(Figures.grouped(totals.traffic.messages)) msg", rank: 2)
    fields.add(Figures.scaled(totals.traffic.bytesReceived), rank: 3)
    fields.addRight("? help", rank: 4)
    surface.draw(fields, rect, style: style)
  }

  /// `tcp+udp 127.0.0.1:9000 [::1]`: the addresses once, the transports together.
  var endpointText: String {
    var transports: [String] = []
    var addresses: [String] = []
    for endpoint in endpoints {
      if !transports.contains(endpoint.transport.rawValue) { transports.append(endpoint.transport.rawValue) }
      let address = Printable.text(endpoint.addressText.utf8)
      if !addresses.contains(address) { addresses.append(address) }
    }
    guard let first = addresses.first else { return "" }
    let more = addresses.count > 1 ? " +\(addresses.count - 1)" : ""
    return "\(transports.joined(separator: "+")) \(first)\(more)"
  }

  private func drawRates(_ rect: Rect, on surface: inout Surface) {
    if browser.log.isRecordingAlone, let log = browser.log.recorded { return drawSpan(log, rect, on: &surface) }
    let rates = measures.rates
    let current = rates.current
    var fields: [(text: String, role: Role)] = [
      ("\(Figures.grouped(current.messages)) msg/s  \(Figures.scaled(current.bytes))/s", .text),
      ("peak \(Figures.grouped(max(rates.peak, current.messages)))/s", .text),
    ]
    fields += measures.totals.losses.map { ("\($1) \(Figures.grouped($0))", $2 ? .error : .muted) }
    let hostileCount = browser.newest.received.hostileCount
    if hostileCount > 0 {
      fields.append(("hostile \(Figures.grouped(hostileCount))", .warning))
    }
    let left = 6
    var textColumns: Int { fields.map { Surface.columns(of: $0.text) + 2 }.reduce(0, +) }
    // A loss is worth more than the peak.
    if textColumns > rect.size.columns - left { fields.remove(at: 1) }
    let sparkColumns = min(RateWindow.seconds, max(0, rect.size.columns - left - textColumns))
    surface.draw(" 60s", column: 0, row: rect.minRow, style: look.theme[.muted])
    let sparkline = Sparkline(rates.messageCounts).text(columns: sparkColumns, glyphs: look.glyphs)
    surface.draw(sparkline, column: left - 1, row: rect.minRow, columns: sparkColumns, style: look.theme[.accent])
    var column = left + sparkColumns + 1
    for (text, role) in fields {
      guard column + Surface.columns(of: text) <= rect.maxColumn else {
        surface.put(Cell(Surface.ellipsis, style: look.theme[.error]), column: rect.maxColumn - 1, row: rect.minRow)
        return
      }
      column += 2 + surface.draw(text, column: column, row: rect.minRow, style: look.theme[role])
    }
  }

  private func addLosses(to fields: inout BarFields) {
    for (count, name, isAlert) in measures.totals.losses where count > 0 {
      let style = isAlert ? look.theme[.error] : nil
      fields.add("\(name) \(Figures.grouped(count))", rank: isAlert ? 1 : 4, style: style)
    }
  }

  /// Where what is asked or said stands: above the prompt where that has taken the bar's row.
  private func wordsRect(_ bar: Rect) -> Rect {
    guard case .prompt = overlay, layout.prompt.minRow == bar.minRow, bar.minRow > 0 else { return bar }
    var above = bar
    above.origin.row -= 1
    return above
  }

  private func drawStatus(_ rect: Rect, on surface: inout Surface) {
    surface.fill(rect, style: look.theme[.statusBar])
    if case .question(let question) = overlay {
      let words = text(of: question)
      return surface.draw(words: words, in: rect, background: look.theme[.statusBar], style: look.theme[.warning])
    }
    if let notice = browser.notice {
      let style = look.theme[notice.isAlert ? .error : .statusBar]
      return surface.draw(words: notice.text, in: wordsRect(rect), background: look.theme[.statusBar], style: style)
    }
    var fields = BarFields(columns: rect.size.columns)
    if case .over(let end) = phase {
      let quit = ServerKeys.map.label(of: .quit) ?? ""
      fields.add("\(end.text), \(quit) quits", rank: 0, style: look.theme[end == .stopped ? .warning : .error])
    }
    if let failure = recordingFailure {
      fields.add("NOT RECORDED: \(failure.reason)", rank: 0, style: look.theme[.error])
    }
    let mode = browser.list.isPaused ? "PAUSED" : browser.viewport.isFollowing ? "FOLLOW" : "HOLD"
    fields.add("\(mode) \(newText)", rank: 0)
    fields.addWork(of: browser)
    if layout.rates == nil { addLosses(to: &fields) }
    if !browser.marks.isEmpty { fields.add("\(browser.marks.count) marked", rank: 3) }
    if browser.log.firstID > 0, let oldest = browser.log[browser.log.firstID] {
      let since = Figures.clock(oldest.record.time, offset: now.offset, .seconds)
      fields.add("kept since \(since), \(Figures.grouped(browser.log.firstID)) gone", rank: 4)
    }
    if stopPolicy == .any { fields.add("ANYONE MAY STOP", rank: 2) }
    fields.add("framing \(framing)", rank: 6)
    if !browser.log.isRecordingAlone { addMemory(of: browser.newest.received, to: &fields) }
    surface.draw(fields, rect, style: look.theme[.statusBar])
  }

  /// How many rows came since the end was left.
  var newText: String {
    "+\(Figures.grouped(UInt64(browser.newCount))) \(browser.countsUnfiltered ? "unfiltered" : "new")"
  }

  private func addMemory(of log: MessageLog, to fields: inout BarFields) {
    let memory = "mem \(Figures.scaled(UInt64(log.byteCount)))/\(Figures.scaled(UInt64(log.byteLimit)))"
    fields.addRight(memory, rank: 5)
  }
}
