import Wire

/// Adds up what a recording has, a slice at a time.
struct RecordedCount: Sendable {
  /// An event, which has to be understood, is worth so many messages.
  private static let eventCost = 64

  /// The next id to look at.
  private var next: UInt64 = 0

  func isComplete(for log: RecordedLog) -> Bool { next >= log.endID }

  func percent(of log: RecordedLog) -> Int { Figures.percent(next, of: log.endID) }

  mutating func advance(_ log: RecordedLog, _ measures: inout ServerMeasures) {
    var cost = 0
    while next < log.endID, cost < log.sliceRows {
      let page = log.rows.page(from: next)
      let places = page.place(from: next)..<page.place(from: log.endID)
      next = min(page.range.upperBound, log.endID)
      var batch = page.batch
      batch.replies = []
      batch.records = batch.records[places].filter { !$0.flags.contains(.notice) }
      if !batch.isEmpty { measures.count(.messages(batch)) }
      for place in places where page.batch.records[place].flags.contains(.notice) {
        count(event(of: page, at: place, log), &measures)
        cost += RecordedCount.eventCost
      }
      cost += max(1, places.count)
    }
  }

  private func event(of page: RecordedPage, at place: Int, _ log: RecordedLog) -> ServerEvent? {
    let record = page.batch.records[place]
    let line = log.rows.line(of: page.ids[place])
    guard record.flags.contains(.heard) else { return RecordedEvent.decoded(line) }
    return page.peer(of: record).flatMap { RecordedEvent.connection(line, $0, at: record.time) }
  }

  private func count(_ event: ServerEvent?, _ measures: inout ServerMeasures) {
    // Those are the totals of one run alone, of what is counted here already.
    if case .stopped = event { return }
    if let event { measures.count(event) }
  }
}
