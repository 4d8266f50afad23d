/// The parts of addresses as they are written.
package enum AddressText {
  /// A number in decimal digits, without zeros before it.
  package static func number(_ text: Substring, upTo limit: UInt64) -> UInt64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text.count == 1 || text.first != "0",
      let value = UInt64(text), value <= limit
    else { return nil }
    return value
  }

  /// Four numbers; fewer, with zeros for the rest, if `isShort`.
  package static func ipv4(_ text: Substring, isShort: Bool) -> UInt64? {
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
  package static func ipv6(_ text: Substring) -> (high: UInt64, low: UInt64)? {
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
