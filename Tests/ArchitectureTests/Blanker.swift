/// Replaces each byte of a comment or inside a string literal by a space; line breaks and interpolated code stay.
///
/// It knows nested comments, multi-line and raw strings, and raw regexes (`#/…/#`); it does not know bare `/…/`.
func blankingCommentsAndStrings(in text: String) -> String {
  var blanker = Blanker(text)
  blanker.blankCode(untilClosingParenthesis: false)
  return String(decoding: blanker.bytes, as: UTF8.self)
}

private struct Blanker {
  private(set) var bytes: [UInt8]
  private var index = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func blankCode(untilClosingParenthesis: Bool) {
    var depth = 0
    while index < bytes.count {
      if sees("//") {
        while index < bytes.count, !sees("\n") { blank(1) }
      } else if sees("/*") {
        blankComment()
      } else if sees("\"") || sees("#") {
        blankLiteral()
      } else {
        if sees("(") { depth += 1 }
        if sees(")") {
          depth -= 1
          if depth < 0, untilClosingParenthesis { return }
        }
        index += 1
      }
    }
  }

  private func sees(_ word: String) -> Bool {
    var place = index
    for byte in word.utf8 {
      guard place < bytes.count, bytes[place] == byte else { return false }
      place += 1
    }
    return true
  }

  private mutating func blank(_ count: Int) {
    for _ in 0..<count where index < bytes.count {
      if bytes[index] != UInt8(ascii: "\n") { bytes[index] = UInt8(ascii: " ") }
      index += 1
    }
  }

  private mutating func blankComment() {
    var depth = 0
    repeat {
      if sees("/*") {
        depth += 1
        blank(2)
      } else if sees("*/") {
        depth -= 1
        blank(2)
      } else {
        blank(1)
      }
    } while depth > 0 && index < bytes.count
  }

  /// At a quote or a `#`, which begins a raw literal or something else (`#if`).
  private mutating func blankLiteral() {
    let hashes = bytes[index...].prefix { $0 == UInt8(ascii: "#") }.count
    let pounds = String(repeating: "#", count: hashes)
    index += hashes
    let quote: String
    if sees("\"\"\"") {
      quote = "\"\"\""
    } else if sees("\"") {
      quote = "\""
    } else if hashes > 0, sees("/") {
      quote = "/"
    } else {
      return
    }
    index += quote.utf8.count
    let interpolation = "\\" + pounds + "("
    while index < bytes.count, !sees(quote + pounds) {
      if quote != "/", sees(interpolation) {
        blank(interpolation.utf8.count)
        blankCode(untilClosingParenthesis: true)
        blank(1)
      } else if sees("\\"), hashes == 0 || quote == "/" {
        blank(2)
      } else {
        blank(1)
      }
    }
    index = min(bytes.count, index + quote.utf8.count + hashes)
  }
}
