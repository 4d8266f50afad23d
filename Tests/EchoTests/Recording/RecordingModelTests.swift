import Screen
import TestKit
import Testing
import Wire

@testable import Echo

/// The server's screen over a recording.
@Suite struct RecordingModelTests {
  private func script(_ rows: FakeRows, size: Size = Size(columns: 80, rows: 24)) -> ServerScript {
    var script = ServerScript(size: size)
    script.model = ServerModel(recording: rows, name: "messages.db")
    script.give(.tick(Moment(time: ServerScript.start)))
    script.give(.resize(size))
    return script
  }

  private func finish(_ script: inout ServerScript) { while script.model.hasPendingWork { script.give(.turn) } }

  /// Rows enough for many slices, of which one in a thousand has an `x`.
  private static let many = (0..<50_000).map { $0 % 1000 == 7 ? "x\($0)" : "message \($0)" }

  @Test("The title names the file and counts what it has; the newest row is in sight")
  func title() {
    var script = script(FakeRows(texts: (1...300).map { "message \($0)." }))
    #expect(script.rows[0].hasPrefix(" echo_monitor messages.db  RECORDING  1 run  300 rows"))
    #expect(script.rows[1].hasPrefix(" 2026-11-22 15:47:58 to 2026-11-22 15:47:58"))
    #expect(script.contains("message 300."))
    finish(&script)
    #expect(script.rows[0].contains("peers 1  300 msg  3.8K"))
    script.press(Key(.home))
    #expect(script.contains("message 1.") && !script.contains("message 300."))
    script.press(Key(.pageDown), Key(.enter))
    #expect(script.contains("── #"))
  }

  @Test("A filter finds the newest first and says how far it is; Esc gives it up")
  func filter() {
    var script = script(FakeRows(texts: Self.many))
    finish(&script)
    script.filter("x")
    #expect(script.contains("x49007"))
    #expect(script.rows.contains { $0.contains(#/filter: x \(\d+ of 50,000, \d+%…\)/#) })
    script.press(Key(.escape))
    #expect(!script.contains("filter:") && !script.model.hasPendingWork)
    script.filter("x")
    finish(&script)
    #expect(script.contains("filter: x (50 of 50,000)"))
    script.press(Key(.escape))
    #expect(script.contains("filter: x"))
  }

  @Test("A search through all of it says how far it is; Esc gives it up; a number and a share are gone to at once")
  func search() {
    var script = script(FakeRows(texts: ["first"] + Self.many))
    finish(&script)
    script.press(.character("/"))
    script.type("first")
    script.press(Key(.enter))
    #expect(script.rows.contains { $0.contains(#/searching \d+%…/#) })
    script.press(Key(.escape))
    #expect(!script.contains("searching"))
    script.press(.character("/"))
    script.type("first")
    script.press(Key(.enter))
    finish(&script)
    #expect(script.selectedRow?.hasSuffix("first") == true)
    script.command("40000")
    #expect(script.selectedRow?.hasSuffix("message 39998") == true)
    script.command("50%")
    #expect(script.selectedRow?.hasSuffix("message 24999") == true)
    script.command("goto 60000")
    #expect(script.contains("message 60000 is not in the list"))
  }

  @Test("What comes while it is written is shown within a second, or counted as new where the reader has left the end")
  func growth() {
    let rows = FakeRows(texts: ["one", "two"])
    var script = script(rows)
    rows.add("three")
    script.pass(milliseconds: 1000)
    #expect(script.contains("three") && script.contains("FOLLOW"))
    script.press(Key(.home))
    rows.add("four")
    script.pass(milliseconds: 1000)
    #expect(script.contains("HOLD +1 new"))
    finish(&script)
    #expect(script.rows[0].contains("4 msg"))
  }

  @Test("What can't be read is told once, and the rest stays to be read")
  func failure() {
    let rows = FakeRows(texts: (0..<300).map { "message \($0)." })
    rows.state.withLock { $0.unreadable = 100..<200 }
    var script = script(rows)
    finish(&script)
    #expect(script.contains("the recording can't be read: it is damaged"))
    script.filter("message")
    finish(&script)
    #expect(script.contains("filter: message (200 of 300)"))
  }

  @Test("Nothing in it can be cleared or disconnected, and an empty one says so")
  func nothingToDo() {
    var script = script(FakeRows(texts: ["one"]))
    script.press(.character("z"))
    #expect(script.contains("a recording stays as it is"))
    script.command("disconnect")
    #expect(script.contains("a recording has no server to be controlled"))
    #expect(script.press(.character("q")) == [.quit])
    #expect(self.script(FakeRows(texts: [])).contains("nothing is recorded yet"))
  }

  @Test("Events are counted with the messages; saved as JSON they are their lines")
  func events() throws {
    let refused = #"{"event":"refused","time":"2026-11-22T15:47:58.004000Z","what":"connections","count":3,"limit":2}"#
    var script = script(
      FakeRows([
        FakeRows.message(0, [0x78]),
        FakeRows.event(1, "3 connections refused: the limit is 2", line: refused, flags: [.notice, .alert]),
      ])
    )
    finish(&script)
    #expect(script.contains("refused 3"))
    #expect(script.contains("!! 3 connections refused: the limit is 2"))
    var output: [UInt8] = []
    script.model.browser.log.append(row: 1, as: .json, to: &output)
    #expect(output == Array("\(refused)\n".utf8))
    output = []
    script.model.browser.log.append(row: 1, as: .text, to: &output)
    #expect(String(decoding: output, as: UTF8.self).hasSuffix(" !! 3 connections refused: the limit is 2\n"))
  }

  @Test("Whatever bytes it has, the picture is visible text", arguments: [20, 80, 150])
  func hostile(_ columns: Int) {
    var rows: [FakeRows.Row?] = HostileCorpus.payloads.enumerated().map { FakeRows.message($0.offset, $0.element) }
    rows += HostileCorpus.texts.enumerated().map { FakeRows.event(rows.count + $0.offset, $0.element, line: $0.element) }
    var script = script(FakeRows(rows), size: Size(columns: columns, rows: 40))
    finish(&script)
    for _ in 0...(rows.count / 30) {
      let surface = script.model.view()
      #expect((0..<40).compactMap { VisibleText.complaint(about: surface.text(row: $0)) } == [])
      script.press(Key(.pageUp))
    }
  }
}
