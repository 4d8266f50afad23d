/// Bytes as letters (RFC 4648, section 4): for JSON that has no other place for them, and for the terminal's clipboard.
package enum Base64 {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Appends the letters, padded with `=` to a multiple of four.
  package static func append(_ raw: UnsafeRawBufferPointer, to output: inout [UInt8]) {
    var index = 0
    while index < raw.count {
      let taken = min(3, raw.count - index)
      var group: UInt32 = 0
      for offset in 0..<3 { group = group << 8 | (offset < taken ? UInt32(raw[index + offset]) : 0) }
      for digit in 0..<4 {
        output.append(digit <= taken ? digits[Int(group >> UInt32(18 - digit * 6) & 63)] : 0x3d)
      }
      index += taken
    }
  }

  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0xFF, count: 256)
    for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }()

  /// Appends what the letters stand for; false, and a part of it, where they are not what `append` writes.
  package static func appendDecoded(_ letters: UnsafeRawBufferPointer, to output: inout [UInt8]) -> Bool {
    guard letters.count % 4 == 0 else { return false }
    var index = 0
    while index < letters.count {
      let isLast = index + 4 == letters.count
      let padding = isLast ? letters[(index + 2)...].reduce(0) { $0 + ($1 == 0x3D ? 1 : 0) } : 0
      var group: UInt32 = 0
      for offset in 0..<(4 - padding) {
        let value = values[Int(letters[index + offset])]
        guard value != 0xFF else { return false }
        group = group << 6 | UInt32(value)
      }
      group <<= UInt32(6 * padding)
      // What is beyond the last byte is zero.
      guard padding == 0 || group & (padding == 1 ? 0xFF : 0xFFFF) == 0 else { return false }
      for offset in 0..<(3 - padding) { output.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * offset))) }
      index += 4
    }
    return true
  }
}
