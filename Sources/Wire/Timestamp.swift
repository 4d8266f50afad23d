/// A moment of the wall clock, in nanoseconds since 1970 (UTC); its text is made only when shown.
package struct Timestamp: Hashable, Comparable, Sendable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  package static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The civil date and time, UTC shifted by `offset` seconds (Howard Hinnant, "chrono-Compatible Low-Level Date
  /// Algorithms", civil_from_days).
  package func fields(offset: Int = 0) -> Fields {
    let (seconds, fraction) = floorDivision(nanoseconds, 1_000_000_000)
    let (days, secondOfDay) = floorDivision(seconds + Int64(offset), 86_400)
    let shifted = days + 719_468
    let (era, dayOfEra) = floorDivision(shifted, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    return Fields(
      year: Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)),
      month: Int(month),
      day: Int(dayOfYear - (153 * monthIndex + 2) / 5 + 1),
      hour: Int(secondOfDay / 3600),
      minute: Int(secondOfDay / 60 % 60),
      second: Int(secondOfDay % 60),
      nanosecond: Int(fraction)
    )
  }

  package struct Fields: Hashable, Sendable {
    package var year, month, day, hour, minute, second, nanosecond: Int
  }
}

private func floorDivision(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
  let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
  return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}
