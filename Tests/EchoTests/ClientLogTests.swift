import Screen
import Testing
import Wire

@testable import Echo

/// How the client's log is read: selected, looked into, searched, filtered, kept.
@Suite("The client's log") struct ClientLogTests {
  static func lines(_ numbers: ClosedRange<Int>, size: Size = Size(columns: 80, rows: 24)) -> ClientScript {
    var script = ClientScript(size: size)
    script.connect()
    for number in numbers { script.receive(Array("line \(number).".utf8)) }
    return script
  }

  /// The lines of the screen that hold rows of the log, from the top.
  func log(_ script: ClientScript) -> [String] {
    script.rows.dropFirst().prefix { !$0.hasPrefix(" >") }.map { String($0) }
  }

  @Test(
    "M-Up selects from the newest row on and holds its place while messages come; below the newest it follows again"
  )
  func selection() {
    var script = Self.lines(1...5)
    script.key(Key(.up, .meta))
    #expect(script.selected?.contains("line 5.") == true)
    script.receive(Array("line 6.".utf8))
    #expect(script.selected?.contains("line 5.") == true && script.shows("line 6."))
    script.key(Key(.up, .meta))
    #expect(script.selected?.contains("line 4.") == true)
    script.key(Key(.down, .meta), Key(.down, .meta))
    #expect(script.selected?.contains("line 6.") == true)
    script.key(Key(.down, .meta))
    #expect(script.selected == nil && script.model.browser.viewport.isFollowing)
    script.key(Key(.down, .meta))
    #expect(script.selected == nil)
  }

  @Test("Enter puts the selected message into the input again, to be changed and sent as a new one")
  func edit() {
    var script = ClientScript()
    script.connect()
    script.enter("first")
    script.enter("second")
    _ = script.take()
    script.type("draft")
    script.key(Key(.up, .meta), Key(.up, .meta), Key(.enter))
    #expect(script.take() == [] && script.shows("> first") && script.selected == nil)
    script.type("!")
    script.key(Key(.enter))
    #expect(script.take() == [.request(.send(id: 3, bytes: Array("first!".utf8)))])
  }

  @Test("Typing drops the selection, so that Enter sends what was typed")
  func typing() {
    var script = Self.lines(1...3)
    script.key(Key(.up, .meta))
    script.enter("typed")
    #expect(script.take() == [.request(.send(id: 1, bytes: Array("typed".utf8)))])
  }

  @Test(
    "What is taken up is the same message again, whatever its bytes",
    arguments: [
      [0x68, 0x69], [], [0x2F, 0x78], [0x2F, 0x2F], [0], [0xFF, 0x5C, 0x0D], [0x1B, 0x5B, 0x6D], [0x5C],
      Array("日本語 e\u{301}".utf8), Array("a\u{202E}b".utf8), [0x2E], [0x09],
    ] as [[UInt8]]
  )
  func retyped(payload: [UInt8]) {
    var script = ClientScript()
    script.connect()
    script.enter("/hex 78")
    script.enter(
      payload.isEmpty
        ? "/send" : "/hex " + payload.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    )
    #expect(script.take().last == .request(.send(id: 2, bytes: payload)))
    script.key(Key(.up, .meta), Key(.enter), Key(.enter))
    #expect(script.take() == [.request(.send(id: 3, bytes: payload))], "\(script)")
  }

  @Test("An event is no message to send again")
  func event() {
    var script = ClientScript()
    script.connect()
    script.key(Key(.up, .meta), Key(.enter))
    #expect(script.take() == [] && script.shows("an event is no message"))
    script.key(.meta("r"))
    #expect(script.take() == [] && script.shows("only what was sent can be sent again"))
  }

  @Test("M-r sends the selected message again as it is")
  func resend() {
    var script = ClientScript()
    script.connect()
    script.enter("one")
    script.sent(1, 4)
    script.reply(1)
    script.enter("two")
    _ = script.take()
    script.key(Key(.up, .meta), Key(.up, .meta), .meta("r"))
    #expect(script.take() == [.request(.send(id: 3, bytes: Array("one".utf8)))])
  }

  @Test("Tab shows the newest message's bytes as it comes, or the selected one's; again it closes")
  func detail() {
    var script = Self.lines(1...3)
    script.key(Key(.tab))
    #expect(script.shows("── received  8B") && script.shows("6c 69 6e 65 20 33"))
    script.reset()
    #expect(script.shows("6c 69 6e 65 20 33"))
    script.receive(Array("line 4.".utf8))
    #expect(script.shows("6c 69 6e 65 20 34"))
    script.key(Key(.up, .meta), Key(.up, .meta), Key(.up, .meta))
    #expect(script.shows("6c 69 6e 65 20 33"))
    script.key(.meta("x"))
    #expect(!script.shows("6c 69 6e 65") && script.rows.contains { $0.hasSuffix(" text ──") })
    script.key(Key(.tab))
    #expect(!script.shows("── received"))
  }

  @Test("On a low screen the detail covers the log, and the page keys scroll in it")
  func detailAlone() {
    var script = Self.lines(1...3, size: Size(columns: 40, rows: 10))
    script.receive([UInt8](repeating: 0x78, count: 4000))
    script.key(Key(.tab))
    #expect(script.shows("0000") && !script.shows("line 3."))
    script.key(Key(.pageDown))
    #expect(!script.shows("0000 "))
    script.key(Key(.escape))
    #expect(script.shows("line 3."))
  }

  @Test("Reading above, one sees what comes in a window below; nothing that is read moves")
  func split() {
    var script = Self.lines(1...100)
    script.key(Key(.pageUp))
    let rule = script.rows.firstIndex { $0.contains("─ newest ─") } ?? 0
    #expect(rule > 8 && script.rows[rule + 1..<20].last?.contains("line 100.") == true)
    let read = Array(script.rows[1..<rule])
    for number in 101...150 { script.receive(Array("line \(number).".utf8)) }
    #expect(Array(script.rows[1..<rule]) == read)
    #expect(script.rows[rule].contains("newest, 50 new") && script.shows("line 150.") && script.shows("HOLD +50 new"))
    script.key(Key(.pageUp))
    #expect(script.rows[rule - 1].contains(String(read[0].suffix(9))))
    script.key(Key(.end, .meta))
    #expect(!script.shows("newest,") && script.shows("FOLLOW"))
  }

  @Test("No row between what was seen before and after a page up is skipped", arguments: [24, 30, 40])
  func pages(rows: Int) {
    var script = Self.lines(1...300, size: Size(columns: 80, rows: rows))
    var seen = script.numbers
    for _ in 0..<60 {
      script.key(Key(.pageUp))
      seen.formUnion(script.numbers)
    }
    #expect(seen == Set(1...300))
  }

  @Test("A low screen has no window for the newest rows")
  func noSplit() {
    var script = Self.lines(1...100, size: Size(columns: 80, rows: 23))
    script.key(Key(.pageUp))
    #expect(!script.shows("newest ─") && !script.shows("line 100."))
  }

  @Test("A rule stands above what came while one read above; M-u goes there; sending takes it away")
  func unread() {
    var script = Self.lines(1...60)
    script.key(Key(.pageUp), Key(.pageUp))
    for number in 61...63 { script.receive(Array("line \(number).".utf8)) }
    script.key(.meta("u"))
    #expect(script.shows("─ 3 unread ─"))
    script.key(Key(.end, .meta))
    let rule = script.rows.firstIndex { $0.contains("─ 3 unread ─") } ?? 0
    #expect(script.rows[rule - 1].contains("line 60.") && script.rows[rule + 1].contains("line 61."))
    #expect(script.rows[rule + 3].contains("line 63."))
    script.receive(Array("line 64.".utf8))
    #expect(script.shows("─ 3 unread ─"))
    script.enter("seen")
    #expect(!script.shows("unread"))
  }

  @Test("What comes while the terminal is not in focus is unread too")
  func focus() {
    var script = Self.lines(1...3)
    script.give(.input(.focus(false)))
    #expect(!script.shows("unread"))
    script.receive(Array("line 4.".utf8))
    script.give(.input(.focus(true)))
    let rule = script.rows.firstIndex { $0.contains("─ 1 unread ─") } ?? 0
    #expect(script.rows[rule - 1].contains("line 3.") && script.rows[rule + 1].contains("line 4."))
    script.key(Key(.escape))
    #expect(!script.shows("unread"))
    script.key(.meta("u"))
    #expect(script.shows("nothing is unread"))
  }

  @Test("^S finds upwards and marks; M-p and M-n go on; the draft stays")
  func find() {
    var script = Self.lines(1...99)
    script.type("draft")
    script.key(.control("s"))
    script.type("line 3")
    script.key(Key(.enter))
    #expect(script.selected?.contains("line 39.") == true)
    script.key(.meta("p"))
    #expect(script.selected?.contains("line 38.") == true)
    script.key(.control("s"), .control("s"))
    #expect(script.selected?.contains("line 37.") == true)
    script.key(.meta("n"))
    #expect(script.selected?.contains("line 38.") == true && script.shows("> draft"))
    script.key(.control("s"))
    script.type("/(/")
    script.key(Key(.enter))
    #expect(script.shows("column") && script.shows("find: /(/"))
  }

  @Test("A paste goes into the search's line while that is open")
  func pasteIntoFind() {
    var script = Self.lines(1...3)
    script.key(.control("s"))
    script.give(.input(.paste(Array("line 2\nline 3".utf8))))
    script.key(Key(.enter))
    #expect(script.take() == [] && script.selected?.contains("line 2.") == true)
  }

  @Test("A filter shows what it lets through, counts, and asks anew when the fate of a message changes")
  func filter() {
    var script = ClientScript()
    script.connect()
    for text in ["one", "two", "three"] { script.enter(text) }
    for id in 1...3 as ClosedRange<UInt64> { script.sent(id, 4) }
    script.enter("/filter is:unanswered")
    script.work()
    #expect(script.shows("the filter lets nothing through") && script.shows("(0 of 4)"))
    script.reply(1)
    script.traffic([TrafficRecord(.timedOut, message: 2)])
    script.work()
    #expect(script.shows("two") && !script.shows("three") && script.shows("(1 of 4)"))
    let late = TrafficRecord(.lateReceipt, message: 2, wireCount: 3, roundTrip: 6_200_000_000, count: 2)
    script.traffic([late], bytes: Array("OK".utf8))
    script.work()
    #expect(!script.shows(" two") && script.shows("(0 of 4)"))
    script.enter("/filter is:late")
    script.work()
    #expect(script.shows(" two"))
    script.enter("/filter is:sent len>4")
    #expect(script.shows("three") && !script.shows(" two"))
    script.enter("/filter is:nothing")
    #expect(script.shows("column 4") && script.shows("> /filter is:nothing"))
    script.key(.control("u"))
    script.enter("/filter")
    #expect(script.shows("connected from"))
  }

  @Test("The bare view is the texts alone, wrapped to the whole width, and stands still")
  func bare() {
    var script = Self.lines(1...3)
    script.enter("mine")
    script.receive([UInt8](repeating: 0x78, count: 100))
    script.key(.meta("l"))
    let rows = script.rows
    #expect(
      rows.suffix(6) == [
        "line 1.", "line 2.", "line 3.", "mine", String(repeating: "x", count: 80), String(repeating: "x", count: 20),
      ]
    )
    script.receive(Array("later".utf8))
    #expect(script.rows == rows)
    script.key(Key(.up))
    #expect(script.rows == rows)
    script.key(Key(.escape))
    #expect(script.shows("later") && script.shows("FOLLOW"))
  }

  @Test("Every text can be reached in the bare view, however many rows it takes")
  func bareScroll() {
    var script = ClientScript(size: Size(columns: 20, rows: 6))
    script.connect()
    for number in 1...8 { script.receive(Array(String(repeating: "\(number)", count: 50).utf8)) }
    script.key(.meta("l"))
    #expect(script.shows("88888") && script.shows("77777") && !script.shows("66666"))
    var seen: Set<String> = []
    for _ in 0..<12 {
      script.key(Key(.pageUp))
      seen.formUnion(script.rows.map { String($0.prefix(1)) })
    }
    #expect(seen.isSuperset(of: (1...7).map { "\($0)" }) && script.rows.first?.hasPrefix("1") == true)
    for _ in 0..<12 { script.key(Key(.pageDown)) }
    #expect(script.rows.last?.hasPrefix("8") == true)
  }

  @Test("A text that is taller than the screen is reached row by row, and notices take no step")
  func bareTall() {
    var script = ClientScript(size: Size(columns: 20, rows: 6))
    script.connect()
    script.receive(Array((0..<40).map { "\($0 / 10)\($0 % 10)" + String(repeating: ".", count: 18) }.joined().utf8))
    for _ in 0..<5 { script.reset() }
    script.key(.meta("l"))
    #expect(script.rows.last?.hasPrefix("39") == true)
    script.key(Key(.up))
    #expect(script.rows.last?.hasPrefix("38") == true)
    for _ in 0..<60 { script.key(Key(.up)) }
    #expect(script.rows.first?.hasPrefix("00") == true && script.rows.last?.hasPrefix("05") == true)
    script.give(.input(.mouse(Mouse(.wheelDown, at: Point(column: 1, row: 1)))))
    #expect(script.rows.last?.hasPrefix("08") == true)
  }

  @Test("The bare view stands still while a filter lets other messages through")
  func bareRefilter() {
    var script = ClientScript(size: Size(columns: 40, rows: 10))
    script.connect()
    for number in 1...6 { script.enter("message \(number)") }
    for id in 1...6 as ClosedRange<UInt64> { script.sent(id, 10) }
    for id in [2, 4] as [UInt64] { script.reply(id) }
    script.enter("/filter is:answered")
    script.work()
    script.key(.meta("l"))
    let rows = script.rows
    #expect(rows.suffix(2) == ["message 2", "message 4"])
    script.reply(6)
    script.work()
    #expect(script.rows == rows)
  }

  @Test("Whatever puts something into the line drops the selection, so that Enter sends what is there")
  func entrances() {
    let entrances: [(String, (inout ClientScript) -> Void)] = [
      ("paste", { $0.give(.input(.paste(Array("text".utf8)))) }),
      ("history", { $0.key(Key(.up)) }),
      ("search", { $0.key(.control("r"), .character("t")) }),
      ("editor", { $0.give(.edited(.edited("text"))) }),
      ("undo", { $0.key(.control("_")) }),
      ("typing", { $0.type("text") }),
    ]
    for (name, enter) in entrances {
      var script = ClientScript()
      script.connect()
      script.enter("other")
      script.enter("text")
      script.type("text")
      script.key(.control("u"), Key(.up, .meta), Key(.up, .meta))
      #expect(script.selected?.contains("other") == true, "\(name)")
      _ = script.take()
      enter(&script)
      #expect(script.selected == nil, "\(name)")
      script.key(Key(.enter))
      #expect(script.take().contains(.request(.send(id: 3, bytes: Array("text".utf8)))), "\(name)")
    }
  }

  @Test(
    "A selection never wanders to what comes: who goes to the end has none",
    arguments: [Key(.end, .meta), .meta("r")]
  )
  func wandering(key: Key) {
    var script = ClientScript()
    script.connect()
    script.enter("one")
    script.sent(1, 4)
    script.reply(1)
    script.key(Key(.up, .meta), key)
    #expect(script.model.browser.viewport.isFollowing && script.selected == nil)
    script.receive(Array("news".utf8))
    #expect(script.selected == nil)
  }

  @Test("The reader's place outlasts a filter that lets nothing through")
  func placeAndFilter() {
    var script = Self.lines(1...200)
    script.key(Key(.pageUp), Key(.pageUp))
    let rows = Array(script.rows[1..<10])
    script.enter("/filter zzz")
    script.work()
    #expect(script.shows("the filter lets nothing through"))
    script.enter("/filter line")
    script.work()
    #expect(Array(script.rows[1..<10]) == rows)
    script.enter("/filter zzz")
    script.enter("/filter")
    #expect(Array(script.rows[1..<10]) == rows)
  }

  @Test("Who goes to the end while a filter looks for their place stays there")
  func endAndFilter() {
    var script = Self.lines(1...200)
    script.key(Key(.pageUp), Key(.pageUp))
    script.enter("/filter zzz")
    script.work()
    script.key(Key(.end, .meta))
    script.receive(Array("zzz 1".utf8))
    script.receive(Array("zzz 2".utf8))
    #expect(script.shows("FOLLOW") && script.shows("zzz 2"))
  }

  @Test("A search goes on where it was when a filter comes while it works")
  func findAndFilter() {
    var script = ClientScript(historyCount: 100_000)
    script.connect()
    script.receive(Array("needle first".utf8))
    for number in 1...40_000 { script.receive(Array("hay \(number)".utf8)) }
    script.key(.control("s"))
    script.type("needle")
    script.key(Key(.enter))
    #expect(script.model.hasPendingWork)
    script.enter("/filter !7")
    script.work()
    #expect(script.selected?.contains("needle first") == true, "\(script)")
  }

  @Test("A message of several lines that begins with a slash is taken up as itself")
  func retypedLines() {
    var script = ClientScript(framing: .nul)
    script.connect()
    script.give(.input(.paste(Array("/a".utf8))))
    script.key(Key(.enter, .meta))
    script.enter("b")
    script.key(Key(.up, .meta), Key(.enter), Key(.enter))
    let send = { (id: UInt64) in Effect<ClientRequest>.request(.send(id: id, bytes: Array("/a\nb".utf8))) }
    #expect(script.take() == [send(1), send(2)])
  }

  @Test("The match above may be the newest row")
  func findNewest() {
    var script = Self.lines(1...5)
    script.enter("/find line 3")
    #expect(script.selected?.contains("line 3.") == true)
    script.key(Key(.escape), Key(.end, .meta))
    script.receive(Array("line 3 again".utf8))
    script.key(.meta("p"))
    #expect(script.selected?.contains("line 3 again") == true)
  }

  @Test("A wrong search that was mended leaves no complaint")
  func mended() {
    var script = Self.lines(1...5)
    script.key(.control("s"))
    script.type("/(/")
    script.key(Key(.enter))
    #expect(script.shows("column"))
    script.key(.control("u"))
    script.type("line 3")
    script.key(Key(.enter))
    #expect(!script.shows("column") && script.selected?.contains("line 3.") == true)
  }

  @Test("Who scrolls in the bytes of a message keeps it, whatever comes")
  func detailHeld() {
    var script = Self.lines(1...3)
    script.receive([UInt8](repeating: 0x78, count: 4000))
    script.key(Key(.tab), Key(.pageDown, .meta))
    #expect(!script.shows("0000  78"))
    let rule = script.rows.first { $0.contains("── received") && $0.contains("%") }
    script.receive(Array("line 5.".utf8))
    #expect(rule != nil && script.rows.contains { $0 == rule })
  }

  @Test("What is typed over the bare view goes into the line, all of it")
  func bareTyping() {
    var script = Self.lines(1...3)
    script.key(.meta("l"))
    script.type("typed")
    #expect(script.shows("> typed"))
    script.key(.meta("l"), .meta("l"))
    #expect(script.shows("> typed"))
  }

  @Test("M-n and M-p go through the matches of the message whose bytes are shown first")
  func findInDetail() {
    var script = Self.lines(1...3)
    let filler = String(repeating: ".", count: 1000)
    script.receive(Array("\(filler)needle\(filler)needle\(filler)".utf8))
    script.receive(Array("another needle".utf8))
    script.key(Key(.tab))
    script.enter("/find needle\(filler)n")
    script.enter("/find needle")
    script.key(.meta("p"))
    script.work()
    let first = script.rows.first { $0.hasPrefix("03") }
    script.key(.meta("n"))
    #expect(first != nil && !script.rows.contains { $0 == first } && script.rows.contains { $0.hasPrefix("07") })
    script.key(.meta("n"))
    #expect(script.selected?.contains("another needle") == true)
  }

  @Test("A match that is out of sight in the selected row is brought into it")
  func findFar() {
    var script = Self.lines(1...3)
    script.receive(Array((String(repeating: "x", count: 300) + "needle" + String(repeating: "y", count: 300)).utf8))
    script.enter("/find needle")
    #expect(script.selected?.contains("needle") == true && script.selected?.contains("~xxx") == true)
    script.key(Key(.escape))
    #expect(!script.shows("needle"))
  }

  @Test("A command acts on the selected message, though it is typed")
  func commandOnSelected() {
    var script = ClientScript()
    script.connect()
    script.enter("one")
    script.sent(1, 4)
    script.reply(1)
    script.enter("two")
    script.sent(2, 4)
    script.reply(2)
    _ = script.take()
    script.key(Key(.up, .meta), Key(.up, .meta))
    script.enter("/resend")
    #expect(script.take() == [.request(.send(id: 3, bytes: Array("one".utf8)))])
  }

  @Test("Who reads bytes while a message is being typed sends what is typed")
  func readingAndTyping() {
    var script = Self.lines(1...3)
    script.receive([UInt8](repeating: 0x78, count: 4000))
    script.key(Key(.tab))
    script.type("hello")
    script.key(Key(.pageDown, .meta), Key(.enter))
    #expect(script.take() == [.request(.send(id: 1, bytes: Array("hello".utf8)))])
  }

  @Test("A selected message that a filter of fates no longer lets through leaves nothing selected")
  func selectionGone() {
    var script = ClientScript()
    script.connect()
    for text in ["one", "two"] { script.enter(text) }
    for id in 1...2 as ClosedRange<UInt64> { script.sent(id, 4) }
    script.enter("/filter is:unanswered")
    script.traffic([TrafficRecord(.timedOut, message: 1)])
    script.work()
    script.key(Key(.up, .meta))
    #expect(script.selected?.contains("one") == true)
    let late = TrafficRecord(.lateReceipt, message: 1, wireCount: 3, roundTrip: 6_200_000_000, count: 2)
    script.traffic([late], bytes: Array("OK".utf8))
    script.work()
    script.traffic([TrafficRecord(.timedOut, message: 2)])
    script.work()
    #expect(script.shows("two") && script.model.browser.viewport.selection == nil)
  }

  @Test("A picture costs what is on it, however long the messages are", .timeLimit(.minutes(1)))
  func longMessages() {
    var script = ClientScript(historyCount: 100)
    script.connect()
    let long = [UInt8](repeating: 0x1B, count: 1 << 20)
    for _ in 0..<30 { script.receive(long) }
    script.key(Key(.tab))
    // Six gigabytes, if all of it were made text.
    for _ in 0..<200 {
      script.key(Key(.pageDown, .meta))
      #expect(script.model.view().size == Size(columns: 80, rows: 24))
    }
  }

  @Test("A client with nothing to show wakes for the clock alone, and one that shows none not at all")
  func idle() {
    var script = Self.lines(1...3)
    script.pass(milliseconds: 120_000)
    #expect(script.model.showsSeconds && script.model.wakeTime == nil && !script.model.hasPendingWork)
    script.give(.resize(Size(columns: 40, rows: 10)))
    #expect(!script.model.showsSeconds && script.model.wakeTime == nil && !script.model.hasPendingWork)
  }

  @Test("Escape steps back: the selection, the detail, the search")
  func back() {
    var script = Self.lines(1...3)
    script.key(Key(.tab), .control("s"))
    script.type("line 2")
    script.key(Key(.enter))
    #expect(script.selected != nil)
    script.key(Key(.escape))
    #expect(script.selected == nil && script.shows("── received"))
    script.key(Key(.escape))
    #expect(!script.shows("── received"))
    script.key(Key(.escape), .meta("p"))
    #expect(script.shows("nothing to find yet"))
  }

  @Test(
    "M-w and /copy hand over what the detail shows of the selected or the newest message",
    arguments: [true, false]
  )
  func copy(byKey: Bool) {
    var script = Self.lines(1...3)
    if byKey { script.key(Key(.up, .meta), .meta("w")) } else { script.enter("/copy") }
    guard case .copy(let bytes)? = script.take().first else {
      Issue.record("\(script)")
      return
    }
    #expect(String(decoding: bytes, as: UTF8.self).contains("line 3."))
  }

  @Test("The mouse is asked for; the wheel scrolls, a click selects")
  func mouse() {
    var script = Self.lines(1...60)
    script.key(.meta("m"))
    #expect(script.take() == [.mouse(true)])
    script.give(.input(.mouse(Mouse(.wheelUp, at: Point(column: 3, row: 3)))))
    #expect(script.shows("─ newest ─"))
    let row = script.rows[5]
    script.give(.input(.mouse(Mouse(.press, at: Point(column: 20, row: 5)))))
    #expect(script.selected?.dropFirst() == row.dropFirst())
    script.enter("/mouse")
    #expect(script.take() == [.mouse(false)])
  }

  @Test("The log is saved as text or JSON lines, whole or filtered, never over a file unasked")
  func save() {
    var script = ClientScript()
    script.connect()
    script.enter("one")
    script.sent(1, 4)
    script.reply(1)
    _ = script.take()
    script.enter("/filter is:sent")
    script.enter("/save out.jsonl")
    #expect(script.take() == [.file(.create(path: "out.jsonl", isOverwriting: false))])
    script.give(.file(.exists))
    #expect(script.shows("out.jsonl is there already. Write over it? y/n"))
    script.key(.character("y"))
    #expect(script.take() == [.file(.create(path: "out.jsonl", isOverwriting: true))])
    script.give(.file(.created))
    script.work()
    let effects = script.take()
    #expect(effects.last == .file(.finish))
    let bytes = effects.flatMap { effect -> [UInt8] in if case .file(.write(let bytes)) = effect { bytes } else { [] } }
    #expect(
      String(decoding: bytes, as: UTF8.self) == """
        {"event":"sent","time":"2026-11-22T15:47:58.004000Z","id":1,"bytes":4,"text":"one","state":"answered","rtt_ms":0.410}

        """
    )
    script.give(.file(.finished(byteCount: bytes.count)))
    #expect(script.shows("saved 1 row"))
  }

  @Test("Clearing asks; what comes after is shown, and a late reply to a message that is gone is harmless")
  func clear() {
    var script = Self.lines(1...3)
    script.enter("mine")
    script.sent(1, 5)
    script.enter("/clear")
    #expect(script.shows("Clear 5 rows from the log? y/n"))
    script.key(.character("n"))
    #expect(script.shows("line 3."))
    script.enter("/clear")
    script.key(.character("y"))
    #expect(!script.shows("line 3."))
    script.reply(1, "42")
    #expect(script.shows("42"))
  }
}

extension ClientScript {
  /// The selected row, if one is in sight.
  var selected: String? {
    guard let number = model.browser.viewport.selection else { return nil }
    let place = model.logLines.firstIndex(of: .row(number))
    return place.map { rows[model.layout.list.minRow + $0] }
  }

  /// The numbers of the lines that are in sight.
  var numbers: Set<Int> {
    Set(
      rows.compactMap { row in row.split(separator: " ").last.flatMap { $0.hasSuffix(".") ? Int($0.dropLast()) : nil } }
    )
  }

  /// Lets the model do what nobody waits for.
  mutating func work() { while model.hasPendingWork { give(.turn) } }
}
