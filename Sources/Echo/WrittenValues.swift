import Wire

// What the programs' JSON has for values of the wire, read again: exactly what is written, and nothing else.

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
