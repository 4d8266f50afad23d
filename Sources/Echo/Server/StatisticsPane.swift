import Screen
import Wire

/// The numbers of a server as a picture: totals, the last minute, and how sizes and reply times are spread.
struct StatisticsPane {
  private static let percentiles: [MeasureRows.Percentile] = [("p50", 50), ("p90", 90), ("p99", 99), ("max", 100)]

  let statistics: Statistics
  let rates: RateWindow
  let totals: ServerTotals

  /// Draws what there is room for, the most telling first; a rectangle of 38 columns and 20 rows shows everything.
  func draw(in rect: Rect, on surface: inout Surface, look: Look) {
    surface.fill(rect, style: look.theme[.text])
    var rows = MeasureRows(rect, look: look)
    rows.fields(totalFields, on: &surface)
    let current = rates.current
    rows.rate(
      "msg/s",
      rates.messageCounts,
      Figures.scaledCount(current.messages),
      peak: Figures.scaledCount(max(rates.peak, current.messages)),
      on: &surface
    )
    rows.rate(
      "B/s",
      rates.byteCounts,
      Figures.scaled(current.bytes),
      peak: Figures.scaled(max(rates.bytePeak, current.bytes)),
      on: &surface
    )
    rows.gap(before: 3)
    rows.percentiles(
      StatisticsPane.percentiles,
      of: [
        ("size", statistics.sizes, Figures.scaled), ("reply", statistics.replyTimes, MeasureRows.span),
      ],
      on: &surface
    )
    drawCharts(&rows, on: &surface)
  }

  private var totalFields: [(String, Role)] {
    var fields: [(String, Role)] = [
      ("\(Figures.grouped(totals.traffic.messages)) msg", .text),
      (Figures.scaled(totals.traffic.bytesReceived), .text),
    ]
    fields += totals.losses.map { ("\($1) \(Figures.scaledCount($0))", $2 ? .error : .muted) }
    return fields
  }

  private func drawCharts(_ rows: inout MeasureRows, on surface: inout Surface) {
    let height = rows.rest.size.rows
    let isRoomForBoth = height >= 2 * MeasureRows.lowestChartBlock
    let hasTimes = statistics.replyTimes.count > 0
    if isRoomForBoth || !hasTimes {
      let share = isRoomForBoth ? height / 2 : height
      rows.chart("sizes", statistics.sizes, rows: share, Figures.scaled, on: &surface)
    }
    if isRoomForBoth || hasTimes {
      let share = rows.rest.size.rows
      rows.chart("reply times", statistics.replyTimes, rows: share, MeasureRows.span, on: &surface)
    }
  }
}
