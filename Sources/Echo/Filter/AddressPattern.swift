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
      let bits = AddressPattern.ipv4(address, isShort: prefix != nil)
    else { return nil }
    let length = prefix ?? 32
    host = .ipv4(bits: bits & AddressPattern.mask(length, of: 32), prefix: length)
  }

  private init?(ipv6 text: Substring, port: UInt16?) {
    guard let (whole, prefix) = AddressPattern.split(text, bits: 128) else { return nil }
    let parts = whole.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    var scope: UInt32 = 0
    if parts.count == 2 {
      guard let number = AddressPattern.number(parts[1], upTo: UInt64(UInt32.max)) else { return nil }
      scope = UInt32(number)
    }
    guard let (high, low) = AddressPattern.ipv6(parts[0]) else { return nil }
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

  /// A number in decimal digits, without zeros before it.
  static func number(_ text: Substring, upTo limit: UInt64) -> UInt64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text.count == 1 || text.first != "0",
      let value = UInt64(text), value <= limit
    else { return nil }
    return value
  }

  /// Nothing, or a colon and a port.
  private static func port(_ text: Substring) -> (number: UInt16?, Void)? {
    if text.isEmpty { return (nil, ()) }
    guard text.hasPrefix(":"), let port = number(text.dropFirst(), upTo: 65_535) else { return nil }
    return (UInt16(port), ())
  }

  /// Parts an address from the length of its network's prefix.
  private static func split(_ text: Substring, bits: UInt64) -> (address: Substring, prefix: Int?)? {
    guard let slash = text.firstIndex(of: "/") else { return (text, nil) }
    guard let prefix = number(text[text.index(after: slash)...], upTo: bits) else { return nil }
    return (text[..<slash], Int(prefix))
  }

  /// Four numbers; fewer, with zeros for the rest, if `isShort`.
  private static func ipv4(_ text: Substring, isShort: Bool) -> UInt64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 || (isShort && parts.count < 4) else { return nil }
    var bits: UInt64 = 0
    for index in 0..<4 {
      guard let value = index < parts.count ? number(parts[index], upTo: 255) : 0 else { return nil }
      bits = bits << 8 | value
    }
    return bits
  }

  /// The text forms of RFC 4291, 2.2.
  static func ipv6(_ text: Substring) -> (high: UInt64, low: UInt64)? {
    var head = text
    var end: Substring?
    if let colon = text.indices.first(where: { text[$0...].hasPrefix("::") }) {
      head = text[..<colon]
      end = text[colon...].dropFirst(2)
    }
    guard let head = groups(head), let tail = end.map(groups) ?? [] else { return nil }
    let missing = 8 - head.count - tail.count
    guard end == nil ? missing == 0 : missing >= 1 else { return nil }
    let all = head + [UInt64](repeating: 0, count: missing) + tail
    return (all[..<4].reduce(0) { $0 << 16 | $1 }, all[4...].reduce(0) { $0 << 16 | $1 })
  }

  private static func groups(_ text: Substring) -> [UInt64]? {
    guard !text.isEmpty else { return [] }
    var groups: [UInt64] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.contains("."), let bits = ipv4(part, isShort: false) {
        groups += [bits >> 16, bits & 0xFFFF]
      } else {
        guard (1...4).contains(part.count), part.allSatisfy({ $0.isASCII && $0.isHexDigit }),
          let value = UInt64(part, radix: 16)
        else { return nil }
        groups.append(value)
      }
    }
    return groups
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
