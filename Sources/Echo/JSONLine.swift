import Screen
import Wire

/// One JSON object on one line (RFC 8259), written field by field into the output's bytes.
///
/// Strings carry nothing that a terminal would act on or not show: what `Printable` always escapes is a `\u` escape here,
/// and so is a mark without a column of its own.
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

  /// Begins the line of an event that happened at a time.
  mutating func begin(_ event: String, at time: Timestamp) {
    begin(event)
    field("time", time)
  }

  mutating func field(_ name: StaticString, _ text: String) {
    key(name)
    var text = text
    _ = text.withUTF8 { JSONLine.append(string: UnsafeRawBufferPointer($0), to: &bytes) }
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
    bytes.append(milliseconds: nanoseconds)
  }

  /// A payload: `text` where it is well-formed UTF-8, otherwise `base64`.
  mutating func payload(_ payload: ArraySlice<UInt8>) {
    payload.withUnsafeBytes { JSONLine.append(payload: $0, to: &bytes) }
    isEmpty = false
  }

  /// A payload as a field that is not the line's first.
  static func append(payload raw: UnsafeRawBufferPointer, to output: inout [UInt8]) {
    let start = output.count
    output.append(",\"text\":")
    if append(string: raw, to: &output) { return }
    output.removeSubrange(start...)
    output.append(",\"base64\":\"")
    Base64.append(raw, to: &output)
    output.append(0x22)
  }

  /// An object as a field.
  mutating func object(_ name: StaticString, _ fields: (inout JSONLine) -> Void) {
    key(name)
    append(object: fields)
  }

  /// An array of objects as a field.
  mutating func array<Element>(
    _ name: StaticString,
    of elements: [Element],
    _ fields: (inout JSONLine, Element) -> Void
  ) {
    key(name)
    bytes.append(0x5b)
    for (place, element) in elements.enumerated() {
      if place > 0 { bytes.append(0x2c) }
      append(object: { fields(&$0, element) })
    }
    bytes.append(0x5d)
  }

  private mutating func append(object fields: (inout JSONLine) -> Void) {
    bytes.append(0x7b)
    isEmpty = true
    fields(&self)
    bytes.append(0x7d)
    isEmpty = false
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

  /// A quoted string; false, and half a string, when the bytes are not UTF-8.
  @discardableResult
  static func append(string raw: UnsafeRawBufferPointer, to output: inout [UInt8]) -> Bool {
    output.append(0x22)
    var start = 0
    while true {
      let end = JSONLine.plainEnd(of: raw, from: start)
      output.append(contentsOf: UnsafeRawBufferPointer(rebasing: raw[start..<end]))
      guard end < raw.count else { break }
      var decoder = UTF8()
      var rest = raw[end...].makeIterator()
      guard case .scalarValue(let scalar) = decoder.decode(&rest) else { return false }
      append(scalar, to: &output)
      start = end + UTF8.width(scalar)
    }
    output.append(0x22)
    return true
  }

  /// Where the run of bytes that stand for themselves in a string ends.
  static func plainEnd(of raw: UnsafeRawBufferPointer, from start: Int) -> Int {
    Printable.visibleEnd(of: raw, from: start, except: UInt8(ascii: "\""), UInt8(ascii: "\\"))
  }

  private static func append(_ scalar: Unicode.Scalar, to output: inout [UInt8]) {
    switch scalar {
    case "\"": output.append("\\\"")
    case "\\": output.append("\\\\")
    case "\n": output.append("\\n")
    case "\r": output.append("\\r")
    case "\t": output.append("\\t")
    default:
      if scalar.value >= 0x80, ScalarWidth.isVisible(scalar) {
        output.append(contentsOf: UTF8.encode(scalar) ?? .encodedReplacementCharacter)
      } else {
        for unit in UTF16.encode(scalar) ?? .init() {
          output.append("\\u")
          for shift in [12, 8, 4, 0] as [UInt16] {
            output.append(UInt8(ascii: Hexadecimal.digit(UInt8(unit >> shift & 0xf))))
          }
        }
      }
    }
  }
}
