package import Screen

/// A screen as a test reads it, wherever it comes from: a `Surface`, or a terminal that a program painted.
package struct Picture: Hashable, Sendable {
  /// Cells of one row that look alike.
  package struct Run: Hashable, Sendable, CustomStringConvertible {
    package var row: Int
    package var columns: Range<Int>
    package var style: Style

    package var description: String {
      "\(row) \(columns.lowerBound)-\(columns.upperBound - 1) \(Picture.describe(style))"
    }
  }

  package var size: Size
  /// Each row's text, blanks at its end left out.
  package var lines: [String]
  /// Where the style is not the plain one, row by row.
  package var runs: [Run]
  package var cursor: Point?

  package init(_ surface: Surface) {
    self.init(size: surface.size, cursor: surface.cursor) { column, row in
      let cell = surface[column, row]
      return (cell.text, cell.style)
    }
  }

  init(size: Size, cursor: Point?, cell: (_ column: Int, _ row: Int) -> (text: String, style: Style)) {
    self.size = size
    self.cursor = cursor
    lines = []
    runs = []
    for row in 0..<size.rows {
      var line = ""
      for column in 0..<size.columns {
        let (text, style) = cell(column, row)
        line += text
        add(style, column: column, row: row)
      }
      while line.last == " " { line.removeLast() }
      lines.append(line)
    }
  }

  /// The style of one place.
  package func style(column: Int, row: Int) -> Style {
    runs.first { $0.row == row && $0.columns.contains(column) }?.style ?? .plain
  }

  package var text: String { lines.joined(separator: "\n") }

  package func contains(_ text: String) -> Bool { lines.contains { $0.contains(text) } }

  /// The screen as a golden file has it: the picture between bars, then the cursor, then the styles.
  package var description: String {
    var text = "size \(size.columns)x\(size.rows)\n"
    for line in lines { text += "|\(line)\n" }
    text += cursor.map { "cursor \($0.column),\($0.row)\n" } ?? "cursor hidden\n"
    for run in runs { text += "style \(run)\n" }
    return text
  }

  /// Gives each column of a row its style.
  mutating func setStyles(_ styles: [Style], row: Int) {
    let below = runs.filter { $0.row > row }
    runs.removeAll { $0.row >= row }
    for (column, style) in styles.enumerated() { add(style, column: column, row: row) }
    runs += below
  }

  private mutating func add(_ style: Style, column: Int, row: Int) {
    guard style != .plain else { return }
    if let last = runs.last, last.row == row, last.style == style, last.columns.upperBound == column {
      runs[runs.count - 1].columns = last.columns.lowerBound..<(column + 1)
    } else {
      runs.append(Run(row: row, columns: column..<(column + 1), style: style))
    }
  }

  private static func describe(_ style: Style) -> String {
    var words: [String] = []
    if style.attributes.contains(.bold) { words.append("bold") }
    if style.attributes.contains(.dim) { words.append("dim") }
    if style.attributes.contains(.reverse) { words.append("reverse") }
    if style.attributes.contains(.underline) { words.append("underline") }
    if case .indexed(let index) = style.foreground { words.append("foreground=\(index)") }
    if case .indexed(let index) = style.background { words.append("background=\(index)") }
    return words.joined(separator: " ")
  }
}

extension Picture: CustomStringConvertible {}
