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
}
