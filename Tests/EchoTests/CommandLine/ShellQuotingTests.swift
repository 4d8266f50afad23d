import TestKit
import Testing

@testable import Echo

/// Bytes go through a shell and come out as they were.
@Suite struct ShellQuotingTests {
  private static func command(_ bytes: [UInt8]) -> [UInt8] {
    var command = Array("printf '".utf8)
    ShellQuoting.append(bytes, toFormat: &command)
    return command + "'\n".utf8
  }

  @Test("Every byte, before and after a digit and first of all, comes out of every shell", arguments: Shell.paths)
  func everyByte(_ shell: String) throws {
    let payloads = (UInt8.min ... .max).map { [$0, 0x37, $0] }
    let script = payloads.flatMap(ShellQuotingTests.command)
    #expect(try Shell.output(of: script, by: shell) == payloads.flatMap { $0 })
  }

  @Test("So do the bytes that harm terminals, and what harms shells", arguments: Shell.paths)
  func hostile(_ shell: String) throws {
    let texts = [
      "$(id) `id` \"$HOME\" ${x} $'x'", "'; exit 1; '", "\\'\\\\'\\047", "%s%n%d%%", "-n", "--help", "!!", "\n\n",
      "&& | > <", "",
      "~root *?[a]", "\\c\\0\\x41", "#", "a\\", "\r\n\t",
    ]
    let payloads = HostileCorpus.payloads + texts.map { Array($0.utf8) }
    let script = payloads.flatMap(ShellQuotingTests.command)
    #expect(try Shell.output(of: script, by: shell) == payloads.flatMap { $0 })
  }

  @Test("What is copied has no byte that a terminal acts on, and no line feed")
  func visible() {
    for payload in HostileCorpus.payloads {
      let command = ShellQuotingTests.command(payload).dropLast()
      #expect(command.allSatisfy { (0x20...0x7E).contains($0) })
    }
  }

  @Test("A word is one word, and the text that it was")
  func words() throws {
    let texts =
      ["/tmp/echo.socket", "::1", "a b", "it's", "a!b", "", "$HOME", "a\\b", "-n", "日本語", "a\nb", "`id`", "\u{1B}[31m"]
      + HostileCorpus.texts.filter { !$0.utf8.reversed().starts(with: [0x0A]) }
    var script: [UInt8] = []
    for text in texts { script += "printf '<%s>' ".utf8 + (try #require(ShellQuoting.word(text))) + "\n".utf8 }
    #expect(try Shell.output(of: script) == texts.flatMap { Array("<\($0)>".utf8) })
    #expect(ShellQuoting.word("/tmp/a-b_c.0") == Array("/tmp/a-b_c.0".utf8))
    #expect(ShellQuoting.word("a\n") == nil && ShellQuoting.word("a\0") == nil)
  }
}
