/// Text put together by hand in bytes that were set aside for it: of a line, only one piece goes to the output.
extension OutputSpan<UInt8> {
  @inline(__always)
  mutating func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  @inline(__always)
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    withUnsafeMutableBufferPointer { span, count in
      UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: span[count...])).copyMemory(from: bytes)
      count += bytes.count
    }
  }

  mutating func append(decimal number: UInt64) {
    guard number >= 10 else { return append(UInt8(truncatingIfNeeded: 0x30 &+ number)) }
    var digits = 2
    var limit: UInt64 = 100
    while digits < 20, number >= limit {
      digits &+= 1
      limit = limit &* 10
    }
    withUnsafeMutableBufferPointer { span, count in
      let stretch = UnsafeMutableBufferPointer(rebasing: span[count..<(count &+ digits)])
      count &+= digits
      var number = number
      var place = digits
      while place > 0 {
        place &-= 1
        let rest = number / 10
        stretch[place] = UInt8(truncatingIfNeeded: 0x30 &+ number &- rest &* 10)
        number = rest
      }
    }
  }

  /// A round trip of some nanoseconds: `0.21 ms`, `6200 ms`.
  mutating func append(roundTrip nanoseconds: Int64) {
    let hundredths = (UInt64(max(0, nanoseconds)) + 5000) / 10_000
    if hundredths < 10_000 {
      append(decimal: hundredths / 100)
      append(0x2e)
      append(UInt8(truncatingIfNeeded: 0x30 &+ hundredths / 10 % 10))
      append(UInt8(truncatingIfNeeded: 0x30 &+ hundredths % 10))
    } else {
      append(decimal: (hundredths + 50) / 100)
    }
    append(" ms")
  }
}
