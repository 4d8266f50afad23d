import Screen

extension Picture {
  /// At which end of its place a text stands that is shorter than that.
  package enum Alignment: Sendable { case left, right }

  /// Puts the text in place of each match, filled up with blanks to the match's width: what differs from run to run must
  /// not move what stands beside it. A match has characters of one column only.
  package mutating func replace(
    _ pattern: some RegexComponent<Substring>,
    with text: String,
    alignment: Alignment = .left
  ) {
    for row in lines.indices {
      for match in lines[row].matches(of: pattern) {
        let width = match.output.count
        let column = Surface.columns(of: String(lines[row][..<match.range.lowerBound]))
        let blanks = String(repeating: " ", count: max(0, width - text.count))
        let filled = (alignment == .left ? text + blanks : blanks + text).prefix(width)
        // Each text is as long as its match, so the places of the matches after it stay.
        let start = lines[row].distance(from: lines[row].startIndex, to: match.range.lowerBound)
        put(filled, character: start, column: column, row: row)
      }
      while lines[row].last == " " { lines[row].removeLast() }
    }
  }

  private mutating func put(_ text: Substring, character: Int, column: Int, row: Int) {
    let start = lines[row].index(lines[row].startIndex, offsetBy: character)
    lines[row].replaceSubrange(start..<lines[row].index(start, offsetBy: text.count), with: text)
    var styles = (0..<size.columns).map { style(column: $0, row: row) }
    for (offset, character) in text.enumerated() where character == " " {
      styles[column + offset] = styles[column + offset].onBlank
    }
    setStyles(styles, row: row)
  }
}
