/// How long a receipt took from the message's time to the kernel, in 16 bits: to 0.05 %, up to 73 minutes.
///
/// Up to 2047 ns it is exact; above, 5 bits of exponent and 11 of mantissa, rounded down. 0 is no time.
package struct ReplyTime: Hashable, Sendable {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// No receipt, or one that had to be queued.
  package static let none = ReplyTime(rawValue: 0)

  private static let mantissaBits = 11
  private static let longest = Int64(0xFFF) << 30

  /// A time of at least 1 ns and at most the longest there is.
  package init(nanoseconds: Int64) {
    let value = UInt64(min(max(1, nanoseconds), ReplyTime.longest))
    let exponent = max(0, 63 &- ReplyTime.mantissaBits &- value.leadingZeroBitCount &+ 1)
    guard exponent > 0 else {
      rawValue = UInt16(truncatingIfNeeded: value)
      return
    }
    let mantissa = (value &>> UInt64(exponent &- 1)) & 0x7FF
    rawValue = UInt16(truncatingIfNeeded: UInt64(exponent) &<< UInt64(ReplyTime.mantissaBits) | mantissa)
  }

  /// nil where there is no time.
  package var nanoseconds: Int64? {
    guard rawValue != 0 else { return nil }
    let exponent = Int64(rawValue &>> 11)
    let mantissa = Int64(rawValue & 0x7FF)
    return exponent == 0 ? mantissa : (mantissa | 0x800) &<< (exponent &- 1)
  }
}
