/// Counts over time as a row of bars, the newest at the right.
package struct Sparkline: Hashable, Sendable {
  /// Oldest first.
  package var counts: [UInt64]

  package init(_ counts: [UInt64]) { self.counts = counts }

  /// One character a column: the newest counts that fit, scaled to the highest of them; none is a blank, and anything
  /// at all is at least the lowest bar.
  package func text(columns: Int, glyphs: Glyphs = .unicode) -> String {
    let columns = max(0, columns)
    let shown = counts.suffix(columns)
    let highest = max(1, shown.max() ?? 1)
    var text = String(repeating: " ", count: columns - shown.count)
    for count in shown {
      let scaled = Double(count) / Double(highest) * Double(glyphs.bars.count)
      // Rounded up by hand, so that only nothing is nothing and the C mathematics library is not needed.
      let level = Double(Int(scaled)) < scaled ? Int(scaled) + 1 : Int(scaled)
      let bar = glyphs.bars[min(max(level, 1), glyphs.bars.count) - 1]
      text.unicodeScalars.append(count == 0 ? " " : bar)
    }
    return text
  }
}
