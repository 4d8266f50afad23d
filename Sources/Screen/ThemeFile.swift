/// A theme as its file has it: the look of every role, and other looks for terminals of more colours.
///
///     # A comment.
///     escape = cyan default dim
///     [256]
///     escape = 109 default
///
/// A line is `role = foreground background attributes`. A colour is `default` (the terminal's own), one of the eight basic
/// colours by name, `bright-` and such a name, or a number below 256 (the xterm palette); attributes are any of `bold dim
/// reverse underline`. What stands before the first section is for 8 colours and names every role; the sections `[16]` and
/// `[256]` replace some of that where there are so many.
package struct ThemeFile: Hashable, Sendable {
  /// What is wrong, and where.
  package struct ParseError: Error, Hashable, CustomStringConvertible {
    /// Counted from 1; the last line if something is missing.
    package let line: Int
    package let role: String?
    package let reason: String

    package var description: String {
      let role = role.map { ", \(Printable.text($0.utf8))" } ?? ""
      return "line \(line)\(role): \(Printable.text(reason.utf8))"
    }
  }

  package let name: String
  /// The looks by the colours that they need, 8 first.
  private var sections: [Int: [Role: Style]] = [ThemeFile.basic: [:]]

  private static let basic = 8

  /// A theme that looks like nothing in particular.
  init(plain name: String) { self.name = name }

  package init(name: String, text: some Sequence<UInt8>) throws(ParseError) {
    self.name = name
    let lines = String(decoding: Array(text), as: UTF8.self).split(
      omittingEmptySubsequences: false,
      whereSeparator: \.isNewline
    )
    var section = ThemeFile.basic
    for (index, line) in lines.enumerated() {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
      guard let first = words.first else { continue }
      if first.hasPrefix("[") {
        section = try ThemeFile.section(words, line: index + 1)
      } else {
        let (role, style) = try ThemeLine(number: index + 1, words: words, colours: section).parse()
        guard sections[section, default: [:]].updateValue(style, forKey: role) == nil else {
          throw ParseError(line: index + 1, role: role.rawValue, reason: "it has a look already")
        }
      }
    }
    for role in Role.allCases where sections[ThemeFile.basic]?[role] == nil {
      throw ParseError(line: lines.count, role: role.rawValue, reason: "it has no look for 8 colours")
    }
  }

  /// The looks for a terminal of so many colours.
  package func theme(colours: Int) -> Theme {
    var styles: [Role: Style] = [:]
    for section in sections.keys.sorted() where section == ThemeFile.basic || section <= colours {
      styles.merge(sections[section] ?? [:]) { $1 }
    }
    return Theme(name: name, styles: styles)
  }

  private static func section(_ words: [Substring], line: Int) throws(ParseError) -> Int {
    switch (words.count, words[0]) {
    case (1, "[16]"): return 16
    case (1, "[256]"): return 256
    default: throw ParseError(line: line, role: nil, reason: "the sections are [16] and [256]")
    }
  }
}

/// One line of a theme's file that gives a role its look.
private struct ThemeLine {
  let number: Int
  let words: [Substring]
  /// What the line's section is for.
  let colours: Int

  private static let names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]

  func parse() throws(ThemeFile.ParseError) -> (Role, Style) {
    guard let role = Role(rawValue: String(words[0])) else { throw error("there is no such role") }
    guard words.count >= 4, words[1] == "=" else { throw error("a line is: role = foreground background attributes") }
    var attributes: Style.Attributes = []
    for word in words[4...] { attributes.formUnion(try attribute(word)) }
    return (role, Style(foreground: try color(words[2]), background: try color(words[3]), attributes: attributes))
  }

  private func color(_ word: Substring) throws(ThemeFile.ParseError) -> Color {
    if word == "default" { return .default }
    guard let index = index(word) else {
      throw error("\(word) is no colour: default, a name (red, bright-red) or a number from 0 to 255")
    }
    guard index < colours else { throw error("\(word) needs a section for more than \(colours) colours") }
    return .indexed(index)
  }

  private func index(_ word: Substring) -> UInt8? {
    let bright = "bright-"
    let isBright = word.hasPrefix(bright)
    let name = isBright ? word.dropFirst(bright.count) : word
    if let index = ThemeLine.names.firstIndex(where: { $0 == name }) { return UInt8(isBright ? index + 8 : index) }
    return word.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt8(word) : nil
  }

  private func attribute(_ word: Substring) throws(ThemeFile.ParseError) -> Style.Attributes {
    switch word {
    case "bold": .bold
    case "dim": .dim
    case "reverse": .reverse
    case "underline": .underline
    default: throw error("\(word) is no attribute: bold, dim, reverse or underline")
    }
  }

  private func error(_ reason: String) -> ThemeFile.ParseError {
    ThemeFile.ParseError(line: number, role: String(words[0]), reason: reason)
  }
}
