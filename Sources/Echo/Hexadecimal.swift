/// Digits to the base of 16, in lower case.
enum Hexadecimal {
  static func digit(_ value: UInt8) -> Unicode.Scalar {
    let value = value & 15
    return Unicode.Scalar(value < 10 ? 0x30 + value : 0x57 + value)
  }

  /// The last `digits` digits.
  static func text(_ value: UInt64, digits: Int) -> String {
    var text = String.UnicodeScalarView()
    for place in (0..<digits).reversed() {
      text.append(digit(UInt8(truncatingIfNeeded: value >> UInt64(4 * place))))
    }
    return String(text)
  }

  /// The bytes as pairs of digits, without blanks between.
  static func bytes(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    bytes.flatMap { [UInt8(ascii: digit($0 >> 4)), UInt8(ascii: digit($0))] }
  }
}
