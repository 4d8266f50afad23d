import Screen

@testable import Echo

/// A line of JSON output is JSON, gives its payload back exactly, and has nothing that a terminal would act on.
enum JSONLineTarget {
  static func run(_ bytes: [UInt8]) {
    var line = JSONLine()
    line.begin("message")
    line.payload(bytes[...])
    var output: [UInt8] = []
    line.end(into: &output)
    require(output.last == 0x0A && !output.dropLast().contains(0x0A), "it is one line")
    require(output.dropLast().withUnsafeBytes { JSONOutline($0) } != nil, "it is JSON")
    guard let text = String(validating: output.dropLast(), as: UTF8.self) else { fatalError("it is not UTF-8") }
    for scalar in text.unicodeScalars where scalar != "\n" {
      // As on a letter: a mark in a string is allowed to stand on what is before it.
      if let complaint = DisplayPolicy.complaint(about: "a\(scalar)") { fatalError(complaint) }
    }
    let opening = Array(#"{"event":"message",""#.utf8)
    require(output.starts(with: opening), "it begins with what it is")
    let rest = output[opening.count...].dropLast(3)
    if rest.starts(with: #"text":""#.utf8) {
      require(unescaped(rest.dropFirst(7)) == bytes, "the text is the payload")
    } else {
      require(rest.starts(with: #"base64":""#.utf8) && !isText(bytes), "what is no text is in base64")
      require(decoded(rest.dropFirst(9)) == bytes, "the letters are the payload")
    }
  }

  private static func isText(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }

  /// The bytes of a JSON string (RFC 8259, section 7).
  private static func unescaped(_ string: ArraySlice<UInt8>) -> [UInt8]? {
    var units: [UInt16] = []
    let scalars = Array(String(decoding: string, as: UTF8.self).unicodeScalars)
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      index += 1
      guard scalar == "\\" else {
        guard scalar != "\"" else { return nil }
        units += Array(String(scalar).utf16)
        continue
      }
      guard index < scalars.count else { return nil }
      switch scalars[index] {
      case "u":
        let digits = scalars[(index + 1)...].prefix(4).map { String($0) }.joined()
        guard digits.count == 4, let unit = UInt16(digits, radix: 16) else { return nil }
        units.append(unit)
        index += 4
      case "n": units.append(0x0A)
      case "r": units.append(0x0D)
      case "t": units.append(0x09)
      case "\"", "\\": units.append(UInt16(scalars[index].value))
      default: return nil
      }
      index += 1
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  private static func decoded(_ letters: ArraySlice<UInt8>) -> [UInt8]? {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    guard letters.count.isMultiple(of: 4) else { return nil }
    var bytes: [UInt8] = []
    var (bits, count) = (0, 0)
    for letter in letters where letter != UInt8(ascii: "=") {
      guard let digit = digits.firstIndex(of: letter) else { return nil }
      bits = (bits << 6 | digit) & 0xFFFF
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> count))
    }
    return bytes
  }
}
