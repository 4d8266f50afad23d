import Wire

/// Packets from one address and port to another, made up from what is known of them: both of the same family.
struct InternetPacket {
  struct Flags: OptionSet {
    let rawValue: UInt8

    static let finish = Flags(rawValue: 1)
    static let synchronize = Flags(rawValue: 2)
    static let reset = Flags(rawValue: 4)
    static let push = Flags(rawValue: 8)
    static let acknowledge = Flags(rawValue: 16)
  }

  /// Where a segment stands in its stream, and how far the sender has heard the other one.
  struct Place {
    var sequence: UInt32
    var acknowledgement: UInt32
  }

  private static let segmentProtocol: UInt8 = 6
  private static let datagramProtocol: UInt8 = 17
  private static let datagramHeaderCount = 8
  private static let segmentHeaderCount = 20
  private static let hopLimit: UInt8 = 64
  private static let window: UInt16 = .max
  /// The most that a datagram carries, over either family.
  static let longestDatagram = 65_507

  let source: SocketAddress
  let destination: SocketAddress

  /// Appends a TCP segment (RFC 9293).
  func appendSegment(_ flags: Flags, _ place: Place, _ payload: UnsafeRawBufferPointer, to output: inout [UInt8]) {
    let count = InternetPacket.segmentHeaderCount + payload.count
    appendHeader(InternetPacket.segmentProtocol, count, to: &output)
    let start = output.count
    appendPorts(to: &output)
    output.append(bigEndian: place.sequence)
    output.append(bigEndian: place.acknowledgement)
    // The header's length in words of four bytes, in the upper half of a byte.
    output.append(UInt8(InternetPacket.segmentHeaderCount / 4) << 4)
    output.append(flags.rawValue)
    output.append(bigEndian: InternetPacket.window)
    output.append(bigEndian: 0 as UInt32)
    output.append(contentsOf: payload)
    let sum = checksum(InternetPacket.segmentProtocol, count, from: start, of: output)
    output.put(bigEndian: sum, at: start + 16)
  }

  /// Appends a UDP datagram (RFC 768) of which so many bytes at the end are missing.
  func appendDatagram(_ payload: UnsafeRawBufferPointer, missing: Int, to output: inout [UInt8]) {
    let count = InternetPacket.datagramHeaderCount + payload.count + missing
    appendHeader(InternetPacket.datagramProtocol, count, to: &output)
    let start = output.count
    appendPorts(to: &output)
    output.append(bigEndian: UInt16(truncatingIfNeeded: count))
    output.append(bigEndian: 0 as UInt16)
    output.append(contentsOf: payload)
    let sum = checksum(InternetPacket.datagramProtocol, count, from: start, of: output)
    // None would be zero.
    output.put(bigEndian: sum == 0 ? .max : sum, at: start + 6)
  }

  private func appendPorts(to output: inout [UInt8]) {
    output.append(bigEndian: source.port)
    output.append(bigEndian: destination.port)
  }

  private func appendHeader(_ number: UInt8, _ count: Int, to output: inout [UInt8]) {
    guard source.family == .ipv4 else {
      // RFC 8200, 3.
      output.append(bigEndian: 0x6000_0000 as UInt32)
      output.append(bigEndian: UInt16(truncatingIfNeeded: count))
      output.append(number)
      output.append(InternetPacket.hopLimit)
      for address in [source, destination] {
        output.append(bigEndian: address.high)
        output.append(bigEndian: address.low)
      }
      return
    }
    // RFC 791, 3.1, with "don't fragment".
    let start = output.count
    output.append(contentsOf: [0x45, 0])
    output.append(bigEndian: UInt16(truncatingIfNeeded: count + 20))
    output.append(bigEndian: 0x0000_4000 as UInt32)
    output.append(InternetPacket.hopLimit)
    output.append(number)
    output.append(bigEndian: 0 as UInt16)
    output.append(bigEndian: UInt32(truncatingIfNeeded: source.low))
    output.append(bigEndian: UInt32(truncatingIfNeeded: destination.low))
    var checksum = InternetChecksum()
    output.withUnsafeBytes { checksum.add(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    output.put(bigEndian: checksum.value, at: start + 10)
  }

  /// The sum over the pseudo header of either family, and what follows the place.
  private func checksum(_ number: UInt8, _ count: Int, from start: Int, of output: [UInt8]) -> UInt16 {
    var checksum = InternetChecksum()
    for address in [source, destination] {
      checksum.add(address.high)
      checksum.add(address.low)
    }
    checksum.add(UInt16(number))
    checksum.add(UInt16(truncatingIfNeeded: count))
    output.withUnsafeBytes { checksum.add(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    return checksum.value
  }
}
