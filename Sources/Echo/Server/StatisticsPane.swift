import Screen
import Wire

/// The numbers of a server as a picture: totals, the last minute, and how sizes and reply times are spread.
struct StatisticsPane {
  let statistics: Statistics
  let rates: RateWindow
  let totals: ServerTotals

  /// The most rows that the columns of a chart take.
  private static let highestChart = 8
  /// A chart's name, its columns at their lowest, and its axis.
  private static let lowestBlock = 3

  /// Draws what there is room for, the most telling first; a rectangle of 38 columns and 20 rows shows everything.
  func draw(in rect: Rect, on surface: inout Surface, look: Look) {
    surface.fill(rect, style: look.theme[.text])
    var rest = rect
    drawTotals(rest.takeTop(1), on: &surface, look.theme)
    let current = rates.current
    drawRate(
      rest.takeTop(1),
      "msg/s",
      rates.messageCounts,
      Figures.scaledCount(current.messages),
      peak: Figures.scaledCount(max(rates.peak, current.messages)),
      on: &surface,
      look
    )
    drawRate(
      rest.takeTop(1),
      "B/s",
      rates.byteCounts,
      Figures.scaled(current.bytes),
      peak: Figures.scaled(max(rates.bytePeak, current.bytes)),
      on: &surface,
      look
    )
    if rest.size.rows >= 4 { _ = rest.takeTop(1) }
    drawPercentiles(&rest, on: &surface, look.theme)
    drawCharts(rest, on: &surface, look)
  }

  private func drawTotals(_ rect: Rect, on surface: inout Surface, _ theme: Theme) {
    guard !rect.isEmpty else { return }
    var column = rect.minColumn
    var fields: [(String, Role)] = [
      ("\(Figures.grouped(totals.traffic.messages)) msg", .text),
      (Figures.scaled(totals.traffic.bytesReceived), .text),
    ]
    fields += totals.losses.map { ("\($1) \(Figures.scaledCount($0))", $0 > 0 ? .error : .muted) }
    for (text, role) in fields where column + Surface.columns(of: text) <= rect.maxColumn {
      column += 2 + surface.draw(text, column: column, row: rect.minRow, style: theme[role])
    }
  }

  private func drawRate(
    _ rect: Rect,
    _ name: String,
    _ counts: [UInt64],
    _ current: String,
    peak: String,
    on surface: inout Surface,
    _ look: Look
  ) {
    guard !rect.isEmpty else { return }
    var rest = rect
    let label = rest.takeLeft(6)
    surface.draw(
      name,
      column: label.minColumn,
      row: label.minRow,
      columns: label.size.columns,
      style: look.theme[.muted]
    )
    if rest.size.columns >= 22 {
      let field = rest.takeRight(11)
      surface.drawRight(
        "peak \(peak)",
        column: field.minColumn,
        row: field.minRow,
        columns: 11,
        style: look.theme[.muted]
      )
    }
    let value = rest.takeRight(6)
    surface.drawRight(
      current,
      column: value.minColumn,
      row: value.minRow,
      columns: value.size.columns,
      style: look.theme[.text]
    )
    let columns = min(RateWindow.seconds, rest.size.columns)
    let text = Sparkline(counts).text(columns: columns, glyphs: look.glyphs)
    surface.draw(text, column: rest.minColumn, row: rest.minRow, columns: columns, style: look.theme[.accent])
  }

  // Percentiles.

  private func drawPercentiles(_ rest: inout Rect, on surface: inout Surface, _ theme: Theme) {
    var names = ["p50", "p90", "p99", "max"]
    let label = 6
    // The middle and the end say the most.
    while names.count > 2, label + names.count * 6 > rest.size.columns { names.remove(at: 1) }
    let columns = min(10, max(0, rest.size.columns - label) / names.count)
    func row(_ name: String, _ cells: [String], _ style: Style) {
      let line = rest.takeTop(1)
      guard !line.isEmpty else { return }
      surface.draw(
        name,
        column: line.minColumn,
        row: line.minRow,
        columns: min(label, line.size.columns),
        style: theme[.muted]
      )
      for (index, cell) in cells.enumerated() {
        surface.drawRight(
          cell,
          column: line.minColumn + label + index * columns,
          row: line.minRow,
          columns: columns,
          style: style
        )
      }
    }
    func cells(_ distribution: Distribution, _ text: (UInt64) -> String) -> [String] {
      names.map { name in
        let value =
          switch name {
          case "p50": distribution.percentile(50)
          case "p90": distribution.percentile(90)
          case "p99": distribution.percentile(99)
          default: distribution.maximum
          }
        return value.map(text) ?? "-"
      }
    }
    row("", names, theme[.muted])
    row("size", cells(statistics.sizes, Figures.scaled), theme[.text])
    row("reply", cells(statistics.replyTimes, StatisticsPane.span), theme[.text])
  }

  private static func span(_ nanoseconds: UInt64) -> String {
    Figures.span(nanoseconds: Int64(clamping: nanoseconds))
  }

  // Charts.

  private func drawCharts(_ rect: Rect, on surface: inout Surface, _ look: Look) {
    var rest = rect
    let isRoomForBoth = rest.size.rows >= 2 * StatisticsPane.lowestBlock
    let hasTimes = statistics.replyTimes.count > 0
    if isRoomForBoth || !hasTimes {
      let block = rest.takeTop(blockRows(isRoomForBoth ? rest.size.rows / 2 : rest.size.rows))
      drawChart("sizes", statistics.sizes, Figures.scaled, block, on: &surface, look)
    }
    if isRoomForBoth || hasTimes {
      let block = rest.takeTop(blockRows(rest.size.rows))
      drawChart("reply times", statistics.replyTimes, StatisticsPane.span, block, on: &surface, look)
    }
  }

  private func blockRows(_ rows: Int) -> Int {
    min(rows, StatisticsPane.highestChart + StatisticsPane.lowestBlock - 1)
  }

  /// A name, columns by powers of two, and below them where some of those begin.
  private func drawChart(
    _ name: String,
    _ distribution: Distribution,
    _ text: (UInt64) -> String,
    _ rect: Rect,
    on surface: inout Surface,
    _ look: Look
  ) {
    guard rect.size.rows >= StatisticsPane.lowestBlock else { return }
    var rest = rect
    let title = rest.takeTop(1)
    let axis = rest.takeBottom(1)
    var words = distribution.count == 0 ? "\(name): none yet" : "\(name), by powers of two"
    if Surface.columns(of: words) > title.size.columns { words = name }
    surface.draw(
      words,
      column: title.minColumn,
      row: title.minRow,
      columns: title.size.columns,
      style: look.theme[.muted]
    )
    let octaves = distribution.octaves
    let chart = ColumnChart(octaves.counts)
    surface.draw(chart, in: rest, glyphs: look.glyphs, style: look.theme[.accent])
    let width = chart.width(columns: rest.size.columns)
    var free = axis.minColumn
    for index in octaves.counts.indices {
      let exponent = octaves.first + index
      let label = text(exponent == 0 ? 0 : 1 << UInt64(exponent))
      let column = axis.minColumn + index * width
      guard column >= free, column + label.utf8.count <= axis.maxColumn else { continue }
      surface.draw(label, column: column, row: axis.minRow, style: look.theme[.muted])
      free = column + label.utf8.count + 1
    }
  }
}
