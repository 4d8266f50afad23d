import Screen
import TestKit
import Testing

@Suite("A theme's file")
struct ThemeFileTests {
  /// Every role looks plain, but for those whose lines are given.
  private func text(_ lines: String..., sections: String = "") -> [UInt8] {
    let named = lines.map { $0.prefix { $0 != " " } }
    let others = Role.allCases.map(\.rawValue).filter { !named.contains(Substring($0)) }
    return Array((others.map { "\($0) = default default" } + lines + [sections]).joined(separator: "\n").utf8)
  }

  @Test(
    "gives a role a foreground, a background and attributes",
    arguments: [
      ("red default", Style(foreground: .indexed(1))),
      ("default blue bold", Style(background: .indexed(4), attributes: .bold)),
      (
        "7 0 bold dim reverse underline",
        Style(foreground: .indexed(7), background: .indexed(0), attributes: [.bold, .dim, .reverse, .underline])
      ),
      ("\tdefault   default # as it is", Style.plain),
    ]
  )
  func looks(words: String, style: Style) throws {
    #expect(try ThemeFile(name: "a", text: text("escape = \(words)")).theme(colours: 8)[.escape] == style)
  }

  @Test("has richer looks where there are the colours for them, and keeps the rest")
  func sections() throws {
    let sections = "[256]\r\nok = 114 default\r\n\r\n[16]\r\nok = bright-green default\r\nerror = 9 default bold"
    let file = try ThemeFile(
      name: "a",
      text: text("ok = green default", "muted = default default dim", sections: sections)
    )
    let looks = [0, 8, 15, 16, 255, 256, 1 << 24].map { file.theme(colours: $0)[.ok].foreground }
    #expect(looks == [2, 2, 2, 10, 10, 114, 114].map(Color.indexed))
    #expect(file.theme(colours: 256)[.error] == Style(foreground: .indexed(9), attributes: .bold))
    #expect(file.theme(colours: 256)[.muted] == Style(attributes: .dim))
    #expect(file.theme(colours: 256).name == "a")
  }

  @Test(
    "is refused with the line, the role and the reason",
    arguments: [
      ("escpae = red default", "line 1, escpae: there is no such role"),
      (
        "\n# red\nok = gren default",
        "line 3, ok: gren is no colour: default, a name (red, bright-red) or a number from 0 to 255"
      ),
      ("ok = 256 default", "line 1, ok: 256 is no colour: default, a name (red, bright-red) or a number from 0 to 255"),
      ("ok = default -1", "line 1, ok: -1 is no colour: default, a name (red, bright-red) or a number from 0 to 255"),
      ("ok = 8 default", "line 1, ok: 8 needs a section for more than 8 colours"),
      ("[16]\nok = default 16", "line 2, ok: 16 needs a section for more than 16 colours"),
      ("ok = red default blink", "line 1, ok: blink is no attribute: bold, dim, reverse or underline"),
      ("ok = red", "line 1, ok: a line is: role = foreground background attributes"),
      ("ok red default bold", "line 1, ok: a line is: role = foreground background attributes"),
      ("ok = red default\nok = red default", "line 2, ok: it has a look already"),
      ("[88]", "line 1: the sections are [16] and [256]"),
      ("text = default default", "line 1, muted: it has no look for 8 colours"),
      ("o\u{1B}k = red default", "line 1, o\\ek: there is no such role"),
    ]
  )
  func errors(text: String, words: String) {
    let error = #expect(throws: ThemeFile.ParseError.self) { try ThemeFile(name: "a", text: text.utf8) }
    #expect(error?.description == words)
  }

  @Test("is parsed or refused whatever it holds")
  func random() {
    var random = TestRandom(seed: 9)
    let pieces = [
      "ok", "text", " ", " = ", "red", "bright-", "256", "[16]", "[", "\n", "\r\n", "#", "\u{0}", "é", "default",
      "bold",
    ]
    for _ in 0..<2000 {
      let text = (0..<Int.random(in: 0..<30, using: &random)).map { _ in pieces.randomElement(using: &random)! }
        .joined()
      #expect(throws: ThemeFile.ParseError.self) { try ThemeFile(name: "a", text: text.utf8) }
    }
  }
}
