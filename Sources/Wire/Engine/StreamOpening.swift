/// Tells by the beginning of a stream whether it speaks HTTP or TLS (RFC 9112, 3; RFC 8446, 5.1): what follows may have been
/// chosen by a page in the user's browser.
struct StreamOpening {
  private enum Verdict {
    case open, foreign, other
  }

  /// The methods that browsers send without being asked, and their kin: what begins with one need not come to a line's end.
  private static let methods = ["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"]
    .map { $0.utf8.reduce(0) { $0 << 8 | UInt64($1) } }
  private static let lineLimit = 8192
  private static let emptyLimit = 8192

  private var verdict = Verdict.open
  private var hasSpace = false
  /// Bytes of the empty lines before it.
  private var emptyCount: UInt16 = 0
  /// Bytes of the first line that is not empty.
  private var count: UInt16 = 0
  /// The last eight of them, the last one lowest.
  private var last: UInt64 = 0

  var isForeign: Bool { verdict == .foreign }

  /// Looks at the next bytes of the stream.
  @inline(__always)
  mutating func note(_ bytes: UnsafeRawBufferPointer) {
    if verdict == .open { look(at: bytes) }
  }

  private mutating func look(at bytes: UnsafeRawBufferPointer) {
    for byte in bytes {
      look(at: byte)
      if verdict != .open { return }
    }
  }

  private mutating func look(at byte: UInt8) {
    if count == 1, last == 0x16, byte == 0x03 { return verdict = .foreign }
    if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
      // Empty lines before a request are to be passed over (RFC 9112, 2.2).
      guard count == 0 else { return verdict = hasSpace && endsInVersion ? .foreign : .other }
      emptyCount += 1
      if emptyCount == StreamOpening.emptyLimit { verdict = .other }
      return
    }
    if byte == UInt8(ascii: " "), !hasSpace {
      hasSpace = true
      // A NUL before it would not show in the number.
      if StreamOpening.methods.contains(last), count <= 8, last >> (8 * (count - 1)) > 0 { return verdict = .foreign }
    }
    count += 1
    last = last << 8 | UInt64(byte)
    if count == StreamOpening.lineLimit { verdict = .other }
  }

  /// Whether the line ends in `HTTP/` and a version, as `1.1` or `2`.
  private var endsInVersion: Bool {
    let version = last >> 8 & 0xff == 0x2e ? last >> 16 : last
    func isDigit(_ byte: UInt64) -> Bool { (0x30...0x39).contains(byte & 0xff) }
    guard isDigit(last), isDigit(version) else { return false }
    // Letters in upper case.
    return version >> 8 & 0xdfdf_dfdf_ff == 0x48_54_54_50_2f
  }
}
