import Screen
import TestKit
import Testing
import Wire

@testable import Echo

/// The server's screen as a place to look for messages, to look into them and to keep them.
@Suite struct MonitorTests {
  /// A server that has received each text as a message.
  private func script(_ texts: [String] = [], size: Size = Size(columns: 80, rows: 24)) -> ServerScript {
    var script = ServerScript(size: size)
    script.listen()
    for text in texts { script.receive(text) }
    return script
  }

  private static let numbered = (1...50).map { "message \($0)." }

  // The selection and the detail.

  @Test("The newest message is selected while following; a step up holds it, and nothing moves when more comes")
  func selection() {
    var script = script(MonitorTests.numbered)
    #expect(script.selectedRow?.hasSuffix("message 50.") == true)
    script.press(.character("k"))
    #expect(script.selectedRow?.hasSuffix("message 49.") == true && script.contains("HOLD"))
    let rows = script.rows[3..<22]
    script.receive("message 51.")
    #expect(script.rows[3..<22] == rows && script.contains("HOLD +1 new"))
    script.press(.character("G"))
    #expect(script.selectedRow?.hasSuffix("message 51.") == true && script.contains("FOLLOW +0 new"))
  }

  @Test(
    "Enter opens the message's bytes; they follow the selection; Enter again scrolls in them, Escape goes back step by step"
  )
  func detail() {
    var script = script(["one", "two"])
    script.press(Key(.enter))
    #expect(script.contains("74 77 6f"), "\(script)")
    script.press(.character("k"))
    #expect(script.contains("6f 6e 65") && !script.contains("74 77 6f"))
    script.press(Key(.enter))
    #expect(script.model.pane == .detail)
    script.press(Key(.escape))
    #expect(script.model.pane == .list && script.model.isDetailOpen)
    script.press(Key(.escape))
    #expect(!script.model.isDetailOpen && !script.contains("6f 6e 65"))
    #expect(script.press(Key(.escape)) == [])
  }

  @Test("q goes back step by step before it quits")
  func back() {
    var script = script(["one"])
    script.press(Key(.enter), Key(.enter))
    #expect(script.press(.character("q")) == [] && script.model.pane == .list)
    #expect(script.press(.character("q")) == [] && !script.model.isDetailOpen)
    script.press(.character("q"))
    #expect(script.contains("1 peer connected. Stop the server? y/n"))
  }

  @Test("Where there is no room beside the list the detail covers it, and closes with one step")
  func overlay() {
    var script = script(["one", "two"], size: Size(columns: 40, rows: 10))
    script.press(Key(.enter))
    #expect(script.contains("74 77 6f") && script.model.pane == .detail)
    script.press(Key(.escape))
    #expect(!script.model.isDetailOpen && script.contains("two"))
  }

  @Test("x opens the detail, and changes what it shows")
  func modes() {
    var script = script(["{\"a\":1}"])
    script.press(.character("x"))
    #expect(script.model.isDetailOpen)
    let first = script.model.detail.mode
    script.press(.character("x"))
    #expect(script.model.detail.mode != first)
  }

  // Filters.

  @Test("A filter leaves what it lets through, and counts it; an empty one shows everything, at the same message")
  func filter() {
    var script = script(MonitorTests.numbered)
    script.filter("4")
    #expect(script.contains("filter: 4 (14 of 50)"), "\(script)")
    #expect(script.messages == [4, 14, 24, 34, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49])
    script.press(.character("k"), .character("k"))
    script.filter("")
    #expect(script.selectedRow?.hasSuffix("message 47.") == true)
    #expect(!script.contains("filter:"))
  }

  @Test("Held, the reader stays by the message when a filter comes; what it hides gives way to the next that is shown")
  func filterHoldsPlace() {
    var script = script(MonitorTests.numbered)
    script.press(.character("g"))
    for _ in 0..<9 { script.press(.character("j")) }
    script.filter("\"message 1\"")
    #expect(script.selectedRow?.hasSuffix("message 10.") == true, "\(script)")
    script.filter("\"message 2\"")
    #expect(script.selectedRow?.hasSuffix("message 20.") == true, "\(script)")
  }

  @Test("With a filter the list goes on following, holding and counting what is new, of what it lets through")
  func filterFollows() {
    var script = script(MonitorTests.numbered)
    script.filter("yes")
    #expect(script.contains("the filter lets nothing through"))
    script.receive("yes 1")
    script.receive("no")
    #expect(script.contains("yes 1") && !script.contains(" no") && script.contains("(1 of 52)"))
    script.receive("yes 2")
    script.press(.character("k"))
    script.receive("yes 3")
    script.receive("no again")
    #expect(script.contains("HOLD +1 new") && script.contains("(3 of 55)"))
  }

  @Test("A wrong filter is told with its column and stays to be mended, while the old one goes on")
  func wrongFilter() {
    var script = script(["abc", "xyz"])
    script.filter("abc")
    script.press(.character("f"))
    script.type(" len>>")
    script.press(Key(.enter))
    #expect(script.contains("column "), "\(script)")
    #expect(script.rows.last?.contains("abc len>>") == true)
    #expect(script.messages.isEmpty && script.contains(" abc") && !script.contains(" xyz"))
    script.press(Key(.escape))
    #expect(script.contains("filter: abc (1 of 2)"))
  }

  @Test("A new filter over a long history is worked off in slices, and a key is served between any two of them")
  func slices() {
    var script = script()
    let payloads = (0..<100_000).map { Array("message \($0)".utf8) }
    script = ServerScript(historyCount: 200_000, historyBytes: 64 << 20)
    script.listen()
    script.give(.news(.messages(ServerScript.batch(payloads))))
    script.filter("99")
    #expect(script.model.hasPendingWork && script.contains("…)"))
    // A key between two slices does what it does at once.
    script.press(.character("?"))
    #expect(script.contains("up a page"))
    script.press(Key(.escape))
    var turns = 0
    while script.model.hasPendingWork {
      script.give(.turn)
      turns += 1
      #expect(turns < 100)
    }
    #expect(turns >= 4)
    let expected = (0..<100_000).count { String($0).contains("99") }
    #expect(script.model.list.matchCount == expected)
  }

  @Test("What a filter has found goes when the history forgets it")
  func filterForgets() {
    var script = ServerScript(historyCount: 100)
    script.listen()
    script.filter("message")
    for number in 1...90 { script.receive("message \(number).") }
    script.press(.character("g"))
    for number in 91...400 { script.receive("message \(number).") }
    #expect(script.model.list.matchCount == script.model.log.count)
    #expect(script.selectedRow?.hasSuffix("message \(script.model.log.firstID + 1).") == true)
  }

  // Search.

  @Test(
    "A search goes to the latest match from the end, and on from where the reader is; n and N step; matches are marked"
  )
  func search() {
    var script = script(["alpha", "beta one", "gamma", "beta two", "delta"])
    script.find("beta")
    #expect(script.selectedRow?.hasSuffix("beta two") == true)
    script.press(.character("N"))
    #expect(script.selectedRow?.hasSuffix("beta one") == true)
    script.press(.character("N"))
    #expect(script.contains("no match above") && script.selectedRow?.hasSuffix("beta one") == true)
    script.press(.character("n"))
    #expect(script.selectedRow?.hasSuffix("beta two") == true)
    let row = script.rows.firstIndex { $0.hasSuffix("beta one") } ?? 0
    let column = script.rows[row].distance(from: script.rows[row].startIndex, to: script.rows[row].endIndex) - 8
    let surface = script.model.view()
    #expect(surface[column, row].style == script.model.look.theme[.match])
    #expect(surface[column + 5, row].style != script.model.look.theme[.match])
    script.press(Key(.escape))
    #expect(script.model.view()[column, row].style != script.model.look.theme[.match])
  }

  @Test("A search takes bytes as hex: and finds them in what is not text")
  func searchBytes() {
    var script = script(["plain"])
    script.receive([0x00, 0x1B, 0x5B, 0x41])
    script.receive("plain again")
    script.find("hex:1b5b")
    #expect(script.selectedRow?.contains("\\e[A") == true)
    script.find("zebra")
    #expect(script.contains("no match"))
    script.find("/[/")
    #expect(script.contains("column ") && script.rows.last?.contains("/[/") == true)
  }

  @Test("e and E go to what went wrong and to what a terminal must not see")
  func oddities() {
    var script = script(["fine"])
    script.receive([0x1B, 0x63])
    script.receive("fine too")
    script.receive(Array("half".utf8), flags: [.answered, .partial])
    script.receive("fine again")
    script.press(.character("E"))
    #expect(script.selectedRow?.hasSuffix("half") == true)
    script.press(.character("E"))
    #expect(script.selectedRow?.contains("\\ec") == true && script.selectedRow?.contains("2!") == true)
    script.press(.character("e"))
    #expect(script.selectedRow?.hasSuffix("half") == true)
    script.press(.character("e"))
    #expect(script.contains("no error or hostile message below"))
  }

  @Test("goto finds a message by its number")
  func goTo() {
    var script = script(MonitorTests.numbered)
    script.command("goto 7")
    #expect(script.selectedRow?.hasSuffix("message 7.") == true)
    script.command("goto 99")
    #expect(script.contains("message 99 is not in the list"))
    script.command("goto x")
    #expect(script.contains("goto needs a message's number"))
  }

  // Peers.

  @Test("A peer's Enter shows only its messages")
  func peerFilter() {
    var script = script()
    script.connect(1)
    script.connect(2)
    script.receive("from one", from: ServerScript.peer(1))
    script.receive("from two", from: ServerScript.peer(2))
    script.press(.character("p"))
    #expect(script.contains("127.0.0.1:50171") && script.contains("127.0.0.1:50172"), "\(script)")
    script.press(.character("g"), Key(.enter))
    #expect(script.model.pane == .list)
    #expect(script.contains("from one") != script.contains("from two"), "\(script)")
    #expect(script.contains("filter: conn:"))
  }

  @Test("Disconnecting asks, names the peer, and acts on y alone; one that is gone is told to be")
  func disconnect() {
    var script = script()
    script.connect(7)
    script.receive("here", from: ServerScript.peer(7))
    script.press(.character("D"))
    #expect(script.contains("Disconnect tcp 127.0.0.1:50177? y/n"))
    #expect(script.press(.character("n")) == [])
    script.press(.character("D"))
    #expect(script.press(.character("y")) == [.request(.disconnect(ConnectionID(7)))])
    script.give(.news(.disconnected(ServerScript.peer(7), .closed, Traffic(), at: script.time)))
    script.press(.character("k"), .character("D"))
    #expect(script.contains("is not connected any more"))
    script.receive("datagram", from: ServerScript.peer(8, .udp))
    script.press(.character("G"), .character("D"))
    #expect(script.contains("no connection is selected"))
  }

  // Marks, files and the clipboard.

  @Test("Marked messages are saved as plain mode's JSON lines, to a new file alone")
  func saveMarked() throws {
    var script = script(["one", "two", "three"])
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
    var script = script()
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
    var script = script(MonitorTests.numbered)
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
    var script = script(["one"])
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
    var script = script()
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
    var script = script(["one"])
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
    var script = script(["one", "two"])
    script.press(.character("z"))
    #expect(script.contains("Clear 2 rows from the list? y/n"))
    script.press(.character("n"))
    #expect(script.contains(" two"))
    script.press(.character("z"), .character("y"))
    #expect(!script.contains(" two") && script.rows[0].contains("2 msg"))
    script.receive("three")
    #expect(script.selectedRow?.hasSuffix("three") == true && script.selectedRow?.contains(" 3 ") == true)
  }

  // Where the eye and the keys go astray.

  @Test("Rows that a filter finds are not new: only what comes after the end was left is")
  func filterFindsNothingNew() {
    var script = script(MonitorTests.numbered)
    script.press(.character("g"))
    script.filter("4")
    #expect(script.contains("HOLD +0 new"), "\(script)")
    script.receive("message 400.")
    script.receive("message 5.")
    #expect(script.contains("HOLD +1 new"), "\(script)")
    script.filter("message")
    #expect(script.contains("HOLD +2 new"), "\(script)")
    script.filter("")
    #expect(script.contains("HOLD +2 new"), "\(script)")
  }

  @Test("Paused, a filter looks at all that there was before the pause, and at nothing that came after")
  func filterWhilePaused() {
    var script = script(MonitorTests.numbered)
    script.press(.character("g"), .character("="))
    script.receive("message 44.")
    script.filter("4")
    #expect(script.messages == [4, 14, 24, 34, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49], "\(script)")
    #expect(script.contains("PAUSED +1 new"), "\(script)")
    script.filter("")
    #expect(script.contains("PAUSED +1 new"), "\(script)")
    script.press(.character("="), .character("G"))
    #expect(script.messages.suffix(2) == [50, 44], "\(script)")
  }

  @Test("Where statistics stand beside the list the keys go on moving the list")
  func statisticsBeside() {
    for rows in [24, 40] {
      var script = script(MonitorTests.numbered, size: Size(columns: 140, rows: rows))
      script.press(.character("s"), .character("k"))
      #expect(script.selectedRow?.contains("message 49.") == true, "\(script)")
    }
    var script = script(MonitorTests.numbered, size: Size(columns: 140, rows: 40))
    script.press(.character("p"), Key(.tab), .character("k"))
    #expect(script.model.pane == .list && script.selectedRow?.contains("message 49.") == true)
  }

  @Test("A click on statistics that cover the list selects nothing under them")
  func statisticsCover() {
    var script = script(MonitorTests.numbered)
    script.press(.meta("m"), .character("s"))
    script.give(.input(.mouse(Mouse(.press, at: Point(column: 10, row: 5)))))
    script.give(.input(.mouse(Mouse(.wheelUp, at: Point(column: 10, row: 5)))))
    #expect(script.model.pane == .statistics)
    script.press(.character("s"))
    #expect(script.selectedRow?.hasSuffix("message 50.") == true, "\(script)")
  }

  @Test("q asks before it leaves a file half written")
  func quitWhileSaving() {
    var script = script()
    script.receive("one", from: ServerScript.peer(1, .udp))
    script.command("save all out.txt")
    script.give(.file(.created))
    #expect(script.press(.character("q")) == [])
    #expect(script.contains("out.txt is not written yet. Stop the server? y/n"), "\(script)")
    #expect(script.press(.character("y")) == [.request(.stop)])
  }

  @Test("The beginning of several commands names them, after Tab and after Enter")
  func ambiguousCommand() {
    var script = script(["one"])
    script.command("s")
    #expect(script.contains("\"s\" may be save or stop"), "\(script)")
    script.press(Key(.tab))
    #expect(script.contains("save, stop") && script.rows.last?.hasSuffix(":s") == true, "\(script)")
    script.press(.control("u"), Key(.tab))
    #expect(script.contains("filter, find, goto, save, copy, clear"), "\(script)")
  }

  @Test("What is wrong with a line is said to its end, over as many rows as it takes")
  func longNotice() {
    for columns in [80, 60, 40] {
      var script = script(MonitorTests.numbered, size: Size(columns: columns, rows: 24))
      script.filter("is:nope")
      let words = script.rows.joined(separator: " ").split(separator: " ").joined(separator: " ")
      #expect(words.contains("is: takes ctl, bidi, badutf8, trunc, partial, stop"), "\(script)")
      #expect(words.contains("hostile, answered; several with | between"), "\(script)")
      #expect(script.rows[23].hasSuffix("filter: is:nope"))
    }
  }

  @Test("The hints are for the pane that has the keys, and help is named at every usual width")
  func hints() {
    var script = script(["one"])
    #expect(script.contains("? help") && script.rows.last?.contains("Enter detail") == true)
    script.press(Key(.enter), Key(.enter))
    #expect(script.rows.last?.contains("Esc back") == true && script.rows.last?.contains("c copy") == true, "\(script)")
    script.press(.character("p"))
    #expect(script.rows.last?.contains("Enter only this one's messages") == true, "\(script)")
    #expect(script.rows.last?.contains("D disconnect") == true && script.rows.last?.contains("? help") == true)
  }

  @Test("Where a filter lets nothing through, the screen says how to drop it")
  func emptyFilter() {
    var script = script(["one"])
    script.filter("zebra")
    #expect(script.contains("the filter lets nothing through") && script.contains("f ^U Enter drops it"))
    script.press(.character("f"), .control("u"), Key(.enter))
    #expect(script.contains(" one"))
  }

  @Test("Help scrolls with the list's keys, and on a narrow screen every word of it is there")
  func help() {
    var script = script(["one"], size: Size(columns: 40, rows: 10))
    script.press(.character("?"))
    var words: [Substring] = []
    let count = 200
    for _ in 0..<count {
      words += script.rows[1].split { " │".contains($0) }
      script.press(.character("j"))
    }
    #expect(words.joined(separator: " ").contains("to the newest message, and follow"))
    #expect(!words.contains { $0.hasSuffix("~") })
    script.press(.character("g"))
    #expect(script.contains("Move"))
    script.press(.character("G"))
    #expect(script.contains("trouble"))
    script.press(Key(.home))
    #expect(script.contains("Move"))
    script.press(Key(.end), .character("b"))
    #expect(script.model.overlay != nil && !script.contains("Move"))
  }

  // Input.

  @Test("A paste goes to an open prompt, one line of it, and nowhere else")
  func paste() {
    var script = script(["one"])
    #expect(script.give(.input(.paste(Array("q\ny\n".utf8)))) == [])
    #expect(script.model.overlay == nil)
    script.press(.character("/"))
    script.give(.input(.paste(Array("on\u{1B}[31m\nsecond".utf8))))
    #expect(script.rows.last?.contains("/on\\e[31m") == true && script.rows.last?.contains("second") == false)
  }

  @Test("The mouse is off until asked for; then a click selects and the wheel scrolls")
  func mouse() {
    var script = script(MonitorTests.numbered)
    #expect(script.press(.meta("m")) == [.mouse(true)])
    script.give(.input(.mouse(Mouse(.press, at: Point(column: 10, row: 5)))))
    #expect(script.selectedRow == script.rows[5])
    #expect(script.press(.meta("m")) == [.mouse(false)])
  }

  @Test("Tab completes a command as far as there is one way")
  func completion() {
    var script = script(["one"])
    script.press(.character(":"))
    script.type("go")
    script.press(Key(.tab))
    #expect(script.rows.last?.hasSuffix(":goto") == true)
    script.type("1")
    script.press(Key(.enter))
    #expect(script.model.overlay == nil)
  }

  @Test("A prompt's texts come back with Up")
  func history() {
    var script = script(["one"])
    script.find("one")
    script.find("on")
    script.press(.character("/"), Key(.up), Key(.up))
    #expect(script.rows.last?.hasSuffix("/one") == true)
  }

  @Test("Between any two keys of any kind, at any size, the screen can be drawn")
  func anyKeys() {
    let keys: [Key] =
      "jkgGbhlFnNeExmwczD:/\\f=ps?q".map { .character($0) }
      + [Key(.enter), Key(.tab), Key(.escape), Key(.pageUp), Key(.pageDown), Key(.up), Key(.down), .meta("m")]
    var random = TestRandom(seed: 20_261_122)
    for (columns, rows) in [(1, 1), (7, 3), (20, 4), (40, 10), (80, 24), (140, 40), (500, 200)] {
      var script = ServerScript.session(size: Size(columns: columns, rows: rows))
      for _ in 0..<(columns > 140 ? 20 : 200) {
        guard let key = keys.randomElement(using: &random) else { continue }
        script.press(key)
        if key == .character("m") { script.receive("more") }
        script.give(.turn)
        #expect(script.model.view().size == Size(columns: columns, rows: rows))
      }
    }
  }
}

extension ServerScript {
  mutating func type(_ text: String) {
    for character in text { press(.character(character)) }
  }

  /// Puts a filter in place of the one there is.
  mutating func filter(_ text: String) {
    press(.character("\\"), .control("u"))
    type(text)
    press(Key(.enter))
  }

  mutating func find(_ text: String) {
    press(.character("/"))
    type(text)
    press(Key(.enter))
  }

  mutating func command(_ text: String) {
    press(.character(":"))
    type(text)
    press(Key(.enter))
  }

  /// Says that the file is open, and gives turns until it is finished; returns what was written.
  mutating func write() -> [UInt8] {
    give(.file(.created))
    var bytes: [UInt8] = []
    while model.hasPendingWork {
      for case .file(.write(let more)) in give(.turn) { bytes += more }
    }
    return bytes
  }

  /// The selected row's text.
  var selectedRow: String? { rows.first { $0.hasPrefix(">") } }

  /// The numbers in the texts "message N." that are on the screen.
  var messages: [Int] {
    rows.compactMap { row in
      guard let start = row.firstRange(of: "message ")?.upperBound, row.hasSuffix(".") else { return nil }
      return Int(row[start...].dropLast())
    }
  }
}
