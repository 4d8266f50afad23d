import Glibc
import Screen
import TestKit
import Testing

/// The loop of a screen program, by a program that has nothing else.
@Suite struct ScreenLoopTests {
  private let folder: TemporaryDirectory
  private let path: String

  init() throws {
    folder = try TemporaryDirectory()
    path = "\(folder.path)/saved.txt"
  }

  private func start(environment: [String: String?] = [:]) throws -> TerminalProgram {
    let program = try TerminalProgram(
      Programs.path(named: "screen_fixture"),
      [path],
      environment: environment,
      columns: 90,
      rows: 5
    )
    try program.waitForText("resting 0")
    return program
  }

  private func quit(_ program: TerminalProgram) throws {
    program.type("q")
    #expect(try program.waitForExit() == 0)
    #expect(program.leftovers == [])
  }

  @Test("Pending work gets turns while keys, news, frames and resizes are served, and then the program sleeps")
  func turns() throws {
    let program = try start()
    program.type("t")
    try program.waitForScreen("a frame between turns") { $0.contains("working") && !$0.contains("working 0") }
    try program.waitForScreen("more turns than frames") {
      ($0.text(row: 0).split(separator: " ").last.flatMap { Int($0) } ?? 0) > 2000
    }
    program.type("n")
    try program.waitForText("news 1")
    program.resize(columns: 70, rows: 4)
    program.type("n")
    try program.waitForText("news 2")
    program.type("s")
    try program.waitForText("resting")
    try program.waitUntilStuck()
    try quit(program)
  }

  @Test("A signal ends a program that has work without an end")
  func terminated() throws {
    let program = try start()
    program.type("t")
    try program.waitForText("working")
    program.signal(SIGTERM)
    #expect(try program.waitForExit() == 0)
    #expect(program.leftovers == [])
  }

  @Test(
    "Who does not end when the terminal hangs up, or a signal asks for it, is asked again",
    arguments: [nil, SIGTERM]
  )
  func askedAgain(signal: CInt?) throws {
    let program = try start()
    program.type("r")
    try program.waitForText("reluctant")
    if let signal { program.signal(signal) } else { program.hangUp() }
    #expect(try program.waitForExit() == 0)
  }

  @Test("A copy is the terminal's OSC 52 and nothing on the screen; a long one is cut to what terminals take")
  func copy() throws {
    let program = try start()
    program.type("c")
    try program.wait(for: "the sequence") {
      String(decoding: program.transcript, as: UTF8.self).contains("\u{1B}]52;c;Y2xpcCDDqQ==\u{7}")
    }
    program.type("C")
    try program.wait(for: "the long sequence") { program.transcript.count { $0 == 0x07 } == 2 }
    program.type("n")
    try program.waitForText("news 1")
    let sequences = program.transcript.split(separator: 0x1B).filter { $0.starts(with: Array("]52;c;".utf8)) }
    #expect(sequences.count == 2)
    #expect(sequences.last?.prefix { $0 != 0x07 }.count == 6 + 99_992)
    #expect(program.screen.lines == ["resting 0", "news 1", "file none", "mouse none", ""])
    try quit(program)
  }

  @Test("A terminal that is too old for OSC 52 is not given one")
  func noCopy() throws {
    let program = try start(environment: ["TERM": "vt100"])
    program.type("cn")
    try program.waitForText("news 1")
    #expect(!String(decoding: program.transcript, as: UTF8.self).contains("]52;"))
    try quit(program)
  }

  @Test("The mouse is the program's when it asks for it, again after ^Z, and the terminal's after any end")
  func mouse() throws {
    let program = try start()
    #expect(program.screen.mouseMode == 0)
    program.type("m")
    try program.waitForScreen("the mouse mode") { $0.mouseMode == 2 }
    program.type("\u{1B}[<0;5;6M")
    try program.waitForText("mouse 4,5")
    program.type("m")
    try program.waitForScreen("no mouse mode") { $0.mouseMode == 0 }
    program.type("m")
    try program.waitForScreen("the mouse mode") { $0.mouseMode == 2 }
    program.type("z")
    try program.waitForStop()
    try program.wait(for: "the restored terminal") { program.leftovers.isEmpty }
    program.signal(SIGCONT)
    try program.waitForScreen("the picture") { $0.contains("mouse 4,5") && $0.mouseMode == 2 }
    try quit(program)
  }

  @Test("A file is created, written and finished; one that is there is asked about, and overwritten as a whole")
  func file() throws {
    let program = try start()
    program.type("w")
    try program.waitForText("file created")
    program.type("ddf")
    try program.waitForText("file finished(byteCount: 131072)")
    program.type("w")
    try program.waitForText("file exists")
    program.type("o")
    try program.waitForText("file created")
    program.type("df")
    try program.waitForText("file finished(byteCount: 65536)")
    try quit(program)
    #expect(size(of: path) == 65_536)
    #expect(program.transcript.count < 65_536)
  }

  @Test("A file that is not finished is gone after quitting and after a signal", arguments: [nil, SIGTERM])
  func unfinished(signal: CInt?) throws {
    let program = try start()
    program.type("wdn")
    try program.waitForText("news 1")
    #expect(size(of: path) == 65_536)
    if let signal { program.signal(signal) } else { program.type("q") }
    #expect(try program.waitForExit() == 0)
    #expect(size(of: path) == nil)
  }

  @Test(
    "A file that grows too large for its limit is one clear sentence, and is removed",
    .disabled(if: Programs.areThreadSanitized, "the sanitizer's runtime needs larger files itself")
  )
  func tooLarge() throws {
    let program = try TerminalProgram(
      "/bin/bash",
      ["-c", "ulimit -f 8; exec \(Programs.path(named: "screen_fixture")) \(path)"],
      columns: 120,
      rows: 5
    )
    try program.waitForText("resting 0")
    program.type("wd")
    try program.waitForText("cannot write \(path): it would be larger than a file may be")
    #expect(size(of: path) == nil)
    program.type("dfn")
    try program.waitForText("news 1")
    #expect(program.screen.text(row: 2).contains("larger than a file may be"))
    try quit(program)
  }

  private func size(of path: String) -> Int? {
    var status = stat()
    return lstat(path, &status) == 0 ? Int(status.st_size) : nil
  }
}
