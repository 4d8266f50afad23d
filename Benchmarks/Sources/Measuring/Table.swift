/// Tables that read well on a terminal and are Markdown.
package enum Table {
  package static func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

  /// The titles of columns, of which the first ones are words and the others numbers.
  package static func header(words: [String], numbers: [String], lastWords: [String] = []) -> String {
    let rules = words.map { _ in "---" } + numbers.map { _ in "---:" } + lastWords.map { _ in "---" }
    return row(words + numbers + lastWords) + "\n" + row(rules)
  }

  /// A number with so many digits after the point, and with commas between thousands.
  package static func number(_ value: Double, _ digits: Int) -> String {
    var scale: UInt64 = 1
    for _ in 0..<digits { scale *= 10 }
    let rounded = UInt64((value.magnitude * Double(scale)).rounded())
    var text = ""
    for (place, digit) in "\(rounded / scale)".reversed().enumerated() {
      if place > 0, place.isMultiple(of: 3) { text = "," + text }
      text = "\(digit)" + text
    }
    if digits > 0 {
      let rest = "\(rounded % scale)"
      text += "." + String(repeating: "0", count: digits - rest.count) + rest
    }
    return (value < 0 ? "-" : "") + text
  }
}
