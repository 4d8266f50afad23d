import Screen
import Wire

/// One JSON object on one line (RFC 8259), written field by field into the output's bytes.
///
/// Strings carry no byte that a terminal would act on: what `Printable` would escape is a `\u` escape here.
struct JSONLine {
  private(set) var bytes: [UInt8] = []
  private var isEmpty = true

  /// Begins the line of one event.
  mutating func begin(_ event: String) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(0x7b)
    isEmpty = true
    field("event", event)
  }

  mutating func field(_ name: StaticString, _ text: String) {
    key(name)
    var text = text
    text.withUTF8 { string(UnsafeRawBufferPointer($0)) }
  }

  mutating func field(_ name: StaticString, _ number: some BinaryInteger) {
    key(name)
    bytes.append(decimal: number)
  }

  mutating func field(_ name: StaticString, _ flag: Bool) {
    key(name)
    bytes.append(flag ? "true" : "false")
  }

  mutating func field(_ name: StaticString, _ time: Timestamp) {
    key(name)
    bytes.append(0x22)
    bytes.append(time)
    bytes.append(0x22)
  }

  /// Nanoseconds as milliseconds with three decimals.
  mutating func field(_ name: StaticString, milliseconds nanoseconds: Int64) {
    key(name)
    let microseconds = Int(nanoseconds / 1000)
    bytes.append(decimal: microseconds / 1000)
    bytes.append(0x2e)
    bytes.append(microseconds % 1000, digits: 3)
  }

  /// A payload: `text` where it is well-formed UTF-8, otherwise `base64`.
  mutating func payload(_ payload: ArraySlice<UInt8>) {
    payload.withUnsafeBytes { raw in
      if JSONLine.isWellFormed(raw) {
        key("text")
        string(raw)
      } else {
        key("base64")
        bytes.append(0x22)
        appendBase64(raw)
        bytes.append(0x22)
      }
    }
  }

  /// Ends the line and hands it to the output.
  mutating func end(into output: inout [UInt8]) {
    bytes.append(0x7d)
    bytes.append(0x0a)
    output.append(contentsOf: bytes)
  }

  private mutating func key(_ name: StaticString) {
    if !isEmpty { bytes.append(0x2c) }
    isEmpty = false
    bytes.append(0x22)
    bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    bytes.append(0x22)
    bytes.append(0x3a)
  }

  private static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x7f && byte != 0x22 && byte != 0x5c }

  private static func isWellFormed(_ raw: UnsafeRawBufferPointer) -> Bool {
    raw.allSatisfy { $0 < 0x80 } || String(validating: raw, as: UTF8.self) != nil
  }

  /// A quoted string of well-formed UTF-8.
  private mutating func string(_ raw: UnsafeRawBufferPointer) {
    bytes.append(0x22)
    var start = 0
    while start < raw.count {
      var end = start
      while end < raw.count, JSONLine.isPlain(raw[end]) { end += 1 }
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: raw[start..<end]))
      guard end < raw.count else { break }
      var decoder = UTF8()
      var rest = raw[end...].makeIterator()
      guard case .scalarValue(let scalar) = decoder.decode(&rest) else { break }
      appendScalar(scalar)
      start = end + UTF8.width(scalar)
    }
    bytes.append(0x22)
  }

  private mutating func appendScalar(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": bytes.append("\\\"")
    case "\\": bytes.append("\\\\")
    case "\n": bytes.append("\\n")
    case "\r": bytes.append("\\r")
    case "\t": bytes.append("\\t")
    default:
      if scalar.value >= 0x80, ScalarWidth.columns(of: scalar) ?? 0 > 0 {
        bytes.append(contentsOf: UTF8.encode(scalar) ?? .encodedReplacementCharacter)
      } else {
        for unit in UTF16.encode(scalar) ?? .init() { appendUnicodeEscape(unit) }
      }
    }
  }

  private mutating func appendUnicodeEscape(_ unit: UInt16) {
    bytes.append("\\u")
    for shift in [12, 8, 4, 0] as [UInt16] { bytes.append(JSONLine.hexadecimal[Int(unit >> shift & 0xf)]) }
  }

  private static let hexadecimal = Array("0123456789abcdef".utf8)
  private static let base64 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// RFC 4648, section 4.
  private mutating func appendBase64(_ raw: UnsafeRawBufferPointer) {
    var index = 0
    while index < raw.count {
      let taken = min(3, raw.count - index)
      var group: UInt32 = 0
      for offset in 0..<3 { group = group << 8 | (offset < taken ? UInt32(raw[index + offset]) : 0) }
      for digit in 0..<4 {
        bytes.append(digit <= taken ? JSONLine.base64[Int(group >> UInt32(18 - digit * 6) & 63)] : 0x3d)
      }
      index += taken
    }
  }
}
