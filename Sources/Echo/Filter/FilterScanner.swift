/// Walks a filter's source; places and columns count its scalars.
struct FilterScanner {
  private let characters: [Character]
  /// The place of the next character.
  var index = 0

  init(_ source: String) { characters = FilterScanner.characters(of: source) }

  /// The scalars of a text, each as a character of its own: where a letter or a mark is one character together with a sign
  /// (UAX #29), the sign counts all the same.
  static func characters(of source: some StringProtocol) -> [Character] { source.unicodeScalars.map { Character($0) } }

  var peek: Character? { index < characters.count ? characters[index] : nil }

  func error(_ reason: String, at place: Int? = nil) -> FilterError {
    FilterError(column: (place ?? index) + 1, reason: reason)
  }

  mutating func skipSpaces() {
    while let next = peek, next.isWhitespace { index += 1 }
  }

  mutating func take(_ character: Character) -> Bool {
    guard peek == character else { return false }
    index += 1
    return true
  }

  private static func isDelimiter(_ character: Character) -> Bool {
    character.isWhitespace || "&|()".contains(character)
  }

  /// Whether a word would be read as a value in a list, not as a test of another kind.
  static func isValue(_ word: String) -> Bool {
    guard let first = word.first, !"\"/~!".contains(first) else { return false }
    return !FilterHint.fields.contains { word.hasPrefix($0 + ":") } && !word.hasPrefix("len")
  }

  /// What stands before the next space, `&`, `|` or parenthesis that no backslash escapes.
  mutating func word() -> ArraySlice<Character> {
    let start = index
    while let next = peek, !FilterScanner.isDelimiter(next) { index += next == "\\" ? 2 : 1 }
    index = min(index, characters.count)
    return characters[start..<index]
  }

  /// What stands between the quotes of which the first is next, with its escapes.
  mutating func quoted() throws(FilterError) -> ArraySlice<Character> {
    let place = index
    guard let text = delimited() else {
      throw error("this quote is never closed; for the character write \\\"", at: place)
    }
    return text
  }

  /// What stands between slashes, and whether an `i` follows.
  mutating func delimitedPattern() throws(FilterError) -> (source: ArraySlice<Character>, ignoresCase: Bool) {
    let place = index
    guard let source = delimited() else {
      throw error("this regular expression is never closed by a /; for text write \"/\"", at: place)
    }
    let ignoresCase = take("i")
    if let next = peek, !FilterScanner.isDelimiter(next) {
      throw error("after the / of a regular expression comes a space, or i; for text with slashes write it in quotes")
    }
    return (source, ignoresCase)
  }

  /// What stands before the next character that equals the one here and is not escaped.
  private mutating func delimited() -> ArraySlice<Character>? {
    let delimiter = characters[index]
    var end = index + 1
    while end < characters.count, characters[end] != delimiter { end += characters[end] == "\\" ? 2 : 1 }
    guard end < characters.count else { return nil }
    defer { index = end + 1 }
    return characters[(index + 1)..<end]
  }

  /// A quoted regular expression, whose escapes are its own but for those of the quote.
  static func unquoted(_ text: ArraySlice<Character>) -> ArraySlice<Character> {
    var result: [Character] = []
    var isEscaped = false
    for character in text {
      if isEscaped, character == "\"" { result.removeLast() }
      result.append(character)
      isEscaped = character == "\\" && !isEscaped
    }
    return result[...]
  }

  /// Takes a field's name and its colon; text that only looks like a field stays.
  mutating func takeField() -> String? {
    var end = index
    while end < characters.count, ("a"..."z").contains(characters[end]) { end += 1 }
    guard end > index, end < characters.count, characters[end] == ":" else { return nil }
    let name = String(characters[index..<end])
    guard FilterHint.fields.contains(name) || FilterHint.isMistaken(name) else { return nil }
    index = end + 1
    return name
  }

  /// Takes a name and the sign after it, spaces between them too: `>`, `>=`, `<`, `<=`, `=` or `!=`.
  mutating func takeComparison(of name: String) -> String? {
    guard characters[index...].starts(with: name) else { return nil }
    var rest = characters[(index + name.count)...]
    rest = rest.drop(while: \.isWhitespace)
    for (text, sign) in [
      (">=", ">="), ("<=", "<="), ("!=", "!="), ("==", "="), (">", ">"), ("<", "<"), ("=", "="), (":", "="),
    ] where rest.starts(with: text) {
      index = rest.startIndex + text.count
      return sign
    }
    return nil
  }

  /// Whether a name is next that is compared with `<` or `>`; with `=` it may well be text.
  func compares(_ name: String) -> Bool {
    var ahead = self
    return ahead.takeComparison(of: name).map { "<>".contains($0.prefix(1)) } ?? false
  }

  /// Takes `~` and the letters after it, and returns these.
  mutating func takeAlias() -> String {
    index += 1
    let start = index
    while let next = peek, next.isLetter { index += 1 }
    return String(characters[start..<index])
  }
}
