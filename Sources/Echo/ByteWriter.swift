/// Writes into room that was made for it: what a line takes at most is known before the line is made.
struct ByteWriter {
  private(set) var place: UnsafeMutableRawPointer
  private let end: UnsafeMutableRawPointer

  init(_ start: UnsafeMutableRawPointer, capacity: Int) {
    place = start
    end = start + capacity
  }

  @inline(__always)
  mutating func write(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    assert(end - place >= bytes.count)
    place.copyMemory(from: base, byteCount: bytes.count)
    place += bytes.count
  }

  @inline(__always)
  mutating func write(_ bytes: [UInt8]) { bytes.withUnsafeBytes { write($0) } }

  /// Words that are known when this is compiled.
  @inline(__always)
  mutating func write(_ text: StaticString) {
    write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  @inline(__always)
  mutating func write(_ byte: UInt8) {
    assert(end > place)
    place.storeBytes(of: byte, as: UInt8.self)
    place += 1
  }

  /// The digits of a number: at most `longestDecimal`.
  @inline(__always)
  mutating func write(decimal number: UInt64) {
    var count = 1
    var power: UInt64 = 10
    while count < ByteWriter.longestDecimal, number >= power {
      count &+= 1
      power = power &* 10
    }
    assert(end - place >= count)
    var rest = number
    var digit = place + count
    repeat {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
      digit -= 1
      digit.storeBytes(of: UInt8(truncatingIfNeeded: 0x30 &+ remainder), as: UInt8.self)
      rest = quotient
    } while rest > 0
    place += count
  }

  /// Digits of the largest number.
  static let longestDecimal = 20
}

extension [UInt8] {
  /// Appends what `body` writes, at most `count` bytes.
  @inline(__always)
  mutating func append(atMost count: Int, _ body: (inout ByteWriter) -> Void) {
    append(addingCapacity: count) { span in
      span.withUnsafeMutableBufferPointer { buffer, initializedCount in
        guard let base = buffer.baseAddress else { return }
        let start = UnsafeMutableRawPointer(base + initializedCount)
        var writer = ByteWriter(start, capacity: buffer.count &- initializedCount)
        body(&writer)
        initializedCount &+= writer.place - start
      }
    }
  }
}
