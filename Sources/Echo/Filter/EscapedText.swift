import Screen

/// Text as a user types it: an escape that the screen shows stands for its bytes, and a backslash before any other sign
/// for that sign.
struct EscapedText {
  let bytes: [UInt8]

  /// `characters` are scalars, as `FilterScanner` has them; column 1 of an error is the first of them.
  init(_ characters: ArraySlice<Character>) throws(FilterError) {
    var bytes: [UInt8] = []
    var index = characters.startIndex
    while index < characters.endIndex {
      guard characters[index] == "\\" else {
        bytes.append(contentsOf: characters[index].utf8)
        index += 1
        continue
      }
      let escape = characters[index..<EscapedText.end(of: index, in: characters)]
      if let sign = escape.dropFirst().first, escape.count == 2, EscapedText.isSign(sign) {
        bytes.append(contentsOf: sign.utf8)
      } else if let value = Printable.bytes(of: String(escape)) {
        bytes.append(contentsOf: value)
      } else {
        throw FilterError(
          column: index - characters.startIndex + 1,
          reason: "\(String(escape)) is no escape; there are \\n \\r \\t \\e \\0 \\xNN \\u{…}, and \\\\ is a backslash"
        )
      }
      index = escape.endIndex
    }
    self.bytes = bytes
  }

  /// Where the escape that begins at `start` ends.
  private static func end(of start: Int, in characters: ArraySlice<Character>) -> Int {
    let second = start + 1
    guard second < characters.endIndex else { return second }
    let length =
      switch characters[second] {
      case "x": 4
      case "u": (characters[second...].prefix(9).firstIndex(of: "}") ?? second) + 1 - start
      default: 2
      }
    return min(start + length, characters.endIndex)
  }

  private static func isSign(_ character: Character) -> Bool {
    character.isASCII && !character.isLetter && !character.isNumber && character != "\\"
  }

  /// The text that stands for bytes, in quotes where it would not be read as one word of text.
  static func quoted(_ bytes: [UInt8]) -> String {
    let text = Printable.text(bytes)
    let characters = FilterScanner.characters(of: text)
    if !text.isEmpty, !text.hasPrefix("len"), characters.allSatisfy(isPlain) { return text }
    return "\"" + String(characters.flatMap { $0 == "\"" ? ["\\", $0] : [$0] }) + "\""
  }

  private static func isPlain(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "\\_-.,;=@#%+*[]{}'^$?".contains(character)
      || character.unicodeScalars.allSatisfy(\.properties.isGraphemeExtend)
  }
}
