import Screen
package import Wire

/// The server's screen over a recording: what has been there all the time, and what comes while it is written.
extension ServerModel {
  /// `name`: what the recording is called, as visible text.
  package init(recording rows: any RecordedRows, name: String, look: Look = Look()) {
    let log = RecordedLog(rows)
    self.init(site: .recording(name: name), log: ServerLog(log), stopPolicy: .never, look: look)
    browser.follow()
  }

  /// Looks, once a second, for what was recorded since.
  mutating func refreshRecording(since before: Moment) {
    guard browser.log.recorded != nil else { return }
    if before.time.nanoseconds / 1_000_000_000 != now.time.nanoseconds / 1_000_000_000 {
      browser.log.refresh()
      browser.follow()
    }
  }

  /// Tells of what could not be read.
  mutating func noticeFailure() {
    guard let reason = browser.log.recorded?.rows.takeFailure() else { return }
    browser.notice = Notice("the recording can't be read: \(reason)", isAlert: true)
  }

  /// Adds up a slice, where nobody waits for anything else.
  mutating func countRecording() {
    guard browser.log.isRecordingAlone, let log = browser.log.recorded, !browser.hasPendingWork else { return }
    count.advance(log, &measures)
    peersPane.sync(measures.peers)
  }

  var isCounting: Bool {
    guard browser.log.isRecordingAlone, let log = browser.log.recorded else { return false }
    return !count.isComplete(for: log)
  }

  /// When to look again for rows in sight that are on their way into the recording.
  package var wakeTime: Timestamp? {
    guard browser.log.recorded != nil else { return nil }
    let isAwaiting = browser.viewport.visible.contains { browser.log.isAwaited(browser.list.id(of: $0)) }
    return isAwaiting ? Timestamp(nanoseconds: now.time.nanoseconds + ServerModel.awaitingPause) : nil
  }

  private static let awaitingPause: Int64 = 20_000_000

  func drawRecordingTitle(_ log: RecordedLog, _ rect: Rect, on surface: inout Surface) {
    var fields = BarFields(columns: rect.size.columns)
    fields.add("echo_monitor \(site.name ?? "")", rank: 0)
    fields.add("RECORDING", rank: 3)
    fields.add(Figures.quantity(UInt64(log.rows.runCount), "run"), rank: 4)
    fields.add(Figures.quantity(log.endID, "row"), rank: 1)
    fields.add("peers \(measures.peers.count)", rank: 6)
    fields.add("\(Figures.grouped(measures.totals.traffic.messages)) msg", rank: 2)
    fields.add(Figures.scaled(measures.totals.traffic.bytesReceived), rank: 5)
    if isCounting { fields.add("counted \(count.percent(of: log))%", rank: 2) }
    fields.addRight("? help", rank: 4)
    surface.draw(fields, rect, style: look.theme[.titleBar])
  }

  /// From when to when it goes, and what was lost.
  func drawSpan(_ log: RecordedLog, _ rect: Rect, on surface: inout Surface) {
    var fields = BarFields(columns: rect.size.columns)
    if let (first, last) = log.span {
      fields.add("\(Figures.date(first, offset: now.offset)) to \(Figures.date(last, offset: now.offset))", rank: 0)
      fields.add("(\(Figures.elapsed(nanoseconds: last.nanoseconds - first.nanoseconds)))", rank: 3)
    }
    for (lost, name, isAlert) in measures.totals.losses where lost > 0 {
      fields.add("\(name) \(Figures.grouped(lost))", rank: 1, style: look.theme[isAlert ? .error : .muted])
    }
    surface.draw(fields, rect, style: look.theme[.muted])
  }
}
