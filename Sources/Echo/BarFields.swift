import Screen

/// The fields of a title or status bar: what does not fit goes, the least important first.
struct BarFields {
  private struct Field {
    let text: String
    let rank: Int
    /// nil is the bar's own.
    let style: Style?
    let isRight: Bool
    let columns: Int
    /// Counts the fields in the order in which they stand.
    let place: Int
  }

  fileprivate struct Place {
    let text: String
    let column: Int
    let style: Style?
    let isRight: Bool
  }

  private static let gap = 2

  private var fields: [Field] = []
  private let columns: Int

  init(columns: Int) { self.columns = columns }

  /// Adds a field; rank 0 goes last.
  mutating func add(_ text: String, rank: Int, style: Style? = nil) {
    append(text, rank: rank, isRight: false, style)
  }

  /// Adds a field that stands at the bar's right end.
  mutating func addRight(_ text: String, rank: Int) { append(text, rank: rank, isRight: true, nil) }

  /// Adds what a browser is at: its filter, a search, a file that is being written.
  mutating func addWork<Log>(of browser: LogBrowser<Log>) {
    if let filter = browser.filter {
      let counts = "\(Figures.grouped(UInt64(browser.matchCount))) of \(Figures.grouped(UInt64(browser.log.count)))"
      let share = browser.isComplete ? "" : ", \(browser.list.percent(of: browser.log))%…"
      add("filter: \(filter) (\(counts)\(share))", rank: 1)
    }
    if let finder = browser.finder { add("searching \(finder.percent(in: browser.log))%…", rank: 1) }
    if let save = browser.save { add("saving \(save.percent)%", rank: 1) }
  }

  private mutating func append(_ text: String, rank: Int, isRight: Bool, _ style: Style?) {
    guard !text.isEmpty else { return }
    fields.append(
      Field(
        text: text,
        rank: rank,
        style: style,
        isRight: isRight,
        columns: Surface.columns(of: text),
        place: fields.count
      )
    )
  }

  /// Where each field that fits begins, with a blank at both ends of the bar.
  fileprivate func places() -> [Place] {
    // A long field that does not fit must not take the short ones along that matter less.
    var kept: [Field] = []
    for index in fields.indices.sorted(by: { (fields[$0].rank, $0) < (fields[$1].rank, $1) }) {
      let tried = kept + [fields[index]]
      if kept.isEmpty || width(of: tried) <= columns { kept = tried }
    }
    kept.sort { $0.place < $1.place }
    var places: [Place] = []
    var column = 1
    for field in kept where !field.isRight {
      places.append(Place(text: field.text, column: column, style: field.style, isRight: false))
      column += field.columns + BarFields.gap
    }
    column = columns - 1
    for field in kept.reversed() where field.isRight {
      column -= field.columns
      places.append(Place(text: field.text, column: max(1, column), style: field.style, isRight: true))
      column -= BarFields.gap
    }
    return places
  }

  private func width(of fields: [Field]) -> Int {
    fields.map(\.columns).reduce(0, +) + BarFields.gap * (fields.count - 1) + 2
  }
}

extension Surface {
  /// Gives the columns up to the end of the last field at the left.
  @discardableResult
  mutating func draw(_ fields: BarFields, _ rect: Rect, style: Style) -> Int {
    var end = 0
    for place in fields.places() where place.column < rect.size.columns {
      let columns = draw(
        place.text,
        column: rect.minColumn + place.column,
        row: rect.minRow,
        columns: rect.size.columns - place.column,
        style: place.style ?? style
      )
      if !place.isRight { end = max(end, place.column + columns) }
    }
    return end
  }
}
