import Screen
import Testing
import Wire

@testable import Echo

/// What the server's screen says and does where the eye and the fingers go astray.
@Suite struct MonitorGuidanceTests {
  @Test(
    "What is wrong with a prompt's text is seen above it where it has the lowest row",
    arguments: [Size(columns: 80, rows: 18), Size(columns: 40, rows: 10), Size(columns: 20, rows: 4)]
  )
  func promptProblems(_ size: Size) {
    var script = ServerScript(size: size)
    script.listen()
    script.receive("one")
    script.command("foo")
    #expect(script.contains("there is no") && script.rows.last?.contains(":foo") == true, "\(script)")
  }

  @Test("Where the peers cover the list nothing is done with messages that nobody sees")
  func covered() {
    var script = ServerScript.listening(["one"])
    for key in "mcxe/nNzF=" {
      script.press(.character("p"))
      #expect(script.press(.character(key)) == [] && script.contains("that is for messages"), "\(key)")
      script.press(Key(.escape))
    }
    #expect(!script.contains("marked") && !script.contains("PAUSED"))
  }

  @Test("Who scrolls in the bytes keeps them, whatever comes")
  func detailHeld() {
    var script = ServerScript.listening(["one"])
    script.press(Key(.enter), Key(.enter))
    script.receive("two")
    #expect(script.contains("── #1 ") && script.contains("HOLD +1 new"))
  }

  @Test("F leaves the pause, as G does")
  func unpause() {
    var script = ServerScript.listening(["one"])
    script.press(.character("="))
    script.receive("two")
    script.press(.character("F"))
    #expect(script.contains("FOLLOW") && script.selectedRow?.contains("two") == true)
  }

  @Test("What came while paused is counted, whatever the reader does, and anew after a clear")
  func pausedCount() {
    var script = ServerScript.listening(["one", "two"])
    script.press(.character("="))
    for number in 1...5 { script.receive("message \(number)") }
    script.press(Key(.down))
    #expect(script.contains("PAUSED +5 new"))
    script.press(.character("z"), .character("y"))
    #expect(script.contains("PAUSED +0 new"))
    script.receive("later")
    #expect(script.contains("PAUSED +1 new"))
  }

  @Test("The reader's own sideways scrolling holds in a row with a match")
  func sideways() {
    var script = ServerScript.listening(["GET /index.html HTTP/1.1"])
    script.press(.character("/"))
    script.type("GET")
    script.press(Key(.enter), Key(.right))
    #expect(script.selectedRow?.hasSuffix(" ex.html HTTP/1.1") == true, "\(script)")
  }

  @Test("What does not fit into the row of counters is told to be there, and the peak goes first")
  func manyLosses() {
    var script = ServerScript.listening(["one"])
    for flags in [MessageRecord.Flags.truncated, .partial, .truncated] {
      script.receive(Array("x".utf8), wireCount: 7, flags: flags)
    }
    script.give(.news(.dropped(Drop(by: .kernel, count: 1_234_567_890_123), at: script.time)))
    script.give(.news(.dropped(Drop(by: .server, count: 1_234_567_890_123), at: script.time)))
    #expect(!script.rows[1].contains("peak") && script.rows[1].contains("1,234,567,890,123"))
    #expect(script.rows[1].contains("partial 1") || script.rows[1].hasSuffix("~"))
  }

  @Test("^Z suspends, whatever is open")
  func suspend() {
    for keys in [[Key.character("?")], [.character("z")], [.character(":")], [.character("/")], [.character("p")]] {
      var script = ServerScript.listening(["one"])
      for key in keys { script.press(key) }
      let rows = script.rows
      #expect(script.press(.control("z")) == [.suspend] && script.rows == rows)
    }
  }

  @Test("N goes back through the matches of a message from the last one on")
  func backIntoMatches() {
    let filler = String(repeating: ".", count: 1000)
    var script = ServerScript.listening(["\(filler)needle\(filler)needle\(filler)", "needle"])
    script.press(.character("/"))
    script.type("needle")
    script.press(Key(.enter), Key(.enter), Key(.enter))
    while script.model.hasPendingWork { script.give(.turn) }
    script.press(.character("N"))
    while script.model.hasPendingWork { script.give(.turn) }
    #expect(script.contains("── #1 ") && script.contains("07d") && !script.contains("03e"), "\(script)")
    script.press(.character("N"))
    #expect(script.contains("── #1 ") && script.contains("03e"), "\(script)")
  }

  @Test("A page of the help leaves no line out", arguments: [Size(columns: 80, rows: 24), Size(columns: 40, rows: 10)])
  func helpPages(_ size: Size) {
    var script = ServerScript(size: size)
    script.press(.character("?"))
    // What the box has, and not what looks out beside it.
    func inside(_ script: ServerScript) -> [String] {
      script.rows.dropFirst().dropLast().compactMap { row in
        row.firstIndex(of: "│").flatMap { start in row.lastIndex(of: "│").map { String(row[start...$0]) } }
      }
    }
    var seen: Set<String> = []
    for _ in 0..<30 {
      seen.formUnion(inside(script))
      script.press(Key(.pageDown))
    }
    var stepped = ServerScript(size: size)
    stepped.press(.character("?"))
    for _ in 0..<300 {
      for row in inside(stepped) { #expect(seen.contains(row), "\(row)") }
      stepped.press(Key(.down))
    }
  }

  @Test("A picture costs what is on it, however long the messages are", .timeLimit(.minutes(1)))
  func longMessages() {
    var script = ServerScript(historyBytes: 64 << 20)
    script.listen()
    let long = [UInt8](repeating: 0x1B, count: 1 << 20)
    for _ in 0..<30 { script.receive(long) }
    script.press(Key(.enter), Key(.enter))
    // Six gigabytes, if all of it were made text.
    for _ in 0..<200 {
      script.press(Key(.pageDown))
      #expect(script.model.view().size == Size(columns: 80, rows: 24))
    }
  }

  @Test("A number alone goes to the message, and :quit asks as q does")
  func lessCommands() {
    var script = ServerScript.listening(["one", "two", "three"])
    script.command("2")
    #expect(script.selectedRow?.contains("two") == true)
    script.connect(1)
    script.command("quit")
    #expect(script.contains("Stop the server? y/n"))
  }

  @Test("What a peer's filter took the place of comes back with Up in the filter's prompt")
  func peerFilter() {
    var script = ServerScript.listening(["one"])
    script.filter("len>2")
    script.press(.character("p"), Key(.enter))
    #expect(!script.contains("filter: len>2"))
    script.press(.character("f"), .control("u"), Key(.up), Key(.enter))
    #expect(script.contains("filter: len>2"))
  }

  @Test("Rows that a filter finds are not new: only what comes after the end was left is")
  func filterFindsNothingNew() {
    var script = ServerScript.listening(ServerScript.numbered)
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
    var script = ServerScript.listening(ServerScript.numbered)
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
      var script = ServerScript.listening(ServerScript.numbered, size: Size(columns: 140, rows: rows))
      script.press(.character("s"), .character("k"))
      #expect(script.selectedRow?.contains("message 49.") == true, "\(script)")
    }
    var script = ServerScript.listening(ServerScript.numbered, size: Size(columns: 140, rows: 40))
    script.press(.character("p"), Key(.tab), .character("k"))
    #expect(script.model.pane == .list && script.selectedRow?.contains("message 49.") == true)
  }

  @Test("A click on statistics that cover the list selects nothing under them")
  func statisticsCover() {
    var script = ServerScript.listening(ServerScript.numbered)
    script.press(.meta("m"), .character("s"))
    script.give(.input(.mouse(Mouse(.press, at: Point(column: 10, row: 5)))))
    script.give(.input(.mouse(Mouse(.wheelUp, at: Point(column: 10, row: 5)))))
    #expect(script.model.pane == .statistics)
    script.press(.character("s"))
    #expect(script.selectedRow?.hasSuffix("message 50.") == true, "\(script)")
  }

  @Test("q asks before it leaves a file half written")
  func quitWhileSaving() {
    var script = ServerScript.listening()
    script.receive("one", from: ServerScript.peer(1, .udp))
    script.command("save all out.txt")
    script.give(.file(.created))
    #expect(script.press(.character("q")) == [])
    #expect(script.contains("out.txt is not written yet. Stop the server? y/n"), "\(script)")
    #expect(script.press(.character("y")) == [.request(.stop)])
  }

  @Test("The beginning of several commands names them, after Tab and after Enter")
  func ambiguousCommand() {
    var script = ServerScript.listening(["one"])
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
      var script = ServerScript.listening(ServerScript.numbered, size: Size(columns: columns, rows: 24))
      script.filter("is:nope")
      let words = script.rows.joined(separator: " ").split(separator: " ").joined(separator: " ")
      #expect(words.contains("is: takes ctl, bidi, badutf8, trunc, partial, stop"), "\(script)")
      #expect(words.contains("unanswered, late; several with | between"), "\(script)")
      #expect(script.rows[23].hasSuffix("filter: is:nope"))
    }
  }

  @Test("The hints are for the pane that has the keys, and help is named at every usual width")
  func hints() {
    var script = ServerScript.listening(["one"])
    #expect(script.contains("? help") && script.rows.last?.contains("Enter detail") == true)
    script.press(Key(.enter), Key(.enter))
    #expect(script.rows.last?.contains("Esc back") == true && script.rows.last?.contains("c copy") == true, "\(script)")
    script.press(.character("p"))
    #expect(script.rows.last?.contains("Enter only this one's messages") == true, "\(script)")
    #expect(script.rows.last?.contains("D disconnect") == true && script.rows.last?.contains("? help") == true)
  }

  @Test("Where a filter lets nothing through, the screen says how to drop it")
  func emptyFilter() {
    var script = ServerScript.listening(["one"])
    script.filter("zebra")
    #expect(script.contains("the filter lets nothing through") && script.contains("f ^U Enter drops it"))
    script.press(.character("f"), .control("u"), Key(.enter))
    #expect(script.contains(" one"))
  }

  @Test("Help scrolls with the list's keys, and on a narrow screen every word of it is there")
  func help() {
    var script = ServerScript.listening(["one"], size: Size(columns: 40, rows: 10))
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
}
