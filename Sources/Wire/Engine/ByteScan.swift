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
}
