/// Where a socket is or where its peer is, as a small value: made for every datagram, turned into text only when shown.
package struct SocketAddress: Hashable, Sendable {
  package enum Family: UInt8, Hashable, Sendable {
    case ipv4 = 4
    case ipv6 = 6
    /// A Unix peer has no address; `scope` is its process.
    case unix = 1
  }

  // The largest first, so that there are no holes.
  /// The upper half of an IPv6 address.
  package var high: UInt64
  /// The lower half of an IPv6 address; an IPv4 address in the low 32 bits.
  package var low: UInt64
  /// The interface of a link-local IPv6 address, or the process of a Unix peer.
  package var scope: UInt32
  package var port: UInt16
  package var family: Family

  package init(family: Family, port: UInt16 = 0, high: UInt64 = 0, low: UInt64 = 0, scope: UInt32 = 0) {
    self.family = family
    self.port = port
    self.high = high
    self.low = low
    self.scope = scope
  }

  package static func ipv4(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, port: UInt16) -> SocketAddress {
    let bits = UInt64(a) << 24 | UInt64(b) << 16 | UInt64(c) << 8 | UInt64(d)
    return SocketAddress(family: .ipv4, port: port, low: bits)
  }

  /// An IPv4 address in an IPv6 one (RFC 4291, 2.5.5.2).
  private var isMapped: Bool { family == .ipv6 && high == 0 && low >> 32 == 0xffff }

  package var isLoopback: Bool {
    switch family {
    case .unix: true
    case .ipv4: low >> 24 == 127
    case .ipv6: (high == 0 && low == 1) || (isMapped && (low >> 24) & 0xff == 127)
    }
  }

  /// Whether it stands for all of a machine's addresses.
  package var isUnspecified: Bool { family != .unix && high == 0 && low == 0 }

  package var isMulticast: Bool {
    switch family {
    case .unix: false
    case .ipv4: low >> 28 == 0xe
    case .ipv6: high >> 56 == 0xff
    }
  }

  /// The limited broadcast address; a subnet's own is not known here.
  package var isBroadcast: Bool { family == .ipv4 && low & 0xffff_ffff == 0xffff_ffff }

  func isOnHost(of other: SocketAddress?) -> Bool {
    family == other?.family && high == other?.high && low == other?.low
  }

  /// The host without its port, as `description` shows it but without brackets.
  package var host: String {
    switch family {
    case .unix: "pid \(scope)"
    case .ipv4: ipv4Text
    case .ipv6: ipv6Text + (scope == 0 ? "" : "%\(scope)")
    }
  }

  private var ipv4Text: String {
    "\(low >> 24 & 0xff).\(low >> 16 & 0xff).\(low >> 8 & 0xff).\(low & 0xff)"
  }

  /// The canonical text of RFC 5952: lower case, the longest run of two or more zero groups (the first of equals) as `::`.
  private var ipv6Text: String {
    if isMapped { return "::ffff:" + ipv4Text }
    let groups = (0..<8).map { index in
      UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64((3 - index % 4) * 16))
    }
    let zeros = longestZeroRun(groups)
    let head = groups[..<zeros.lowerBound].map { String($0, radix: 16) }.joined(separator: ":")
    guard !zeros.isEmpty else { return head }
    let tail = groups[zeros.upperBound...].map { String($0, radix: 16) }.joined(separator: ":")
    return head + "::" + tail
  }

  private func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
    var longest = groups.count..<groups.count
    var start = 0
    while start < groups.count {
      var end = start
      while end < groups.count, groups[end] == 0 { end += 1 }
      if end - start >= 2, end - start > longest.count { longest = start..<end }
      start = max(end, start + 1)
    }
    return longest
  }
}

extension SocketAddress: CustomStringConvertible {
  /// `127.0.0.1:5000`, `[::1]:5000`, `pid 4242`.
  package var description: String {
    switch family {
    case .unix: host
    case .ipv4: "\(host):\(port)"
    case .ipv6: "[\(host)]:\(port)"
    }
  }
}
