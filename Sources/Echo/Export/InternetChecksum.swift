/// The checksum of IPv4, TCP and UDP (RFC 1071): each part that is added begins at an even place of the whole.
struct InternetChecksum {
  private var sum: UInt64 = 0

  /// What goes into the packet.
  var value: UInt16 {
    var folded = sum
    while folded >> 16 != 0 { folded = (folded & 0xffff) + folded >> 16 }
    return ~UInt16(truncatingIfNeeded: folded)
  }

  mutating func add(_ word: UInt16) { sum &+= UInt64(word) }

  mutating func add(_ number: UInt64) {
    for shift in stride(from: 0 as UInt64, to: 64, by: 16) { sum &+= number >> shift & 0xffff }
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var index = 0
    // Four bytes at a time: 2¹⁶ and 1 are the same to the sum.
    while index &+ 4 <= bytes.count {
      sum &+= UInt64(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self)))
      index &+= 4
    }
    while index < bytes.count {
      sum &+= UInt64(bytes[index]) << (index & 1 == 0 ? 8 : 0)
      index &+= 1
    }
  }
}
