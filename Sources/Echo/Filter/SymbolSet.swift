/// A set of symbols, as sorted ranges that neither touch nor overlap.
struct SymbolSet: Hashable, Sendable {
  private(set) var ranges: [Range<UInt32>]

  static let all = SymbolSet([0..<PatternSymbol.limit])
  static let digits = SymbolSet(["0"..."9"])
  static let word = SymbolSet(["0"..."9", "A"..."Z", "_"..."_", "a"..."z"])
  static let space = SymbolSet(["\t"..."\r", " "..." "])

  init(_ ranges: [Range<UInt32>]) {
    self.ranges = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
      if let last = self.ranges.last, last.upperBound >= range.lowerBound {
        self.ranges[self.ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        self.ranges.append(range)
      }
    }
  }

  init(_ symbol: PatternSymbol) { ranges = [symbol.value..<(symbol.value + 1)] }

  private init(_ ranges: [ClosedRange<Unicode.Scalar>]) {
    self.init(ranges.map { $0.lowerBound.value..<($0.upperBound.value + 1) })
  }

  func union(_ other: SymbolSet) -> SymbolSet { SymbolSet(ranges + other.ranges) }

  var inverted: SymbolSet {
    let starts = [0] + ranges.map(\.upperBound)
    let ends = ranges.map(\.lowerBound) + [PatternSymbol.limit]
    return SymbolSet(zip(starts, ends).map { $0..<$1 })
  }

  /// The set with the other case of its ASCII letters.
  var ignoringCase: SymbolSet {
    var others: [Range<UInt32>] = []
    for range in ranges {
      let upper = range.clamped(to: 0x41..<0x5B)
      let lower = range.clamped(to: 0x61..<0x7B)
      others.append((upper.lowerBound + 0x20)..<(upper.upperBound + 0x20))
      others.append((lower.lowerBound - 0x20)..<(lower.upperBound - 0x20))
    }
    return SymbolSet(ranges + others)
  }

  func contains(_ symbol: PatternSymbol) -> Bool { ranges.contains { $0.contains(symbol.value) } }
}
