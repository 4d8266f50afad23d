import Screen
import TestKit
import Testing

@testable import EchoApp

/// What is said of arguments that are refused.
@Suite struct RefusalTests {
  /// Where a text can stand among a program's arguments, with what is said before and after it.
  private static let places: [(arguments: @Sendable (String) -> [String], before: String, after: String)] = [
    ({ ["h", $0] }, "a port is a number from 1 to 65535, not ", ""),
    ({ ["h", "1", "--theme", $0] }, "The value '", "' is invalid for '--theme <theme>'. Please provide one of"),
    ({ ["h", "1", "--format", $0] }, "The value '", "' is invalid for '--format <format>'. Please provide one of"),
    ({ ["h", "1", "--timeout", $0] }, "The value '", "' is invalid for '--timeout <timeout>'"),
    ({ ["h", "1", "--ping", $0] }, "The value '", "' is invalid for '--ping <count>'"),
    (
      { ["h", "1", "--framing", $0] }, "The value '",
      "' is invalid for '--framing <framing>'. Please provide one of the following: line, crlf, nul, length16"
    ),
    ({ ["h", "1", "--x" + $0] }, "Unknown option '--x", "'"),
  ]

  @Test("They are repeated as visible text on one line, which gives them back", arguments: places.indices)
  func repeated(place: Int) {
    let (arguments, before, after) = Self.places[place]
    // The parser divides a word at its first `=`, and takes one that begins with a dash for an option.
    let texts = HostileCorpus.texts.filter { !$0.contains("=") && !$0.hasPrefix("-") }
    #expect(texts.count > 150)
    // Every text in the first, the others share them: all go the same way from the parser on.
    let others = texts.enumerated().filter { place == 0 || $0.offset % Self.places.count == place }.map(\.element)
    for text in others + ["\n\n - a\u{1B}[2J\r\n\\"] {
      let reason = ClientProgram.refusal(of: arguments(text))
      #expect(VisibleText.complaint(about: reason) == nil)
      #expect(Array(reason.utf8).starts(with: Array("\(before)\(Printable.text(text.utf8))\(after)".utf8)), "\(reason)")
    }
  }

  @Test("A number with a sign is no option, which is said; so is a list's end")
  func negative() {
    #expect(ClientProgram.refusal(of: ["h", "-1"]).hasSuffix("; -1 was taken for an option"))
    #expect(ClientProgram.refusal(of: ["h", "1", "--framing", "x"]).hasSuffix("fixed:N, raw"))
  }
}
