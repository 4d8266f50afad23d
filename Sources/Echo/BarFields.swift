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

/// The row that names the most useful keys.
enum Hints {
  static func draw(_ hints: [(key: String, word: String)], _ rect: Rect, _ look: Look, on surface: inout Surface) {
    var column = rect.minColumn + 1
    for (key, word) in hints {
      let columns = Surface.columns(of: key) + 1 + Surface.columns(of: word)
      guard column + columns <= rect.maxColumn else { return }
      column += surface.draw(key, column: column, row: rect.minRow, style: look.theme[.hintKey]) + 1
      column += surface.draw(word, column: column, row: rect.minRow, style: look.theme[.hint]) + 2
    }
  }
}

/// Draws the fields of one row of a table from left to right, each in its own columns.
struct ListRow {
  private let line: Int
  private let limit: Int
  /// Where the next field begins.
  private(set) var column: Int

  init(_ line: Int, _ column: Int, limit: Int) {
    self.line = line
    self.limit = limit
    self.column = column + 1
  }

  mutating func left(_ text: String, _ columns: Int, _ style: Style, on surface: inout Surface) {
    guard columns > 0 else { return }
    surface.draw(text, column: column, row: line, columns: min(columns, max(0, limit - column)), style: style)
    column += columns + 1
  }

  mutating func right(_ text: String, _ columns: Int, _ style: Style, on surface: inout Surface) {
    guard columns > 0 else { return }
    surface.drawRight(text, column: column, row: line, columns: min(columns, max(0, limit - column)), style: style)
    column += columns + 1
  }
}
