import Wire

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

extension Peer {
  /// A peer as a recording describes it; nil if it is none.
  init?(connection: Int64, transport: String, address: String) {
    guard let connection = UInt32(exactly: connection), let transport = Transport(rawValue: transport),
      let address = SocketAddress(recorded: address), (address.family == .unix) == (transport == .unix)
    else { return nil }
    self.init(connection: ConnectionID(connection), transport: transport, address: address)
  }
}

extension SocketAddress {
  /// Reads what `description` writes.
  init?(recorded text: String) {
    if text.hasPrefix("pid ") {
      guard let process = SocketAddress.number(text.dropFirst(4), upTo: .max) else { return nil }
      self.init(family: .unix, scope: process)
      return
    }
    guard let colon = text.lastIndex(of: ":"),
      let port = SocketAddress.number(text[text.index(after: colon)...], upTo: 65_535)
    else { return nil }
    let host = text[..<colon]
    if host.first == "[", host.last == "]", host.count > 2 {
      self.init(ipv6: host.dropFirst().dropLast(), port: UInt16(port))
    } else {
      var bits = in_addr()
      guard inet_pton(AF_INET, String(host), &bits) == 1 else { return nil }
      self.init(family: .ipv4, port: UInt16(port), low: UInt64(UInt32(bigEndian: bits.s_addr)))
    }
  }

  private init?(ipv6 text: Substring, port: UInt16) {
    let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    guard let scope = parts.count == 1 ? 0 : SocketAddress.number(parts[1], upTo: .max) else { return nil }
    var bytes: (high: UInt64, low: UInt64) = (0, 0)
    guard withUnsafeMutableBytes(of: &bytes, { inet_pton(AF_INET6, String(parts[0]), $0.baseAddress) }) == 1 else {
      return nil
    }
    let (high, low) = (UInt64(bigEndian: bytes.high), UInt64(bigEndian: bytes.low))
    self.init(family: .ipv6, port: port, high: high, low: low, scope: scope)
  }

  /// A number in decimal digits alone.
  private static func number(_ text: Substring, upTo limit: UInt32) -> UInt32? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt32(text),
      number <= limit
    else { return nil }
    return number
  }
}
