/// Whole numbers as the bytes of file formats and of packets.
extension [UInt8] {
  /// The least significant byte first.
  mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }

  /// The most significant byte first, as networks have it.
  mutating func append<Number: FixedWidthInteger>(bigEndian number: Number) {
    Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
  }

  /// Puts a number, most significant byte first, in the place of two bytes that are there.
  mutating func put(bigEndian number: UInt16, at place: Int) {
    self[place] = UInt8(truncatingIfNeeded: number >> 8)
    self[place + 1] = UInt8(truncatingIfNeeded: number)
  }

  /// Puts a number, least significant byte first, in the place of four bytes that are there.
  mutating func put(littleEndian number: UInt32, at place: Int) {
    for index in 0..<4 { self[place + index] = UInt8(truncatingIfNeeded: number >> UInt32(8 * index)) }
  }
}
