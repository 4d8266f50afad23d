import Wire

/// The peers that `from:` names: an address or a network, with a port or without.
struct AddressPattern: Hashable, Sendable {
  private enum Host: Hashable {
    case loopback
    case ipv4(bits: UInt64, prefix: Int)
    case ipv6(high: UInt64, low: UInt64, prefix: Int, scope: UInt32)
  }

  private let host: Host
  private let port: UInt16?

  /// Reads `10.0.0.7`, `127.0.0.1:5000`, `10.0.0.0/8`, `127/8`, `::1`, `[::1]`, `[::1]:5000`, `fe80::/10`, `[fe80::1%2]` or
  /// `localhost`; nil when it is none of them.
  init?(_ text: String) {
    let text = Substring(text)
    if text.hasPrefix("[") {
      guard let close = text.firstIndex(of: "]") else { return nil }
      let inside = text[text.index(after: text.startIndex)..<close]
      let rest = text[text.index(after: close)...]
      let colon = rest.firstIndex(of: ":") ?? rest.endIndex
      guard rest[..<colon].isEmpty || rest.hasPrefix("/"), let port = AddressPattern.port(rest[colon...]) else {
        return nil
      }
      self.init(ipv6: inside + rest[..<colon], port: port.number)
    } else if text.count(where: { $0 == ":" }) > 1 {
      self.init(ipv6: text, port: nil)
    } else {
      let colon = text.firstIndex(of: ":") ?? text.endIndex
      guard let port = AddressPattern.port(text[colon...]) else { return nil }
      self.init(ipv4: text[..<colon], port: port.number)
    }
  }

  private init?(ipv4 text: Substring, port: UInt16?) {
    self.port = port
    if text == "localhost" {
      host = .loopback
      return
    }
    guard let (address, prefix) = AddressPattern.split(text, bits: 32),
      let bits = AddressText.ipv4(address, isShort: prefix != nil)
    else { return nil }
    let length = prefix ?? 32
    host = .ipv4(bits: bits & AddressPattern.mask(length, of: 32), prefix: length)
  }

  private init?(ipv6 text: Substring, port: UInt16?) {
    guard let (whole, prefix) = AddressPattern.split(text, bits: 128) else { return nil }
    let parts = whole.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    var scope: UInt32 = 0
    if parts.count == 2 {
      guard let number = AddressText.number(parts[1], upTo: UInt64(UInt32.max)) else { return nil }
      scope = UInt32(number)
    }
    guard let (high, low) = AddressText.ipv6(parts[0]) else { return nil }
    self.port = port
    let length = prefix ?? 128
    if high == 0, low >> 32 == 0xFFFF, length >= 96 {
      host = .ipv4(bits: low & 0xFFFF_FFFF & AddressPattern.mask(length - 96, of: 32), prefix: length - 96)
    } else {
      host = .ipv6(
        high: high & AddressPattern.mask(min(length, 64), of: 64),
        low: low & AddressPattern.mask(max(0, length - 64), of: 64),
        prefix: length,
        scope: scope
      )
    }
  }

  func matches(_ address: SocketAddress) -> Bool {
    guard address.family != .unix, port == nil || port == address.port else { return false }
    let isMapped = address.family == .ipv6 && address.high == 0 && address.low >> 32 == 0xFFFF
    switch host {
    case .loopback: return address.isLoopback
    case .ipv4(let bits, let prefix):
      return (address.family == .ipv4 || isMapped)
        && address.low & 0xFFFF_FFFF & AddressPattern.mask(prefix, of: 32) == bits
    case .ipv6(let high, let low, let prefix, let scope):
      return address.family == .ipv6 && address.high & AddressPattern.mask(min(prefix, 64), of: 64) == high
        && address.low & AddressPattern.mask(max(0, prefix - 64), of: 64) == low
        && (scope == 0 || scope == address.scope)
    }
  }
}

extension AddressPattern {
  /// Ones in the first `length` of `bits` bits.
  private static func mask(_ length: Int, of bits: Int) -> UInt64 {
    let ones = bits == 64 ? UInt64.max : (1 << UInt64(bits)) - 1
    return length == 0 ? 0 : ones & (ones << UInt64(bits - length))
  }

  /// Nothing, or a colon and a port.
  private static func port(_ text: Substring) -> (number: UInt16?, Void)? {
    if text.isEmpty { return (nil, ()) }
    guard text.hasPrefix(":"), let port = AddressText.number(text.dropFirst(), upTo: 65_535) else { return nil }
    return (UInt16(port), ())
  }

  /// Parts an address from the length of its network's prefix.
  private static func split(_ text: Substring, bits: UInt64) -> (address: Substring, prefix: Int?)? {
    guard let slash = text.firstIndex(of: "/") else { return (text, nil) }
    guard let prefix = AddressText.number(text[text.index(after: slash)...], upTo: bits) else { return nil }
    return (text[..<slash], Int(prefix))
  }
}

extension AddressPattern: CustomStringConvertible {
  /// `10.0.0.0/8`, `127.0.0.1:5000`, `[fe80::]/10`.
  var description: String {
    let ending = port.map { ":\($0)" } ?? ""
    switch host {
    case .loopback: return "localhost" + ending
    case .ipv4(let bits, let prefix):
      return SocketAddress(family: .ipv4, low: bits).host + (prefix == 32 ? "" : "/\(prefix)") + ending
    case .ipv6(let high, let low, let prefix, let scope):
      let host = SocketAddress(family: .ipv6, high: high, low: low, scope: scope).host
      return "[\(host)]" + (prefix == 128 ? "" : "/\(prefix)") + ending
    }
  }
}
