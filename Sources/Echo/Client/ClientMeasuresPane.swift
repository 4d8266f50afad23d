import Screen
import Wire

/// The numbers of a client as a picture: what went and came, the last minute, what is open or lost, and how round trips
/// are spread.
struct ClientMeasuresPane {
  static let percentiles: [MeasureRows.Percentile] = [("p50", 50), ("p95", 95), ("p99", 99), ("max", 100)]

  let measures: ClientMeasures
  /// Messages that wait for a connection.
  let queuedCount: Int
  let isDatagram: Bool

  /// Draws what there is room for, the most telling first; a rectangle of 38 columns and 18 rows shows everything.
  func draw(in rect: Rect, on surface: inout Surface, look: Look) {
    surface.fill(rect, style: look.theme[.text])
    var rows = MeasureRows(rect, look: look)
    let totals = measures.totals
    rows.fields(
      [
        ("> \(Figures.grouped(totals.messagesSent)) msg  \(Figures.scaled(totals.bytesSent))", .sent),
        ("< \(Figures.grouped(totals.messagesReceived)) msg  \(Figures.scaled(totals.bytesReceived))", .received),
      ],
      on: &surface
    )
    draw("> /s", measures.sentRate, &rows, on: &surface)
    draw("< /s", measures.receivedRate, &rows, on: &surface)
    rows.gap(before: 4)
    rows.percentiles(
      ClientMeasuresPane.percentiles,
      of: [("rtt", measures.roundTrips, MeasureRows.span)],
      on: &surface
    )
    let last = measures.lastRoundTrip.map { Figures.span(nanoseconds: $0) } ?? "-"
    rows.fields([("rtt last \(last)", .text)] + openFields, on: &surface)
    rows.fields(lossFields, on: &surface)
    let parts = partFields
    if !parts.isEmpty { rows.fields(parts, on: &surface) }
    if isDatagram { rows.fields(datagramFields, on: &surface) }
    rows.gap(before: MeasureRows.lowestChartBlock)
    let height = rows.rest.size.rows
    rows.chart("round trips", measures.roundTrips, rows: height, MeasureRows.span, on: &surface)
  }

  private func draw(_ name: String, _ rates: RateWindow, _ rows: inout MeasureRows, on surface: inout Surface) {
    let current = rates.current.messages
    rows.rate(
      name,
      rates.messageCounts,
      Figures.scaledCount(current),
      peak: Figures.scaledCount(max(rates.peak, current)),
      on: &surface
    )
  }

  private var openFields: [(String, Role)] {
    [field("pend", measures.pending, .waiting), field("queued", UInt64(queuedCount), .waiting)]
  }

  private var lossFields: [(String, Role)] {
    [
      field("T/O", measures.totals.timedOut, .warning), field("late", measures.late, .warning),
      field("in doubt", measures.inDoubt, .error), field("err", measures.refused, .error),
    ]
  }

  /// Replies that are not whole, where there are some.
  private var partFields: [(String, Role)] {
    let counts = [("truncated", measures.totals.truncated), ("partial", measures.totals.partial)]
    return counts.filter { $0.1 > 0 }.map { field($0.0, $0.1, .warning) }
  }

  private var datagramFields: [(String, Role)] {
    [
      field("lost", measures.lost, .warning), field("twice", measures.duplicates, .warning),
      measures.isOrderKnown
        ? field("disorder", measures.disordered, .warning) : ("disorder unknown", .muted),
    ]
  }

  private func field(_ name: String, _ count: UInt64, _ role: Role) -> (String, Role) {
    ("\(name) \(Figures.scaledCount(count))", count > 0 ? role : .muted)
  }
}
