/// Tables that read well on a terminal and are Markdown.
enum Table {
  static func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

  /// A number with so many digits after the point, and with commas between thousands.
  static func number(_ value: Double, _ digits: Int) -> String {
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
