#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension UnsafeRawBufferPointer {
  /// Whether a byte is among these, found as fast as the C library can.
  func holds(_ byte: UInt8) -> Bool {
    guard let baseAddress else { return false }
    return memchr(baseAddress, Int32(byte), count) != nil
  }

  /// How many of these are a byte.
  func count(of byte: UInt8) -> Int {
    guard let baseAddress else { return 0 }
    var found = 0
    var start = 0
    while start < count {
      // Few enough for a sum that fits a byte, so that the processor adds many at once.
      let end = Swift.min(count, start &+ 128)
      var part: UInt8 = 0
      for index in start..<end { part &+= baseAddress.load(fromByteOffset: index, as: UInt8.self) == byte ? 1 : 0 }
      found &+= Int(part)
      start = end
    }
    return found
  }
}
