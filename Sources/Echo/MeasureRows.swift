import Screen

/// Rows of figures, from the top of a pane to its bottom: totals, rates over the last minute, percentiles, charts.
///
/// What does not fit is left out; nothing is drawn outside of the pane.
struct MeasureRows {
  /// A percentile and its name; 100 is the greatest value of all.
  typealias Percentile = (name: String, percent: Double)

  /// The most rows that the columns of a chart take.
  private static let highestChart = 8
  /// A chart's name, its columns at their lowest, and its axis.
  static let lowestChartBlock = 3
  private static let labelColumns = 6

  private(set) var rest: Rect
  private let look: Look
  private var theme: Theme { look.theme }

  init(_ rect: Rect, look: Look) {
    rest = rect
    self.look = look
  }

  static func span(_ nanoseconds: UInt64) -> String { Figures.span(nanoseconds: Int64(clamping: nanoseconds)) }

  /// An empty row, where so many more rows follow.
  mutating func gap(before rows: Int) { if rest.size.rows > rows { _ = rest.takeTop(1) } }

  /// Short texts in a row, as many as fit.
  mutating func fields(_ fields: [(String, Role)], on surface: inout Surface) {
    let rect = rest.takeTop(1)
    guard !rect.isEmpty else { return }
    var column = rect.minColumn
    for (text, role) in fields where column + Surface.columns(of: text) <= rect.maxColumn {
      column += 2 + surface.draw(text, column: column, row: rect.minRow, style: theme[role])
    }
  }

  /// A count a second over the last minute.
  mutating func rate(
    _ name: String,
    _ counts: [UInt64],
    _ current: String,
    peak: String,
    on surface: inout Surface
  ) {
    var row = rest.takeTop(1)
    guard !row.isEmpty else { return }
    let label = row.takeLeft(MeasureRows.labelColumns)
    surface.draw(
      name,
      column: label.minColumn,
      row: label.minRow,
      columns: label.size.columns,
      style: theme[.muted]
    )
    if row.size.columns >= 22 {
      let field = row.takeRight(11)
      surface.drawRight(
        "peak \(peak)",
        column: field.minColumn,
        row: field.minRow,
        columns: 11,
        style: theme[.muted]
      )
    }
    let value = row.takeRight(6)
    surface.drawRight(
      current,
      column: value.minColumn,
      row: value.minRow,
      columns: value.size.columns,
      style: theme[.text]
    )
    let columns = min(RateWindow.seconds, row.size.columns)
    let text = Sparkline(counts).text(columns: columns, glyphs: look.glyphs)
    surface.draw(text, column: row.minColumn, row: row.minRow, columns: columns, style: theme[.accent])
  }

  /// A row of names, and for each distribution a row of its percentiles.
  mutating func percentiles(
    _ percentiles: [Percentile],
    of rows: [(name: String, values: Distribution, text: (UInt64) -> String)],
    on surface: inout Surface
  ) {
    var shown = percentiles
    // The middle and the end say the most.
    while shown.count > 2, MeasureRows.labelColumns + shown.count * 6 > rest.size.columns { shown.remove(at: 1) }
    cells("", shown.map(\.name), theme[.muted], on: &surface)
    for row in rows {
      let values = shown.map {
        $0.percent < 100 ? row.values.percentile($0.percent) : row.values.maximum
      }
      cells(row.name, values.map { $0.map(row.text) ?? "-" }, theme[.text], on: &surface)
    }
  }

  private mutating func cells(_ name: String, _ cells: [String], _ style: Style, on surface: inout Surface) {
    let columns = min(10, max(0, rest.size.columns - MeasureRows.labelColumns) / max(1, cells.count))
    let line = rest.takeTop(1)
    guard !line.isEmpty else { return }
    surface.draw(
      name,
      column: line.minColumn,
      row: line.minRow,
      columns: min(MeasureRows.labelColumns, line.size.columns),
      style: theme[.muted]
    )
    for (index, cell) in cells.enumerated() {
      surface.drawRight(
        cell,
        column: line.minColumn + MeasureRows.labelColumns + index * columns,
        row: line.minRow,
        columns: columns,
        style: style
      )
    }
  }

  /// A distribution in at most so many rows: a name, columns by powers of two, and below them where some of those begin.
  mutating func chart(
    _ name: String,
    _ distribution: Distribution,
    rows: Int,
    _ text: (UInt64) -> String,
    on surface: inout Surface
  ) {
    var block = rest.takeTop(min(rows, MeasureRows.highestChart + MeasureRows.lowestChartBlock - 1))
    guard block.size.rows >= MeasureRows.lowestChartBlock else { return }
    let title = block.takeTop(1)
    let axis = block.takeBottom(1)
    var words = distribution.count == 0 ? "\(name): none yet" : "\(name), by powers of two"
    if Surface.columns(of: words) > title.size.columns { words = name }
    surface.draw(
      words,
      column: title.minColumn,
      row: title.minRow,
      columns: title.size.columns,
      style: theme[.muted]
    )
    let octaves = distribution.octaves
    let chart = ColumnChart(octaves.counts)
    surface.draw(chart, in: block, glyphs: look.glyphs, style: theme[.accent])
    let width = chart.width(columns: block.size.columns)
    var free = axis.minColumn
    for index in octaves.counts.indices {
      let exponent = octaves.first + index
      let label = text(exponent == 0 ? 0 : 1 << UInt64(exponent))
      let column = axis.minColumn + index * width
      guard column >= free, column + label.utf8.count <= axis.maxColumn else { continue }
      surface.draw(label, column: column, row: axis.minRow, style: theme[.muted])
      free = column + label.utf8.count + 1
    }
  }
}
