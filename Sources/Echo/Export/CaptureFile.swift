import Wire

/// The blocks of a pcapng file (draft-ietf-opsawg-pcapng) as bytes: one section, one interface of bare IP packets, times in
/// nanoseconds, no comments.
enum CaptureFile {
  private static let sectionHeader: UInt32 = 0x0a0d_0d0a
  private static let interfaceDescription: UInt32 = 1
  private static let enhancedPacket: UInt32 = 6
  private static let byteOrderMagic: UInt32 = 0x1a2b_3c4d
  /// LINKTYPE_RAW: packets begin with an IPv4 or IPv6 header.
  private static let rawIP: UInt16 = 101
  private static let timeResolution: UInt16 = 9
  /// The fields of a packet's block before the packet.
  private static let packetStart = 28

  /// Adds what comes before the first packet.
  static func appendStart(to output: inout [UInt8]) {
    appendBlock(sectionHeader, to: &output) { block in
      block.append(littleEndian: byteOrderMagic)
      block.append(littleEndian: 1 as UInt16)
      block.append(littleEndian: 0 as UInt16)
      // How long the section is, is not known.
      block.append(littleEndian: -1 as Int64)
    }
    appendBlock(interfaceDescription, to: &output) { block in
      block.append(littleEndian: rawIP)
      block.append(littleEndian: 0 as UInt16)
      // No limit to what is kept of a packet.
      block.append(littleEndian: 0 as UInt32)
      block.append(littleEndian: timeResolution)
      block.append(littleEndian: 1 as UInt16)
      // The exponent: ten to minus nine.
      block.append(contentsOf: [9, 0, 0, 0])
      block.append(littleEndian: 0 as UInt32)
    }
  }

  /// Adds a packet that `write` appends; so many bytes at its end are missing, and were there on the wire.
  static func appendPacket(
    at time: Timestamp,
    missing: Int = 0,
    to output: inout [UInt8],
    _ write: (inout [UInt8]) -> Void
  ) {
    appendBlock(enhancedPacket, to: &output) { block in
      let start = block.count - 8
      block.append(littleEndian: 0 as UInt32)
      let nanoseconds = UInt64(bitPattern: time.nanoseconds)
      block.append(littleEndian: UInt32(truncatingIfNeeded: nanoseconds >> 32))
      block.append(littleEndian: UInt32(truncatingIfNeeded: nanoseconds))
      block.append(littleEndian: 0 as UInt64)
      write(&block)
      let count = block.count - start - packetStart
      block.put(littleEndian: UInt32(count), at: start + 20)
      block.put(littleEndian: UInt32(count + missing), at: start + 24)
      block.append(contentsOf: repeatElement(0, count: -count & 3))
    }
  }

  /// A block has its length at both ends, so that a file can be read either way round.
  private static func appendBlock(_ type: UInt32, to output: inout [UInt8], _ write: (inout [UInt8]) -> Void) {
    let start = output.count
    output.append(littleEndian: type)
    output.append(littleEndian: 0 as UInt32)
    write(&output)
    let length = UInt32(output.count - start + 4)
    output.append(littleEndian: length)
    output.put(littleEndian: length, at: start + 4)
  }
}
