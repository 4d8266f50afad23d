internal import Histogram

/// How often which values came, to 1 %, in memory of a fixed size: 38 KB.
struct Distribution: Sendable {
  /// Greater values count as this one; in nanoseconds it is 73 minutes.
  static let highest: UInt64 = 1 << 42

  private var histogram = Histogram<UInt64>(
    highestTrackableValue: Distribution.highest,
    numberOfSignificantValueDigits: .two
  )

  /// Values recorded.
  var count: UInt64 { histogram.totalCount }

  /// The least value, exact; nil when there is none.
  var minimum: UInt64? { count > 0 ? histogram.min : nil }

  /// The greatest value, exact; nil when there is none.
  var maximum: UInt64? { count > 0 ? histogram.maxRecorded : nil }

  mutating func record(_ value: UInt64, count: UInt64 = 1) {
    histogram.record(min(value, Distribution.highest), count: count)
  }

  /// The value that so many percent of all do not exceed; nil when there is none.
  func percentile(_ percent: Double) -> UInt64? { count > 0 ? histogram.valueAtPercentile(percent) : nil }

  /// How many values lie in each range from a power of two to the next, from the first to the last in which there are any.
  /// `first` is the exponent of the first one; the range of exponent 0 has the value 0 too.
  var octaves: (first: Int, counts: [UInt64]) {
    guard let maximum else { return (0, []) }
    let first = Distribution.exponent(histogram.min)
    let counts = (first...max(first, Distribution.exponent(maximum))).map { exponent in
      histogram.count(within: (exponent == 0 ? 0 : 1 << UInt64(exponent))...((2 << UInt64(exponent)) - 1))
    }
    return (first, counts)
  }

  private static func exponent(_ value: UInt64) -> Int { value == 0 ? 0 : 63 - value.leadingZeroBitCount }
}
