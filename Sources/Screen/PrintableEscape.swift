extension Printable {
  /// The escape that stands for one unit: up to ten ASCII characters, `\u{10ffff}`.
  package struct Escape: Hashable, Sendable {
    private var characters = SIMD16<UInt8>()
    /// Characters, which are columns and UTF-8 bytes too.
    package private(set) var count = 0

    package subscript(index: Int) -> UInt8 { characters[index] }

    init(_ unit: Unit) {
      put("\\")
      guard let scalar = unit.scalar else {
        putByte(unit.byte)
        return
      }
      switch scalar {
      case "\\": put("\\")
      case "\n": put("n")
      case "\r": put("r")
      case "\t": put("t")
      case "\u{1B}": put("e")
      case "\0": put("0")
      case _ where scalar.isASCII: putByte(unit.byte)
      default:
        put("u")
        put("{")
        let digits = (35 - scalar.value.leadingZeroBitCount) / 4
        for place in (0..<digits).reversed() { putDigit(scalar.value >> UInt32(4 * place)) }
        put("}")
      }
    }

    package func append(to output: inout [UInt8]) {
      for index in 0..<count { output.append(characters[index]) }
    }

    private mutating func put(_ character: Unicode.Scalar) {
      characters[count] = UInt8(truncatingIfNeeded: character.value)
      count += 1
    }

    private mutating func putByte(_ byte: UInt8) {
      put("x")
      putDigit(UInt32(byte >> 4))
      putDigit(UInt32(byte))
    }

    private mutating func putDigit(_ value: UInt32) {
      let digit = UInt8(truncatingIfNeeded: value & 15)
      characters[count] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
      count += 1
    }
  }
}
