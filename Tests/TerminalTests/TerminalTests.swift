import Glibc
import Screen
import TestKit
import Testing

/// A small program that uses `Terminal`, in a terminal.
@Suite struct TerminalTests {
  private static let path = Programs.path(named: "terminal_fixture")

  private func start(
    _ arguments: [String] = [],
    environment: [String: String?] = [:],
    columns: Int = 60,
    rows: Int = 10
  ) throws -> TerminalProgram {
    let program = try TerminalProgram(
      TerminalTests.path,
      arguments,
      environment: environment,
      columns: columns,
      rows: rows
    )
    try program.waitForScreen("the first picture") { $0.lines[rows - 1].hasSuffix("end") && $0.isCursorVisible }
    return program
  }

  @Test("A surface arrives as it was drawn: styles, wide characters, marks; a wrong width costs its own cells only")
  func picture() throws {
    let program = try start()
    let picture = program.screen.picture
    #expect(picture.lines[0] == "size 60x10 utf8 true colours 256")
    #expect(picture.lines[1] == "red blue  │日本e\u{301}o\u{300}│    \u{FFFD} \u{FFFD} \u{FFFD}|")
    #expect(picture.cursor == Point(column: 2, row: 2))
    #expect(picture.style(column: 0, row: 0) == Style(attributes: .reverse))
    #expect(picture.style(column: 1, row: 1) == Style(foreground: .indexed(1), attributes: .bold))
    #expect(picture.style(column: 4, row: 1) == Style(background: .indexed(21), attributes: .underline))
    #expect(picture.runs.count == 3)
    #expect(program.screen.isAlternateScreen)
    #expect(program.screen.privateModes.contains(2004))
    #expect(program.screen.mouseMode == 0)
    program.pressControl("q")
    #expect(try program.waitForExit() == 0)
    #expect(program.leftovers == [])
  }

  @Test("Keys, Escape alone, a paste and the mouse arrive as events; ^C and ^S are keys")
  func events() throws {
    let program = try start(rows: 14)
    program.type("é\u{3}")
    program.press(.up)
    program.pressMeta("x")
    try program.waitForText("key character(\"x\") 2")
    #expect(
      program.screen.lines[2...5].map { $0 } == [
        "key character(\"é\") 0", "key character(\"c\") 1", "key up 0", "key character(\"x\") 2",
      ]
    )
    program.press(.escape)
    try program.waitForText("key escape 0")
    program.paste(String(repeating: "paste\n", count: 20_000))
    try program.waitForText("paste 120000")
    program.pressControl("o")
    try program.waitForScreen("the mouse mode") { $0.mouseMode == 2 }
    program.type("\u{1B}[<0;5;6M")
    try program.waitForText("mouse press 4,5")
    program.pressControl("q")
    #expect(try program.waitForExit() == 0)
    #expect(program.leftovers == [])
  }

  @Test("A resize is seen at once and painted in full", arguments: [(100, 30), (20, 4), (3, 1), (1, 1)])
  func resize(columns: Int, rows: Int) throws {
    let program = try start()
    program.resize(columns: columns, rows: rows)
    let header = String("size \(columns)x\(rows) utf8 true".prefix(columns))
    try program.waitForScreen("the new picture") {
      $0.lines[0].hasPrefix(header) || (rows == 1 && $0.lines[0] == String("end".suffix(columns)))
    }
    program.resize(columns: 60, rows: 10)
    try program.waitForScreen("the old picture") { $0.lines[0].hasPrefix("size 60x10") && $0.lines[9].hasSuffix("end") }
    program.pressControl("q")
    #expect(try program.waitForExit() == 0)
  }

  struct End: CustomTestStringConvertible, Sendable {
    let name: String
    let key: Character?
    let signal: CInt?
    let codes: Set<Int32>
    var testDescription: String { name }
  }

  static let ends = [
    End(name: "a normal end", key: "q", signal: nil, codes: [0]),
    End(name: "exit", key: "e", signal: nil, codes: [3]),
    End(name: "SIGTERM", key: nil, signal: SIGTERM, codes: [15]),
    End(name: "abort", key: "a", signal: nil, codes: [128 + SIGABRT]),
    End(name: "a raised SIGSEGV", key: "s", signal: nil, codes: [128 + SIGSEGV]),
    End(name: "a wild write", key: "f", signal: nil, codes: [128 + SIGSEGV]),
    End(name: "a Swift trap", key: "t", signal: nil, codes: [128 + SIGILL, 128 + SIGTRAP]),
    End(name: "SIGFPE from outside", key: nil, signal: SIGFPE, codes: [128 + SIGFPE]),
    End(name: "SIGBUS from outside", key: nil, signal: SIGBUS, codes: [128 + SIGBUS]),
    End(name: "SIGTRAP from outside", key: nil, signal: SIGTRAP, codes: [128 + SIGTRAP]),
  ]

  @Test("After every end the terminal is as it was", arguments: ends)
  func restored(_ end: End) throws {
    let program = try start()
    program.pressControl("o")
    try program.waitForScreen("the mouse mode") { $0.mouseMode == 2 }
    #expect(program.modes != program.modesBefore)
    if let key = end.key { program.pressControl(key) }
    if let signal = end.signal { program.signal(signal) }
    let code = try program.waitForExit()
    #expect(end.codes.contains(code), "exit code \(code)")
    #expect(program.screen.sawAlternateScreen)
    #expect(program.leftovers == [])
  }

  @Test("^Z gives the terminal back and stops; continued, the picture is there again in the size of then")
  func suspendAlone() throws {
    let program = try start()
    program.pressControl("z")
    try program.waitForStop()
    try program.wait(for: "the restored terminal") { program.leftovers.isEmpty }
    program.resize(columns: 50, rows: 8)
    program.signal(SIGCONT)
    try program.waitForScreen("the picture") {
      $0.isAlternateScreen && $0.lines[0].hasPrefix("size 50x8") && $0.lines[7].hasSuffix("end")
    }
    #expect(program.modes != program.modesBefore)
    program.pressControl("q")
    #expect(try program.waitForExit() == 0)
    #expect(program.leftovers == [])
  }

  @Test("Under a shell ^Z stops the job and fg brings it back")
  func suspendUnderShell() throws {
    let program = try TerminalProgram("/bin/bash", ["--norc", "-i"], environment: ["PS1": "% "], columns: 60, rows: 10)
    try program.waitForText("%")
    program.type("\(TerminalTests.path)\r")
    try program.waitForScreen("the picture") { $0.isAlternateScreen && $0.lines[9].hasSuffix("end") }
    program.pressControl("z")
    try program.waitForScreen("the shell") { !$0.isAlternateScreen && $0.contains("Stopped") }
    program.type("fg\r")
    try program.waitForScreen("the picture") {
      $0.isAlternateScreen && $0.lines[9].hasSuffix("end") && $0.isCursorVisible
    }
    program.type("x")
    try program.waitForText("key character(\"x\") 0")
    program.pressControl("q")
    try program.waitForScreen("the shell") { !$0.isAlternateScreen }
    program.type("echo code=$?\r")
    try program.waitForText("code=0")
    program.type("exit\r")
    try program.waitForExit()
  }

  @Test("A stop from outside and SIGCONT bring the picture back, and ^L repairs it")
  func continued() throws {
    let program = try start()
    program.screen.feed("\u{1B}[2J\u{1B}[5;5Hnoise")
    program.pressControl("l")
    try program.waitForScreen("the repaired picture") { !$0.contains("noise") && $0.lines[9].hasSuffix("end") }
    program.signal(SIGSTOP)
    try program.waitForStop()
    program.screen.feed("\u{1B}[2J\u{1B}[5;5Hnoise")
    program.signal(SIGCONT)
    try program.waitForScreen("the repaired picture") { !$0.contains("noise") && $0.lines[9].hasSuffix("end") }
  }

  @Test("A terminal that hangs up ends it")
  func hangUp() throws {
    let program = try start()
    program.hangUp()
    #expect(try program.waitForExit() == 4)
  }

  @Test("A terminal that takes nothing any more holds nothing up, and the end does not wait for it either")
  func stalled() throws {
    let program = try TerminalProgram(TerminalTests.path, ["--flood"], columns: 200, rows: 50)
    try program.wait(for: "a while of painting") { program.transcript.count > 300_000 }
    // From here on nobody reads: the program meets a full terminal within a few frames.
    try program.waitUntilStuck()
    program.signal(SIGTERM)
    #expect(try program.waitForExitWithoutReading() == 15)
  }

  @Test("Nothing is written while nothing changes")
  func idle() throws {
    let program = try start()
    program.type("x")
    try program.waitForText("key character(\"x\") 0")
    try program.waitForScreen("the frame's end") { !$0.privateModes.contains(2026) }
    let count = program.transcript.count
    for _ in 0..<3 { program.signal(SIGCHLD) }
    program.pressControl("q")
    #expect(try program.waitForExit() == 0)
    #expect(program.transcript.count - count < 300)
  }

  @Test(
    "Every terminal is drawn right with what it has",
    arguments: ["vt100", "screen", "tmux-256color", "linux", "xterm", "xterm-256color"]
  )
  func terminals(_ name: String) throws {
    let program = try TerminalProgram(TerminalTests.path, environment: ["TERM": name], columns: 60, rows: 10)
    try program.waitForScreen("the first picture") {
      $0.lines[9].hasSuffix("end") && $0.cursor == Point(column: 2, row: 2)
    }
    let colours =
      ["vt100": 0, "screen": 8, "tmux-256color": 256, "linux": 8, "xterm": 8, "xterm-256color": 256][name] ?? -1
    let picture = program.screen.picture
    #expect(picture.lines[0] == "size 60x10 utf8 true colours \(colours)")
    #expect(picture.lines[1] == "red blue  │日本e\u{301}o\u{300}│    \u{FFFD} \u{FFFD} \u{FFFD}|")
    if colours > 0 {
      #expect(picture.style(column: 0, row: 1) == Style(foreground: .indexed(1), attributes: .bold))
      #expect(picture.style(column: 10, row: 1) == .plain)
    }
    program.pressControl("q")
    #expect(try program.waitForExit() == 0)
    #expect(program.leftovers == [])
  }

  @Test("Without UTF-8 what can't be shown is a question mark, in its own columns", arguments: ["C", "POSIX", ""])
  func ascii(_ locale: String) throws {
    let program = try start(environment: ["LANG": locale])
    #expect(program.screen.text(row: 0) == "size 60x10 utf8 false colours 256")
    #expect(program.screen.text(row: 1) == "red blue  ?? ? eo?    ? ? ?|")
    #expect(program.transcript.allSatisfy { $0 < 0x80 })
  }

  @Test("A UTF-8 locale that is not installed is UTF-8 all the same")
  func missingLocale() throws {
    let program = try start(environment: ["LANG": "xx_YY.UTF-8"])
    #expect(program.screen.text(row: 0) == "size 60x10 utf8 true colours 256")
  }

  @Test(
    "A terminal that is not fit is refused, and untouched",
    arguments: [
      ("dumb", "can't place the cursor"), (nil, "TERM is not set"), ("", "TERM is not set"),
      ("no-such-\u{1B}", "\"no-such-\\e\" (TERM) is unknown"),
    ] as [(String?, String)]
  )
  func refused(_ name: String?, _ why: String) throws {
    let program = try TerminalProgram(TerminalTests.path, environment: ["TERM": name])
    #expect(try program.waitForExit() == 2)
    #expect(program.screen.contains(why))
    #expect(program.leftovers == [])
    #expect(!program.screen.sawAlternateScreen)
  }

  @Test("Pipes are no terminals")
  func pipes() throws {
    let program = try PlainProgram(TerminalTests.path)
    #expect(try program.waitForExit() == 2)
    #expect(program.errorText == "obstacle: standard input is not a terminal\n")
    #expect(program.output == [])
  }
}
