extension SocketAddress {
  /// Reads what `description` writes, and nothing else: `127.0.0.1:5000`, `[fe80::1%2]:5000`, `pid 4242`.
  package init?(written text: UnsafeRawBufferPointer) {
    // Most are of this kind, and come with every message.
    if let address = SocketAddress(writtenVersion4: text) {
      self = address
      return
    }
    let words = String(decoding: text, as: UTF8.self)
    if words.hasPrefix("pid ") {
      guard let process = AddressText.number(words.dropFirst(4), upTo: UInt64(UInt32.max)) else { return nil }
      self.init(family: .unix, scope: UInt32(process))
      return
    }
    guard words.hasPrefix("["), let end = words.lastIndex(of: "]"), words[end...].hasPrefix("]:"),
      let port = AddressText.number(words[end...].dropFirst(2), upTo: 65_535)
    else { return nil }
    let parts = words[..<end].dropFirst().split(separator: "%", omittingEmptySubsequences: false)
    let scope = parts.count == 2 ? AddressText.number(parts[1], upTo: UInt64(UInt32.max)) : 0
    guard parts.count <= 2, let scope, let address = AddressText.ipv6(parts[0]) else { return nil }
    self.init(family: .ipv6, port: UInt16(port), high: address.high, low: address.low, scope: UInt32(scope))
    guard description == words else { return nil }
  }

  /// The same of a text.
  package init?(written text: String) {
    var text = text
    guard let address = text.withUTF8({ SocketAddress(written: UnsafeRawBufferPointer($0)) }) else { return nil }
    self = address
  }

  /// Four numbers with dots between, a colon and a port, none with a zero before it.
  private init?(writtenVersion4 text: UnsafeRawBufferPointer) {
    var index = 0
    func number(upTo limit: UInt64) -> UInt64? {
      let start = index
      var number: UInt64 = 0
      while index < text.count, text[index] &- 0x30 < 10, number <= limit {
        number = number * 10 + UInt64(text[index] - 0x30)
        index += 1
      }
      guard index > start, number <= limit, index == start + 1 || text[start] != 0x30 else { return nil }
      return number
    }
    var bits: UInt64 = 0
    for place in 0..<4 {
      guard let byte = number(upTo: 255), index < text.count, text[index] == (place < 3 ? 0x2E : 0x3A) else {
        return nil
      }
      index += 1
      bits = bits << 8 | byte
    }
    guard let port = number(upTo: 65_535), index == text.count else { return nil }
    self.init(family: .ipv4, port: UInt16(port), low: bits)
  }
}
