import Screen
import TestKit
import Testing
import Wire

@testable import Echo

/// What the server's screen lets a user keep: marks, files, the clipboard.
@Suite struct MonitorSavingTests {
  @Test("Marked messages are saved as plain mode's JSON lines, to a new file alone")
  func saveMarked() throws {
    var script = ServerScript.listening(["one", "two", "three"])
    script.press(.character("m"), .character("k"), .character("k"), .character("m"))
    #expect(script.contains("2 marked") && script.selectedRow?.contains("1*") == true)
    script.press(.character("w"))
    #expect(script.rows.last?.hasSuffix(":save marked") == true)
    script.type("out.jsonl")
    #expect(script.press(Key(.enter)) == [.file(.create(path: "out.jsonl", isOverwriting: false))])
    let bytes = script.write()
    var transcript = ServerTranscript(format: .json, framing: .line)
    var plain = PlainOutput()
    transcript.append(.messages(ServerScript.batch([Array("one".utf8)], first: 1)), to: &plain)
    transcript.append(.messages(ServerScript.batch([Array("three".utf8)], first: 3)), to: &plain)
    #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: plain.output, as: UTF8.self))
    script.give(.file(.finished(byteCount: bytes.count)))
    #expect(script.contains("saved 2 rows, \(bytes.count) bytes, to out.jsonl"))
  }

  @Test("As text a file has the time before each line, and events stand among the messages")
  func saveText() {
    var script = ServerScript.listening()
    script.connect(1)
    script.receive("one")
    script.command("save all out.txt")
    #expect(
      String(decoding: script.write(), as: UTF8.self) == """
        2026-11-22T15:47:58.004000Z -- tcp 127.0.0.1:50171: connected
        2026-11-22T15:47:58.004000Z server received 4 bytes from tcp 127.0.0.1:50171: one

        """
    )
  }

  @Test("What a filter lets through is saved as it was when the user asked, whatever comes meanwhile")
  func saveFiltered() {
    var script = ServerScript.listening(ServerScript.numbered)
    script.filter("\"message 4\"")
    script.press(.character("w"))
    #expect(script.rows.last?.hasSuffix(":save filtered") == true)
    script.type("4.txt")
    script.press(Key(.enter))
    script.receive("message 400.")
    let text = String(decoding: script.write(), as: UTF8.self)
    #expect(text.split(separator: "\n").count == 11 && !text.contains("message 400"))
  }

  @Test("A file that is there is written over only if the user agrees")
  func overwrite() {
    var script = ServerScript.listening(["one"])
    script.command("save all there.txt")
    script.give(.file(.exists))
    #expect(script.contains("there.txt is there already. Write over it? y/n"))
    #expect(script.press(.character("n")) == [] && script.contains("nothing was saved"))
    script.command("save all there.txt")
    script.give(.file(.exists))
    #expect(script.press(.character("y")) == [.file(.create(path: "there.txt", isOverwriting: true))])
    script.give(.file(.failed("there.txt: permission denied")))
    #expect(script.contains("there.txt: permission denied") && !script.model.hasPendingWork)
  }

  @Test("Save says what is missing, and the line stays to be mended")
  func saveProblems() {
    var script = ServerScript.listening()
    script.command("save all x.txt")
    #expect(script.contains("there is nothing to save"))
    script.press(Key(.escape))
    script.receive("one")
    for (line, problem) in [
      ("save", "save needs a file name"), ("save marked x", "nothing is marked"),
      ("save filtered x", "there is no filter"),
      ("sve x", "there is no command \"sve\""), ("clear now", "\"clear\" takes nothing after it"),
    ] {
      script.command(line)
      #expect(script.contains(problem), "\(script)")
      #expect(script.rows.last?.contains(":\(line)") == true)
      script.press(Key(.escape))
    }
  }

  @Test("Only the user's key copies; it copies what the detail shows")
  func copy() {
    var script = ServerScript.listening(["one"])
    script.receive([0x1B, 0x5D, 0x35, 0x32, 0x3B, 0x63, 0x3B, 0x61, 0x07])
    #expect(script.give(.turn) == [])
    let effects = script.press(.character("c"))
    guard case .copy(let bytes)? = effects.first, effects.count == 1 else {
      Issue.record("\(effects)")
      return
    }
    #expect(!bytes.isEmpty && bytes.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) })
  }

  @Test("Clearing asks; then the list is empty, the totals are not, and what comes next is shown")
  func clear() {
    var script = ServerScript.listening(["one", "two"])
    script.press(.character("z"))
    #expect(script.contains("Clear 2 rows from the list? y/n"))
    script.press(.character("n"))
    #expect(script.contains(" two"))
    script.press(.character("z"), .character("y"))
    #expect(!script.contains(" two") && script.rows[0].contains("2 msg"))
    #expect(script.contains("nothing since the list was cleared"))
    script.receive("three")
    #expect(script.selectedRow?.hasSuffix("three") == true && script.selectedRow?.contains(" 3 ") == true)
  }

  @Test("A file of long messages is written in slices too, and is whole")
  func saveLong() {
    var script = ServerScript(historyBytes: 16 << 20)
    script.listen()
    for _ in 0..<5 { script.receive([UInt8](repeating: 0x78, count: 1 << 20)) }
    script.command("save all long.txt")
    script.give(.file(.created))
    var slices: [Int] = []
    while script.model.hasPendingWork {
      for case .file(.write(let bytes)) in script.give(.turn) { slices.append(bytes.count) }
    }
    #expect(slices.count == 5 && slices.allSatisfy { $0 > 1 << 20 && $0 < 2 << 20 }, "\(slices)")
  }

  @Test("What is too long for the clipboard is copied as far as it goes, and that is said")
  func copyLong() {
    var script = ServerScript.listening()
    script.receive([UInt8](repeating: 0x78, count: 100_000))
    script.press(.character("c"))
    #expect(script.contains("copied the first 74,994 bytes"), "\(script)")
  }

  @Test("A mark goes with the message that the history forgets")
  func forgottenMarks() {
    var script = ServerScript(historyCount: 20)
    script.listen()
    script.receive("old")
    script.press(.character("m"))
    #expect(script.contains("1 marked"))
    for number in 1...50 { script.receive("message \(number).") }
    #expect(!script.contains("marked"))
    script.command("save marked x.txt")
    #expect(script.contains("nothing is marked"))
  }
}
