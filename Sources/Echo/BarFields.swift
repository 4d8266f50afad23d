import Screen

/// The fields of a title or status bar: what does not fit goes, the least important first.
struct BarFields {
  private struct Field {
    let text: String
    let rank: Int
    let isRight: Bool
    let columns: Int
    /// Counts the fields in the order in which they stand.
    let place: Int
  }

  private static let gap = 2

  private var fields: [Field] = []
  private let columns: Int

  init(columns: Int) { self.columns = columns }

  /// Adds a field; rank 0 goes last.
  mutating func add(_ text: String, rank: Int) { append(text, rank: rank, isRight: false) }

  /// Adds a field that stands at the bar's right end.
  mutating func addRight(_ text: String, rank: Int) { append(text, rank: rank, isRight: true) }

  private mutating func append(_ text: String, rank: Int, isRight: Bool) {
    guard !text.isEmpty else { return }
    fields.append(
      Field(text: text, rank: rank, isRight: isRight, columns: Surface.columns(of: text), place: fields.count)
    )
  }

  /// Where each field that fits begins, with a blank at both ends of the bar.
  fileprivate func places() -> [(text: String, column: Int)] {
    // A long field that does not fit must not take the short ones along that matter less.
    var kept: [Field] = []
    for index in fields.indices.sorted(by: { (fields[$0].rank, $0) < (fields[$1].rank, $1) }) {
      let tried = kept + [fields[index]]
      if kept.isEmpty || width(of: tried) <= columns { kept = tried }
    }
    kept.sort { $0.place < $1.place }
    var places: [(String, Int)] = []
    var column = 1
    for field in kept where !field.isRight {
      places.append((field.text, column))
      column += field.columns + BarFields.gap
    }
    column = columns - 1
    for field in kept.reversed() where field.isRight {
      column -= field.columns
      places.append((field.text, max(1, column)))
      column -= BarFields.gap
    }
    return places
  }

  private func width(of fields: [Field]) -> Int {
    fields.map(\.columns).reduce(0, +) + BarFields.gap * (fields.count - 1) + 2
  }
}

extension Surface {
  mutating func draw(_ fields: BarFields, _ rect: Rect, style: Style) {
    for (text, column) in fields.places() where column < rect.size.columns {
      draw(
        text,
        column: rect.minColumn + column,
        row: rect.minRow,
        columns: rect.size.columns - column,
        style: style
      )
    }
  }
}
