/// Where tokens of checked JSON end.
enum JSONToken {
  /// Just behind the closing quote; or at `limit`, with the string still open.
  static func stringEnd(
    _ bytes: UnsafeRawBufferPointer,
    from start: Int,
    limit: Int
  ) -> (index: Int, isOpen: Bool) {
    var index = start
    while index < limit {
      switch bytes[index] {
      case UInt8(ascii: "\""): return (index + 1, false)
      case UInt8(ascii: "\\"): index += 2
      default: index += 1
      }
    }
    return (limit, true)
  }

  /// Behind a number or a literal.
  static func wordEnd(_ bytes: UnsafeRawBufferPointer, from start: Int, limit: Int) -> Int {
    var index = start
    while index < limit, isWord(bytes[index]) { index += 1 }
    return max(index, min(start + 1, limit))
  }

  static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x61...0x7A, 0x41...0x5A, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."): true
    default: false
    }
  }
}
