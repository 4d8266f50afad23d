import Wire

// What the programs' JSON has for values of the wire, read again: exactly what is written, and nothing else.

extension SocketAddress {
  /// Reads what `description` writes: `127.0.0.1:5000`, `[fe80::1%2]:5000`, `pid 4242`.
  init?(written text: UnsafeRawBufferPointer) {
    // Most are of this kind, and come with every message.
    if let address = SocketAddress(writtenVersion4: text) {
      self = address
      return
    }
    let words = String(decoding: text, as: UTF8.self)
    if words.hasPrefix("pid ") {
      guard let process = AddressPattern.number(words.dropFirst(4), upTo: UInt64(UInt32.max)) else { return nil }
      self.init(family: .unix, scope: UInt32(process))
      return
    }
    guard words.hasPrefix("["), let end = words.lastIndex(of: "]"), words[end...].hasPrefix("]:"),
      let port = AddressPattern.number(words[end...].dropFirst(2), upTo: 65_535)
    else { return nil }
    let parts = words[..<end].dropFirst().split(separator: "%", omittingEmptySubsequences: false)
    let scope = parts.count == 2 ? AddressPattern.number(parts[1], upTo: UInt64(UInt32.max)) : 0
    guard parts.count <= 2, let scope, let address = AddressPattern.ipv6(parts[0]) else { return nil }
    self.init(family: .ipv6, port: UInt16(port), high: address.high, low: address.low, scope: UInt32(scope))
    guard description == words else { return nil }
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

extension Endpoint {
  /// Reads what a transport's endpoint writes as its `addressText`.
  init?(_ transport: Transport, written text: String) {
    guard transport != .unix else {
      guard !text.isEmpty else { return nil }
      self = .unix(path: text)
      return
    }
    guard let endpoint = try? Endpoint(url: "\(transport.rawValue)://\(text)"), endpoint.addressText == text else {
      return nil
    }
    self = endpoint
  }
}

extension Timestamp {
  private static let textCount = 27

  /// Reads what `[UInt8].append(_: Timestamp)` writes, from 1970 on.
  init?(written text: UnsafeRawBufferPointer) {
    guard text.count == Timestamp.textCount else { return nil }
    func number(_ start: Int, _ count: Int) -> Int64? {
      var number: Int64 = 0
      for digit in text[start..<(start + count)] {
        guard digit &- 0x30 < 10 else { return nil }
        number = number * 10 + Int64(digit - 0x30)
      }
      return number
    }
    for (place, sign) in Timestamp.signs where text[place] != sign { return nil }
    guard let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), let hour = number(11, 2),
      let minute = number(14, 2), let second = number(17, 2), let microsecond = number(20, 6),
      // The largest year that has no moment beyond what 64 bits of nanoseconds hold.
      (1970...2261).contains(year), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
      second < 60
    else { return nil }
    let seconds = Timestamp.days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    self.init(nanoseconds: (seconds * 1_000_000 + microsecond) * 1000)
    // The 31st of a month that has none is the first of the next.
    guard fields().day == Int(day) else { return nil }
  }

  private static let signs: [(Int, UInt8)] = [
    (4, 0x2D), (7, 0x2D), (10, 0x54), (13, 0x3A), (16, 0x3A), (19, 0x2E), (26, 0x5A),
  ]

  /// Days since 1970 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil).
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
