extension Printable {
  /// The escape that stands for one unit: up to ten ASCII characters, `\u{10ffff}`.
  package struct Escape: Hashable, Sendable {
    /// The characters, the first in the lowest byte.
    private let low: UInt64
    private let high: UInt16
    private let length: UInt8

    /// Characters, which are columns and UTF-8 bytes too.
    package var count: Int { Int(length) }

    package subscript(index: Int) -> UInt8 {
      UInt8(truncatingIfNeeded: index < 8 ? low >> UInt64(8 * index) : UInt64(high) >> UInt64(8 * (index - 8)))
    }

    @inline(__always)
    init(_ unit: Unit) {
      guard let scalar = unit.scalar else {
        self.init(byte: unit.byte)
        return
      }
      switch scalar {
      case "\\": self.init(letter: "\\")
      case "\n": self.init(letter: "n")
      case "\r": self.init(letter: "r")
      case "\t": self.init(letter: "t")
      case "\u{1B}": self.init(letter: "e")
      case "\0": self.init(letter: "0")
      case _ where scalar.isASCII: self.init(byte: unit.byte)
      default: self.init(scalar: scalar.value)
      }
    }

    /// `\n`
    @inline(__always)
    private init(letter: Unicode.Scalar) {
      low = 0x5C | UInt64(letter.value) << 8
      high = 0
      length = 2
    }

    /// `\x9b`
    @inline(__always)
    private init(byte: UInt8) {
      let digits = Escape.digits(UInt64(byte)).byteSwapped >> 48
      low = 0x785C | digits << 16
      high = 0
      length = 4
    }

    /// `\u{202e}`
    @inline(__always)
    private init(scalar: UInt32) {
      let count = UInt64(truncatingIfNeeded: (35 - scalar.leadingZeroBitCount) / 4)
      let digits = Escape.digits(UInt64(scalar)).byteSwapped >> (64 - 8 * count)
      let brace: UInt64 = 0x7D << (8 * count)
      low = 0x7B_755C | (digits | brace) << 24
      high = UInt16(truncatingIfNeeded: (digits | brace) >> 40)
      length = UInt8(truncatingIfNeeded: count + 4)
    }

    /// The hexadecimal digits of a number below 1 << 24, the last in the lowest byte.
    @inline(__always)
    private static func digits(_ value: UInt64) -> UInt64 {
      let ones: UInt64 = 0x0101_0101_0101_0101
      var spread = (value & 0xFF) | (value & 0xFF00) << 8 | (value & 0xFF_0000) << 16
      spread = (spread | spread << 4) & (ones &* 0x0F)
      let letters = (spread &+ ones &* 6) >> 4 & ones
      return spread &+ ones &* 0x30 &+ letters &* 0x27
    }

    package func append(to output: inout [UInt8]) {
      for index in 0..<count { output.append(self[index]) }
    }

    /// Stores the characters: `longest` bytes are written at `place`, of which the first `count` are meant.
    @inline(__always)
    func store(in buffer: UnsafeMutableRawBufferPointer, at place: Int) {
      buffer.storeBytes(of: low.littleEndian, toByteOffset: place, as: UInt64.self)
      buffer.storeBytes(of: high.littleEndian, toByteOffset: place + 8, as: UInt16.self)
    }

    static let longest = 10
  }
}
