/// How one figure compares with another over the rounds of a run: the median of the rounds' ratios, the least and the most.
package struct Ratio {
  package let median: Double
  package let least: Double
  package let most: Double

  /// Of a figure of runs that came one after the other, round by round; nil where none has it.
  package init?(_ figure: String, of runs: [Figures], to references: [Figures]) {
    let ratios = zip(runs, references).compactMap { run, reference -> Double? in
      guard let value = run[figure], let other = reference[figure], other > 0 else { return nil }
      return value / other
    }
    guard let median = ratios.median, let least = ratios.min(), let most = ratios.max() else { return nil }
    (self.median, self.least, self.most) = (median, least, most)
  }

  package func spans(_ value: Double?) -> Bool { value.map { (least...most).contains($0) } ?? false }

  package var text: String {
    let range = [least, most].map { Table.number($0, 2) }
    return Table.number(median, 2) + (range[0] == range[1] ? "" : " (\(range[0])–\(range[1]))")
  }
}
