import Glibc
import Screen
import TestKit
import Testing

/// The tests' own tools: a program on pipes, a program in a terminal, a terminal without a window.
@Suite struct ProgramTests {
  @Test("More output than pipes hold does not stop a program that is being written to")
  func bigOutput() throws {
    let program = try PlainProgram("/bin/cat")
    let bytes = [UInt8](repeating: 0x61, count: 3_000_000)
    program.write(bytes)
    program.write("\nlast")
    program.closeInput()
    #expect(try program.waitForExit() == 0)
    #expect(program.output == bytes + Array("\nlast".utf8))
    #expect(try program.readLine()?.utf8.count == bytes.count)
    #expect(try program.readLine() == "last")
    #expect(try program.readLine() == nil)
  }

  @Test("Lines are read from each stream, and the exit code and a signal's end are told")
  func linesAndCodes() throws {
    let program = try PlainProgram("/bin/sh", ["-c", "echo out; echo wrong >&2; read line; echo got $line; exit 3"])
    #expect(try program.readLine() == "out")
    #expect(try program.waitForLine(containing: "wron", from: .error) == "wrong")
    program.write("it\n")
    #expect(try program.waitForLine(containing: "got") == "got it")
    #expect(try program.waitForExit() == 3)
    let other = try PlainProgram("/bin/cat")
    other.signal(SIGKILL)
    #expect(try other.waitForExit() == 128 + SIGKILL)
  }

  @Test("Nothing of the machine reaches a program's environment")
  func environment() throws {
    let program = try PlainProgram("/usr/bin/env", environment: ["ONE": "1", "TERM": nil])
    try program.waitForExit()
    let names = Set(program.outputText.split(separator: "\n").map { $0.prefix { $0 != "=" } })
    #expect(
      names.isSubset(of: [
        "HOME", "LANG", "PATH", "SWIFT_BACKTRACE", "TZ", "ONE", "XDG_RUNTIME_DIR", "LLVM_PROFILE_FILE", "ASAN_OPTIONS",
        "TSAN_OPTIONS",
      ])
    )
    #expect(program.outputText.contains("TZ=UTC\n"))
  }

  @Test("A shell in a terminal is typed to, resized, and its end leaves the terminal as it was")
  func shell() throws {
    let program = try TerminalProgram("/bin/bash", ["--norc", "-i"], environment: ["PS1": "% "], columns: 40, rows: 5)
    try program.waitForText("%")
    program.type("stty size; echo $((6*7))\r")
    try program.waitForText("42")
    #expect(program.screen.contains("5 40"))
    program.resize(columns: 60, rows: 8)
    program.type("stty size\r")
    try program.waitForText("8 60")
    program.type("exit 7\r")
    #expect(try program.waitForExit() == 7)
    #expect(program.leftovers == [])
  }

  @Test("The virtual terminal shows text, styles, wide characters, marks, modes and answers")
  func virtualTerminal() {
    let terminal = VirtualTerminal(columns: 20, rows: 3)
    terminal.feed(
      "\u{1B}[?1049h\u{1B}[?2004h\u{1B}[?25l\u{1B}[1;31mred\u{1B}[0m 日本e\u{301}\u{1B}]2;name\u{7}\u{1B}[6n\u{7}"
    )
    #expect(terminal.text(row: 0) == "red 日本e\u{301}")
    #expect(terminal.picture.runs.map(\.description) == ["0 0-2 bold foreground=1"])
    #expect(terminal.isAlternateScreen && terminal.sawAlternateScreen && !terminal.isCursorVisible)
    #expect(terminal.privateModes == [1049, 2004])
    #expect(terminal.title == "name")
    #expect(terminal.bells == 1)
    #expect(terminal.takeReplies() == Array("\u{1B}[1;10R".utf8))
    terminal.feed("\u{1B}[?1049l\u{1B}[?25h")
    #expect(!terminal.isAlternateScreen && terminal.isCursorVisible)
    #expect(terminal.sawAlternateScreen)
  }
}
