import Screen
import TestKit
import Testing
import Wire

@testable import Echo

/// The server's screen as a place to look for messages, to look into them and to keep them.
@Suite struct MonitorTests {
  // The selection and the detail.

  @Test("The newest message is selected while following; a step up holds it, and nothing moves when more comes")
  func selection() {
    var script = ServerScript.listening(ServerScript.numbered)
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
    var script = ServerScript.listening(["one", "two"])
    script.press(Key(.enter))
    #expect(script.contains("74 77 6f"), "\(script)")
    script.press(.character("k"))
    #expect(script.contains("6f 6e 65") && !script.contains("74 77 6f"))
    script.press(Key(.enter))
    #expect(script.model.pane == .detail)
    script.press(Key(.escape))
    #expect(script.model.pane == .list && script.model.browser.isDetailOpen)
    script.press(Key(.escape))
    #expect(!script.model.browser.isDetailOpen && !script.contains("6f 6e 65"))
    #expect(script.press(Key(.escape)) == [])
  }

  @Test("q goes back step by step before it quits")
  func back() {
    var script = ServerScript.listening(["one"])
    script.press(Key(.enter), Key(.enter))
    #expect(script.press(.character("q")) == [] && script.model.pane == .list)
    #expect(script.press(.character("q")) == [] && !script.model.browser.isDetailOpen)
    script.press(.character("q"))
    #expect(script.contains("1 peer connected. Stop the server? y/n"))
  }

  @Test("Where there is no room beside the list the detail covers it, and closes with one step")
  func overlay() {
    var script = ServerScript.listening(["one", "two"], size: Size(columns: 40, rows: 10))
    script.press(Key(.enter))
    #expect(script.contains("74 77 6f") && script.model.pane == .detail)
    script.press(Key(.escape))
    #expect(!script.model.browser.isDetailOpen && script.contains("two"))
  }

  @Test("x opens the detail, and changes what it shows")
  func modes() {
    var script = ServerScript.listening(["{\"a\":1}"])
    script.press(.character("x"))
    #expect(script.model.browser.isDetailOpen)
    let first = script.model.browser.detail.mode
    script.press(.character("x"))
    #expect(script.model.browser.detail.mode != first)
  }

  // Filters.

  @Test("A filter leaves what it lets through, and counts it; an empty one shows everything, at the same message")
  func filter() {
    var script = ServerScript.listening(ServerScript.numbered)
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
    var script = ServerScript.listening(ServerScript.numbered)
    script.press(.character("g"))
    for _ in 0..<9 { script.press(.character("j")) }
    script.filter("\"message 1\"")
    #expect(script.selectedRow?.hasSuffix("message 10.") == true, "\(script)")
    script.filter("\"message 2\"")
    #expect(script.selectedRow?.hasSuffix("message 20.") == true, "\(script)")
  }

  @Test("With a filter the list goes on following, holding and counting what is new, of what it lets through")
  func filterFollows() {
    var script = ServerScript.listening(ServerScript.numbered)
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
    var script = ServerScript.listening(["abc", "xyz"])
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
    var script = ServerScript.listening()
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
    #expect(script.model.browser.matchCount == expected)
  }

  @Test("A costly filter over a hostile message lets keys through within the message, and news, and decides rightly")
  func costlyFilter() {
    var script = ServerScript(historyBytes: 8 << 20)
    script.listen()
    let count = 150_000
    script.receive(Array(repeating: 0x78, count: count) + Array("y".utf8))
    script.receive(Array(repeating: 0x78, count: count) + Array("z".utf8))
    // Longer than the longest match, so that each row is left off many times.
    script.filter("/x.{900}[^x]/ /z$/")
    var turns = 0
    while script.model.hasPendingWork {
      #expect(script.model.browser.matchCount <= 1 && turns < 1000)
      if turns == 3 {
        script.press(.character("?"))
        #expect(script.contains("up a page"))
        script.press(Key(.escape))
      }
      if turns == 5 { script.receive("news") }
      script.pass(milliseconds: 1)
      script.give(.turn)
      turns += 1
    }
    #expect(turns > 5)
    #expect(script.model.browser.matchCount == 1 && script.model.browser.selectedID == 1, "\(script)")
  }

  @Test("However many events come in one turn of the loop, a filter looks at them for one slice")
  func filterAndEvents() {
    var script = ServerScript(historyBytes: 8 << 20)
    script.listen()
    script.filter("/x.{900}y/")
    for _ in 0..<30 { script.receive(Array(repeating: 0x78, count: 20_000)) }
    #expect(script.model.hasPendingWork && script.model.browser.matchCount == 0)
    var turns = 0
    while script.model.hasPendingWork, turns < 1000 {
      script.give(.turn)
      turns += 1
    }
    #expect((5...100).contains(turns))
  }

  @Test("A search marks its matches in a long message slice by slice, and goes to the first")
  func costlyMarks() {
    var script = ServerScript(historyBytes: 8 << 20)
    script.listen()
    script.receive(Array(repeating: 0x78, count: 6000) + Array("yend".utf8))
    script.press(Key(.enter))
    script.find("/x.{300}[^x]|end/")
    while script.model.browser.isSearching { script.give(.turn) }
    #expect(script.model.hasPendingWork && script.model.browser.matches.isEmpty)
    script.press(.character("?"))
    #expect(script.contains("up a page"))
    script.press(Key(.escape))
    var turns = 0
    while script.model.hasPendingWork, turns < 1000 {
      script.give(.turn)
      turns += 1
    }
    #expect(turns > 3)
    #expect(script.model.browser.matches == [5699..<6001, 6001..<6004])
  }

  @Test("What a filter has found goes when the history forgets it")
  func filterForgets() {
    var script = ServerScript(historyCount: 100)
    script.listen()
    script.filter("message")
    for number in 1...90 { script.receive("message \(number).") }
    script.press(.character("g"))
    for number in 91...400 { script.receive("message \(number).") }
    #expect(script.model.browser.matchCount == script.model.browser.log.count)
    #expect(script.selectedRow?.hasSuffix("message \(script.model.browser.log.firstID + 1).") == true)
  }

  @Test("Paused, the list stands still, also for a filter that comes and goes; then it shows what came")
  func pause() {
    var script = ServerScript.listening(["a 1", "b 1", "a 2"])
    script.press(.character("g"), .character("="))
    script.receive("a 3")
    #expect(script.contains("PAUSED +1 new") && !script.contains("a 3"))
    script.filter("a")
    #expect(script.contains(" a 2") && !script.contains("a 3") && !script.contains("b 1"), "\(script)")
    script.receive("a 4")
    #expect(!script.contains("a 4") && script.contains("PAUSED +2 new"), "\(script)")
    script.filter("")
    #expect(script.contains(" b 1") && script.contains(" a 2") && !script.contains("a 3"), "\(script)")
    script.press(.character("="))
    #expect(script.contains(" a 4") && !script.contains("PAUSED"))
  }

  @Test("A paused list keeps its rows also when the history has forgotten them, and goes on with what there is")
  func pausedForTooLong() {
    var script = ServerScript(historyCount: 20)
    script.listen()
    script.receive("old")
    script.press(.character("="))
    for number in 1...50 { script.receive("message \(number).") }
    #expect(script.contains(" old") && script.contains("PAUSED +50 new"), "\(script)")
    script.press(.character("="))
    #expect(script.messages.last == 50)
  }

  @Test(
    "Held or paused with a filter, the list stays with what it has, found or not, whatever comes",
    arguments: ["k", "="]
  )
  func filteredFlood(_ key: Character) {
    var script = ServerScript(historyCount: 50)
    script.listen()
    for number in 1...60 { script.receive(number.isMultiple(of: 3) ? "x \(number)." : "y \(number).") }
    script.filter("x")
    script.press(.character(key))
    let held = script.rows[3..<20]
    #expect(held.last?.hasSuffix("x 60.") == true, "\(script)")
    for number in 61...500 { script.receive(number.isMultiple(of: 5) ? "x \(number)." : "y \(number).") }
    #expect(script.rows[3..<20] == held)
    #expect(script.contains("+440 unfiltered"), "\(script)")
    // Another filter is of the same rows.
    script.filter("y")
    #expect(script.contains("y 59.") && !script.contains("y 499."), "\(script)")
    script.filter("x")
    script.press(.character("G"))
    #expect(script.contains("x 500.") && !script.contains("x 60."), "\(script)")
  }

  @Test("A filter that lets nothing of a held list through goes on to what comes")
  func filterBeyond() {
    var script = ServerScript(historyCount: 50)
    script.listen()
    for number in 1...60 { script.receive("y \(number).") }
    script.press(.character("k"))
    for number in 61...200 { script.receive("y \(number).") }
    script.filter("z")
    script.receive("z 201.")
    #expect(script.contains("z 201."), "\(script)")
  }

  @Test("A filter that is set while the list is paused shows nothing that came since")
  func filterPaused() {
    var script = ServerScript(historyCount: 1000)
    script.listen()
    for number in 1...60 { script.receive("y \(number).") }
    script.press(.character("="))
    for number in 61...100 { script.receive("y \(number).") }
    script.filter("y")
    #expect(script.contains("y 60.") && !script.contains("y 61.") && script.contains("PAUSED +40 new"), "\(script)")
  }

  @Test(
    "From a held list that its history has left behind, a number goes to what came since, and all that there is is saved"
  )
  func beyondHeld() throws {
    var script = ServerScript(historyCount: 50)
    script.listen()
    for number in 1...60 { script.receive("y \(number).") }
    script.press(.character("k"), .character("m"))
    for number in 61...200 { script.receive("y \(number).") }
    #expect(script.contains("y 59.") && script.contains("1 marked"), "\(script)")
    script.find("y 61.")
    #expect(script.contains("y 59."), "\(script)")
    _ = try script.model.browser.startSave("all rows.txt")
    script.model.browser.save?.isReady = true
    var saved: [UInt8] = []
    while script.model.browser.save?.isReady == true {
      for case .write(let bytes) in script.model.browser.saveSlice() { saved += bytes }
    }
    #expect(String(decoding: saved, as: UTF8.self).contains("y 200."))
    script.model.browser.save = nil
    #expect(script.model.browser.goTo("180") == nil)
    script.give(.turn)
    #expect(script.selectedRow?.hasSuffix("y 180.") == true, "\(script)")
    #expect(!script.contains("1 marked"))
  }

  // Search.

  @Test(
    "A search goes to the latest match from the end, and on from where the reader is; n and N step; matches are marked"
  )
  func search() {
    var script = ServerScript.listening(["alpha", "beta one", "gamma", "beta two", "delta"])
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
    var script = ServerScript.listening(["plain"])
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
    var script = ServerScript.listening(["fine"])
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
    var script = ServerScript.listening(ServerScript.numbered)
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
    var script = ServerScript.listening()
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
    var script = ServerScript.listening()
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
    #expect(script.contains("has no connection to be ended"))
  }

  // Input.

  @Test("A paste goes to an open prompt, one line of it, and nowhere else")
  func paste() {
    var script = ServerScript.listening(["one"])
    #expect(script.give(.input(.paste(Array("q\ny\n".utf8)))) == [])
    #expect(script.model.overlay == nil)
    script.press(.character("/"))
    script.give(.input(.paste(Array("on\u{1B}[31m\nsecond".utf8))))
    #expect(script.rows.last?.contains("/on\\e[31m") == true && script.rows.last?.contains("second") == false)
  }

  @Test("The mouse is off until asked for; then a click selects and the wheel scrolls")
  func mouse() {
    var script = ServerScript.listening(ServerScript.numbered)
    #expect(script.press(.meta("m")) == [.mouse(true)])
    script.give(.input(.mouse(Mouse(.press, at: Point(column: 10, row: 5)))))
    #expect(script.selectedRow == script.rows[5])
    #expect(script.press(.meta("m")) == [.mouse(false)])
  }

  @Test("Tab completes a command as far as there is one way")
  func completion() {
    var script = ServerScript.listening(["one"])
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
    var script = ServerScript.listening(["one"])
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
  /// A server that has received each text as a message.
  static func listening(_ texts: [String] = [], size: Size = Size(columns: 80, rows: 24)) -> ServerScript {
    var script = ServerScript(size: size)
    script.listen()
    for text in texts { script.receive(text) }
    return script
  }

  static let numbered = (1...50).map { "message \($0)." }

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

  @discardableResult
  mutating func command(_ text: String) -> [Effect<ServerCommand>] {
    press(.character(":"))
    type(text)
    return press(Key(.enter))
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
