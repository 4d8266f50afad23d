import Screen

/// One JSON object as it stands on a line: its members, whose names and values are parts of the line's bytes.
///
/// It is read again for each line, so that what it takes up is taken up once. The bytes have to outlive what is asked of it.
struct JSONObject {
  struct Member {
    let name: JSONScanner.Text
    let value: JSONScanner.Value
  }

  /// An object with more is none that any of our programs writes.
  static let memberLimit = 64

  private(set) var members: [Member] = []
  private var scanner = JSONScanner(UnsafeRawBufferPointer(start: nil, count: 0))

  /// Takes in the line, which has to be one object and nothing else.
  mutating func read(_ line: UnsafeRawBufferPointer) throws(JSONProblem) {
    members.removeAll(keepingCapacity: true)
    scanner = JSONScanner(line)
    try scanner.expect("{")
    if !scanner.take("}") {
      repeat {
        guard members.count < JSONObject.memberLimit else { throw .tooManyMembers }
        let name = try scanner.text()
        try scanner.expect(":")
        members.append(Member(name: name, value: try scanner.value()))
      } while scanner.take(",")
      try scanner.expect("}")
    }
    guard scanner.isAtEnd() else { throw .malformed(at: scanner.index) }
  }

  // Members by name; nil where there is none, or one of another kind.

  subscript(name: StaticString) -> JSONScanner.Value? {
    let wanted = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    for member in members where member.name.range.count == wanted.count {
      if UnsafeRawBufferPointer(rebasing: scanner.bytes[member.name.range]).elementsEqual(wanted) {
        return member.value
      }
    }
    return nil
  }

  func count(_ name: StaticString) -> UInt64? {
    guard case .count(let count) = self[name] else { return nil }
    return count
  }

  func isSet(_ name: StaticString) -> Bool { self[name] == .flag(true) }

  func text(_ name: StaticString) -> JSONScanner.Text? {
    guard case .text(let text) = self[name] else { return nil }
    return text
  }

  func string(_ name: StaticString) -> String? {
    text(name).map { text in
      var bytes: [UInt8] = []
      scanner.append(text, to: &bytes)
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// The bytes between a string's quotes, escapes as they are.
  func raw(_ text: JSONScanner.Text) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: scanner.bytes[text.range])
  }

  /// Appends what a string stands for.
  func append(_ text: JSONScanner.Text, to output: inout [UInt8]) { scanner.append(text, to: &output) }

  /// The object that a member is.
  func object(_ name: StaticString) -> JSONObject? {
    guard case .nested(let range) = self[name] else { return nil }
    var object = JSONObject()
    do throws(JSONProblem) { try object.read(UnsafeRawBufferPointer(rebasing: scanner.bytes[range])) } catch {
      return nil
    }
    return object
  }

  /// The objects of an array.
  func objects(_ name: StaticString) -> [JSONObject]? {
    guard case .nested(let range) = self[name] else { return nil }
    var list = JSONScanner(UnsafeRawBufferPointer(rebasing: scanner.bytes[range]))
    guard list.take("[") else { return nil }
    var objects: [JSONObject] = []
    if list.take("]") { return objects }
    repeat {
      var object = JSONObject()
      guard objects.count < JSONObject.memberLimit, case .nested(let element) = try? list.value(),
        (try? object.read(UnsafeRawBufferPointer(rebasing: list.bytes[element]))) != nil
      else { return nil }
      objects.append(object)
    } while list.take(",")
    return objects
  }

  // Made anew.

  /// Appends the object as our programs write it: without blanks, and its strings without anything that a terminal would act
  /// on.
  func append(to output: inout [UInt8]) {
    output.append(0x7B)
    for (place, member) in members.enumerated() {
      if place > 0 { output.append(0x2C) }
      scanner.write(member.name, to: &output)
      output.append(0x3A)
      scanner.write(member.value, to: &output)
    }
    output.append(0x7D)
  }
}

extension JSONScanner {
  fileprivate func write(_ text: Text, to output: inout [UInt8]) {
    guard text.hasEscapes else {
      JSONLine.append(string: UnsafeRawBufferPointer(rebasing: bytes[text.range]), to: &output)
      return
    }
    var plain: [UInt8] = []
    append(text, to: &plain)
    plain.withUnsafeBytes { _ = JSONLine.append(string: $0, to: &output) }
  }

  fileprivate func write(_ value: Value, to output: inout [UInt8]) {
    switch value {
    case .text(let text): write(text, to: &output)
    case .count(let count): output.append(decimal: count)
    case .number(let range): output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[range]))
    case .flag(let flag): output.append(flag ? "true" : "false")
    case .null: output.append("null")
    case .nested(let range):
      var inner = JSONScanner(UnsafeRawBufferPointer(rebasing: bytes[range]))
      inner.writeContainer(to: &output)
    }
  }

  /// Writes the object or array that the bytes are; they were checked when they were taken.
  private mutating func writeContainer(to output: inout [UInt8]) {
    let isObject = take("{")
    if !isObject, !take("[") { return }
    output.append(isObject ? 0x7B : 0x5B)
    let end: Unicode.Scalar = isObject ? "}" : "]"
    var isFirst = true
    while !take(end) {
      if !isFirst {
        guard take(",") else { break }
        output.append(0x2C)
      }
      isFirst = false
      if isObject {
        guard let name = try? text(), take(":") else { break }
        write(name, to: &output)
        output.append(0x3A)
      }
      guard let value = try? value() else { break }
      write(value, to: &output)
    }
    output.append(isObject ? 0x7D : 0x5D)
  }
}
