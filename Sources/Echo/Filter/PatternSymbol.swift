import Screen

/// What one step of a pattern takes: a Unicode scalar, or a byte that is not UTF-8 where it stands.
struct PatternSymbol: Hashable, Comparable, Sendable {
  /// The scalar's value; ill-formed bytes lie past the last scalar.
  let value: UInt32

  static let limit: UInt32 = 0x11_0100

  init(value: UInt32) { self.value = value }

  init(_ scalar: Unicode.Scalar) { value = scalar.value }

  /// A byte as it is written in a pattern: below 0x80 it is a scalar.
  init(byte: UInt8) { value = byte < 0x80 ? UInt32(byte) : 0x11_0000 + UInt32(byte) }

  @inline(__always)
  init(_ unit: Printable.Unit) {
    value = if let scalar = unit.scalar { scalar.value } else { 0x11_0000 + UInt32(unit.byte) }
  }

  static func < (left: PatternSymbol, right: PatternSymbol) -> Bool { left.value < right.value }
}
