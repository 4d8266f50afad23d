/// What was measured in one run, by name.
package struct Figures {
  private var values: [String: Double] = [:]

  package init(_ values: [String: Double] = [:]) { self.values = values }

  /// Of lines that are a name and a number each.
  package init(lines: String) {
    for line in lines.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, let value = Double(words[1]) { values[String(words[0])] = value }
    }
  }

  package subscript(name: String) -> Double? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// The number that stands before some words in a text, with commas between its thousands.
  package static func count(before words: String, in text: String) -> Double? {
    guard let range = text.firstRange(of: words) else { return nil }
    let digits = text[..<range.lowerBound].reversed().prefix { $0.isNumber || $0 == "," }.filter { $0 != "," }
    return Double(String(digits.reversed()))
  }
}

extension [Double] {
  package var median: Double? {
    guard !isEmpty else { return nil }
    let sorted = sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }

  /// The value below which this share of them lies; of few, rather the one above.
  package func percentile(_ share: Double) -> Double? {
    guard !isEmpty else { return nil }
    return sorted()[Swift.min(count - 1, Int(share * Double(count)))]
  }
}
