import Glibc
import Wire

@testable import Echo

/// An address's text means the address to the system too, and an address pattern means the same when it is read again.
enum AddressTarget {
  static func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let address = address(&input)
    checkText(of: address)
    let source = String(decoding: input.rest, as: UTF8.self)
    guard let pattern = AddressPattern(source) else { return }
    guard let again = AddressPattern(pattern.description) else { fatalError("\(pattern) is refused") }
    require(again == pattern, "\(pattern) is read as \(again)")
    require(again.matches(address) == pattern.matches(address), "\(pattern) matches the same")
  }

  static func address(_ input: inout FuzzInput) -> SocketAddress {
    let port = UInt16(input.number(upTo: 65_535))
    switch input.number(upTo: 4) {
    case 0: return SocketAddress(family: .unix, scope: UInt32(input.number(upTo: 65_535)))
    case 1:
      let mapped = 0xFFFF_0000_0000 | input.number64() & 0xFFFF_FFFF
      return SocketAddress(family: .ipv6, port: port, low: mapped)
    case 2:
      let (high, low) = (input.number64(), input.number64())
      return SocketAddress(family: .ipv6, port: port, high: high, low: low, scope: UInt32(input.byte()))
    default: return SocketAddress(family: .ipv4, port: port, low: input.number64() & 0xFFFF_FFFF)
    }
  }

  private static func systemText(of octets: [UInt8]) -> String? {
    let longest = 46
    let characters = [CChar](unsafeUninitializedCapacity: longest) { buffer, count in
      count = inet_ntop(AF_INET6, octets, buffer.baseAddress, socklen_t(longest)) == nil ? 0 : longest
    }
    return String(validating: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func checkText(of address: SocketAddress) {
    guard address.family != .unix else { return }
    let family = address.family == .ipv4 ? AF_INET : AF_INET6
    var octets = [UInt8](repeating: 0, count: 16)
    let text = address.host.split(separator: "%")[0]
    require(inet_pton(family, String(text), &octets) == 1, "\(text) is an address")
    let numbers = octets.prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    let low = octets.suffix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    if family == AF_INET {
      require(numbers >> 32 == address.low, "\(text) is the address")
    } else {
      require(numbers == address.high && low == address.low, "\(text) is the address")
      // Canonical (RFC 5952); of ::/96 the system shows addresses that were never used as IPv4.
      if numbers != 0 || low >> 32 != 0 { require(systemText(of: octets) == String(text), "\(text) is canonical") }
    }
    for text in [address.description, address.host] {
      guard let pattern = AddressPattern(text) else { fatalError("\(text) is no pattern") }
      require(pattern.matches(address), "\(text) matches itself")
      var other = address
      other.low ^= 1
      require(!pattern.matches(other), "\(text) matches no other address")
    }
  }
}
