import Wire

/// Numbers as people read them on a screen.
package enum Figures {
  /// `1,284`.
  static func grouped(_ number: UInt64) -> String {
    var digits = Array(String(number).utf8)
    var index = digits.count - 3
    while index > 0 {
      digits.insert(0x2c, at: index)
      index -= 3
    }
    return String(decoding: digits, as: UTF8.self)
  }

  /// A count of bytes, exact up to five digits: `12B`, `65507B`, `1.9M`.
  static func bytes(_ count: UInt64) -> String { count < 100_000 ? "\(count)B" : scaled(count) }

  /// A count of bytes in at most five columns: `12B`, `8.1K`, `64M`.
  static func scaled(_ count: UInt64) -> String {
    guard count >= 1000 else { return "\(count)B" }
    var value = Double(count)
    for unit in ["K", "M", "G", "T", "P", "E"] {
      value /= 1024
      if value < 9.95 { return "\(tenths(value))\(unit)" }
      if value < 999.5 { return "\(Int(value.rounded()))\(unit)" }
    }
    return "\(Int(value.rounded()))E"
  }

  /// A share in whole percent, which is 100 only when all is there.
  static func percent(_ count: UInt64, of all: UInt64) -> Int {
    guard count < all else { return 100 }
    return min(99, Int(Double(count) / Double(all) * 100))
  }

  /// `1 connection`, `2 connections`.
  package static func quantity(_ count: UInt64, _ noun: String) -> String {
    "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
  }

  /// A span of time as hours, minutes and seconds: `01:12:03`.
  static func elapsed(nanoseconds: Int64) -> String {
    let seconds = max(0, nanoseconds / 1_000_000_000)
    return "\(twoDigits(seconds / 3600)):\(twoDigits(seconds / 60 % 60)):\(twoDigits(seconds % 60))"
  }

  /// A short span: `0.41ms`, `12.3ms`, `2.0s`.
  static func latency(nanoseconds: Int64) -> String {
    let milliseconds = Double(max(0, nanoseconds)) / 1_000_000
    if milliseconds < 9.995 { return "\(hundredths(milliseconds))ms" }
    if milliseconds < 999.5 { return "\(tenths(milliseconds))ms" }
    return "\(tenths(milliseconds / 1000))s"
  }

  /// A short span as bare milliseconds in four columns: `0.02`, `12.3`, `123`, or seconds: `1.2s`.
  static func milliseconds(_ nanoseconds: Int64) -> String {
    let milliseconds = Double(max(0, nanoseconds)) / 1_000_000
    if milliseconds < 9.995 { return hundredths(milliseconds) }
    if milliseconds < 99.95 { return tenths(milliseconds) }
    if milliseconds < 999.5 { return "\(Int(milliseconds.rounded()))" }
    return "\(tenths(milliseconds / 1000))s"
  }

  /// The time since something else in at most eight columns: `+0.450`, `+62.3`, `+1:02:03`, `+3d`; clocks may go back.
  static func delta(_ nanoseconds: Int64) -> String {
    let sign = nanoseconds < 0 ? "-" : "+"
    let seconds = Double(nanoseconds.magnitude) / 1_000_000_000
    if seconds < 9.9995 {
      let thousandths = Int((seconds * 1000).rounded())
      return "\(sign)\(thousandths / 1000).\(String(thousandths % 1000 + 1000).dropFirst())"
    }
    if seconds < 999.95 { return "\(sign)\(tenths(seconds))" }
    let whole = Int64(seconds)
    if whole < 36_000 { return "\(sign)\(whole / 3600):\(twoDigits(whole / 60 % 60)):\(twoDigits(whole % 60))" }
    return whole < 172_800 ? "\(sign)\(whole / 3600)h" : "\(sign)\(whole / 86_400)d"
  }

  /// A count in at most four columns: `1284`, `12k`, `3.4M`.
  static func scaledCount(_ count: UInt64) -> String {
    guard count >= 10_000 else { return String(count) }
    var value = Double(count)
    for unit in ["k", "M", "G", "T", "P", "E"] {
      value /= 1000
      if value < 9.95 { return "\(tenths(value))\(unit)" }
      if value < 999.5 { return "\(Int(value.rounded()))\(unit)" }
    }
    return "\(Int(value.rounded()))E"
  }

  /// How long ago something was, in at most four columns: `now`, `3s`, `12m`, `5h`, `40d`.
  static func age(nanoseconds: Int64) -> String {
    let seconds = max(0, nanoseconds / 1_000_000_000)
    switch seconds {
    case 0: return "now"
    case ..<60: return "\(seconds)s"
    case ..<3600: return "\(seconds / 60)m"
    case ..<86_400: return "\(seconds / 3600)h"
    default: return "\(min(999, seconds / 86_400))d"
    }
  }

  /// A span of time in at most five columns: `950ns`, `12us`, `1.2ms`, `45.0s`.
  static func span(nanoseconds: Int64) -> String {
    var value = Double(max(0, nanoseconds))
    guard value >= 1000 else { return "\(Int(value))ns" }
    for unit in ["us", "ms"] {
      value /= 1000
      if value < 9.95 { return "\(tenths(value))\(unit)" }
      if value < 999.5 { return "\(Int(value.rounded()))\(unit)" }
    }
    value /= 1000
    return value < 99.95 ? "\(tenths(value))s" : "\(Int(min(9999, value).rounded()))s"
  }

  /// The local time of day: `15:48:05.123`, `15:48:05`, or `48:05`.
  static func clock(_ time: Timestamp, offset: Int, _ detail: ClockDetail) -> String {
    let fields = time.fields(offset: offset)
    let minutes = "\(twoDigits(Int64(fields.minute))):\(twoDigits(Int64(fields.second)))"
    switch detail {
    case .minutes: return minutes
    case .seconds: return "\(twoDigits(Int64(fields.hour))):\(minutes)"
    case .milliseconds:
      let thousandths = String(fields.nanosecond / 1_000_000 + 1000).dropFirst()
      return "\(twoDigits(Int64(fields.hour))):\(minutes).\(thousandths)"
    }
  }

  /// A local day and time: `2026-11-22 15:48:05`.
  static func date(_ time: Timestamp, offset: Int) -> String {
    var text: [UInt8] = []
    text.append(Timestamp(nanoseconds: time.nanoseconds + Int64(offset) * 1_000_000_000))
    return String(decoding: text.prefix(19).map { $0 == UInt8(ascii: "T") ? 0x20 : $0 }, as: UTF8.self)
  }

  enum ClockDetail: Int {
    case minutes = 5
    case seconds = 8
    case milliseconds = 12

    var columns: Int { rawValue }
  }

  static func hundredths(_ value: Double) -> String {
    let scaled = Int((value * 100).rounded())
    return "\(scaled / 100).\(twoDigits(Int64(scaled % 100)))"
  }

  private static func tenths(_ value: Double) -> String {
    let scaled = Int((value * 10).rounded())
    return "\(scaled / 10).\(scaled % 10)"
  }

  private static func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
