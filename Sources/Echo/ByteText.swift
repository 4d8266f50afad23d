import Screen
import Wire

/// Text made as bytes, without a String on the way: plain mode writes millions of lines.
extension [UInt8] {
  mutating func append(_ text: String) { append(contentsOf: text.utf8) }

  mutating func append(decimal number: some BinaryInteger) {
    if number < 0 { append(0x2d) }
    let value = UInt64(clamping: number.magnitude)
    var divisor: UInt64 = 1
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(truncatingIfNeeded: 0x30 + value / divisor % 10))
      divisor /= 10
    }
  }

  /// A number with leading zeros.
  mutating func append(_ number: Int, digits: Int) {
    var divisor = 1
    for _ in 1..<digits { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(truncatingIfNeeded: 0x30 + number / divisor % 10))
      divisor /= 10
    }
  }

  /// RFC 3339 in UTC with microseconds: `2026-11-22T16:30:01.123456Z`.
  mutating func append(_ time: Timestamp) {
    let fields = time.fields()
    append(fields.year, digits: 4)
    append(0x2d)
    append(fields.month, digits: 2)
    append(0x2d)
    append(fields.day, digits: 2)
    append(0x54)
    append(fields.hour, digits: 2)
    append(0x3a)
    append(fields.minute, digits: 2)
    append(0x3a)
    append(fields.second, digits: 2)
    append(0x2e)
    append(fields.nanosecond / 1000, digits: 6)
    append(0x5a)
  }

  /// Nanoseconds as milliseconds with three decimals: `0.213`.
  mutating func append(milliseconds nanoseconds: Int64) {
    let microseconds = Int(nanoseconds / 1000)
    append(decimal: microseconds / 1000)
    append(0x2e)
    append(microseconds % 1000, digits: 3)
  }

  /// Foreign bytes as visible text.
  mutating func append(printable bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { Printable.append($0, to: &self) }
  }
}
