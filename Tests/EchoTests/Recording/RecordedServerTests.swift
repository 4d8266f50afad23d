import Screen
import TestKit
import Testing
import Wire

@testable import Echo

/// A server's screen that reaches back into what the server records.
@Suite struct RecordedServerTests {
  /// A screen that remembers ten rows, and the recording of what it is told.
  private struct Server {
    let rows: FakeRows
    var script: ServerScript
    /// What is told and not recorded yet.
    private var pending: [FakeRows.Row] = []

    /// `earlier`: messages that the recording has from before.
    init(earlier: Int = 0, historyCount: Int = 10) {
      let texts = (0..<earlier).map { FakeRows.message($0, Array("earlier \($0 + 1).".utf8)) }
      rows = FakeRows(texts, runStart: earlier)
      script = ServerScript()
      script.model = ServerModel(
        framing: .line,
        stopPolicy: .local,
        historyCount: historyCount,
        historyBytes: 1 << 20,
        recorded: (rows, UInt64(earlier))
      )
      script.pass(milliseconds: 0)
      script.give(.resize(Size(columns: 80, rows: 24)))
      script.listen()
    }

    mutating func receive(_ count: Int, isShown: Bool = true, isRecorded: Bool = true) {
      for _ in 0..<count {
        let sequence = told + 1
        let text = "message \(sequence)."
        pending.append(FakeRows.message(Int(sequence) - 1, Array(text.utf8)))
        let batch = ServerScript.batch([Array(text.utf8)], first: sequence, at: script.time)
        if isShown { script.give(.news(.messages(batch))) }
        told = sequence
      }
      if isRecorded { record() }
    }

    /// The last message that was told.
    private(set) var told: UInt64 = 0

    mutating func connect(_ number: UInt32, isShown: Bool = true) {
      pending.append(FakeRows.event(Int(told), "connected"))
      if isShown { script.connect(number) }
      record()
    }

    mutating func miss(messages: UInt64, notices: UInt64 = 0) {
      let drop = Drop(by: .server, count: messages, bytes: messages, notices: notices)
      script.give(.news(.dropped(drop, at: script.time)))
    }

    /// What was told is committed.
    mutating func record() {
      for row in pending { rows.add(row) }
      pending = []
    }

    mutating func failRecording() {
      pending = []
      let failure = RecordingFailure(reason: "disk full", lastSequence: 0, endsProgram: false)
      script.give(.news(.recordingFailed(failure, at: script.time)))
    }

    mutating func find(_ text: String) {
      script.press(.character("/"))
      script.type(text)
      script.press(Key(.enter))
    }

    mutating func finish() {
      for _ in 0..<10_000 where script.model.hasPendingWork { script.give(.turn) }
    }

    /// What every row of the log says, from the first on, read forward; nil where the other way round says something else.
    var texts: [String]? {
      let log = script.model.browser.log
      var texts: [String] = []
      var backward: [String] = []
      var rest = log.firstID..<log.endID
      while !rest.isEmpty {
        let end = log.scan(rest) { _, _, _, bytes in
          texts.append(String(decoding: bytes, as: UTF8.self))
          return true
        }
        rest = end > rest.lowerBound ? end..<rest.upperBound : end..<end
      }
      rest = log.firstID..<log.endID
      while !rest.isEmpty {
        let start = log.scanReversed(rest) { _, _, _, bytes in
          backward.append(String(decoding: bytes, as: UTF8.self))
          return true
        }
        rest = start < rest.upperBound ? rest.lowerBound..<start : start..<start
      }
      let single = (log.firstID..<log.endID).compactMap { log[$0].map { String(decoding: $0.payload, as: UTF8.self) } }
      return texts == backward.reversed() && texts == single ? texts : nil
    }
  }

  private func messages(_ numbers: ClosedRange<Int>) -> [String] { numbers.map { "message \($0)." } }

  @Test(
    "Home goes to the first message of all and pages lead down to the newest: no row is missing, and none there twice"
  )
  func scrolling() {
    var server = Server()
    server.receive(400)
    #expect(server.texts == messages(1...400))
    server.script.press(Key(.home))
    #expect(server.script.selectedRow?.hasSuffix("message 1.") == true)
    var seen: [String] = []
    for _ in 0..<40 {
      for row in server.script.rows {
        if let text = row.firstMatch(of: #/message \d+\./#)?.output, !seen.contains(String(text)) {
          seen.append(String(text))
        }
      }
      server.script.press(Key(.pageDown))
    }
    #expect(seen == messages(1...400))
    #expect(server.script.contains("FOLLOW"))
    #expect(!server.script.contains("gone"))
  }

  @Test("A search, a number and a filter reach what memory has no more, in slices, and Esc gives the filter up")
  func looking() {
    var server = Server()
    server.receive(30_000)
    server.find("message 17.")
    #expect(server.script.contains("searching"))
    server.finish()
    #expect(server.script.selectedRow?.hasSuffix("message 17.") == true)
    server.script.command("20000")
    #expect(server.script.selectedRow?.hasSuffix("message 20000.") == true)
    server.script.command("29995")
    #expect(server.script.selectedRow?.hasSuffix("message 29995.") == true)
    server.script.command("30001")
    server.finish()
    #expect(server.script.contains("message 30001 is not in the list"))
    server.script.filter("77")
    #expect(server.script.rows.contains { $0.contains(#/filter: 77 \(\d+ of 30,000, \d+%…\)/#) })
    server.script.press(Key(.escape))
    #expect(!server.script.contains("filter:"))
    server.script.filter("message")
    server.finish()
    #expect(server.script.contains("filter: message (30,000 of 30,000)"))
  }

  @Test("Events stand among the messages as they happened, on whichever side of memory's edge")
  func events() {
    var server = Server(historyCount: 5)
    server.receive(3)
    server.connect(1)
    server.receive(3)
    server.connect(2)
    server.receive(3)
    let all = messages(1...3) + ["connected"] + messages(4...6) + ["connected"] + messages(7...9)
    #expect(server.texts == all)
  }

  @Test(
    "Rows that are not in the file yet are waited for: a filter and a search leave none out, and the picture gets them"
  )
  func uncommitted() {
    var server = Server()
    server.receive(50)
    server.receive(100, isRecorded: false)
    #expect(server.script.model.wakeTime != nil)
    server.script.filter("message")
    for _ in 0..<100 { server.script.give(.turn) }
    #expect(server.script.model.hasPendingWork)
    server.record()
    server.finish()
    #expect(server.script.contains("filter: message (150 of 150)"))
    server.script.filter("")
    server.receive(100, isRecorded: false)
    server.find("message 180.")
    for _ in 0..<100 { server.script.give(.turn) }
    #expect(server.script.contains("searching"))
    server.record()
    server.finish()
    #expect(server.script.selectedRow?.hasSuffix("message 180.") == true)
    server.script.press(Key(.end))
    #expect(server.script.contains("message 240.") && server.script.model.wakeTime == nil)
  }

  @Test(
    "What came too fast for the screen is read from the recording, in its place, and the rows after it stay themselves"
  )
  func missed() {
    var server = Server(historyCount: 1000)
    server.receive(20)
    server.receive(30, isShown: false)
    server.connect(1, isShown: false)
    server.miss(messages: 30, notices: 1)
    server.receive(20)
    #expect(server.texts == messages(1...50) + ["connected"] + messages(51...70))
    #expect(server.script.contains("70 msg"))
    #expect(!server.script.contains("the output is too slow"))
  }

  @Test(
    "When recording fails, the recording stays in reach as long as memory joins it, and then what is gone is told of"
  )
  func failure() {
    var server = Server(historyCount: 50)
    server.receive(100)
    server.receive(20, isRecorded: false)
    server.failRecording()
    let failed = "recording failed: disk full; the server goes on without it"
    #expect(server.texts == messages(1...120) + [failed])
    server.script.press(Key(.home))
    #expect(server.script.contains("message 1."))
    server.receive(200)
    #expect(server.texts == messages(271...320))
    #expect(server.script.contains("message 271.") && !server.script.contains("message 270."))
    #expect(server.script.rows.contains { $0.contains(#/kept since \S+, 271 gone/#) })
  }

  @Test("Rows that neither memory nor a failed recording has are no rows: the list begins after them")
  func hole() {
    var server = Server(historyCount: 1000)
    server.receive(100)
    server.receive(50, isShown: false, isRecorded: false)
    server.miss(messages: 50)
    server.receive(10, isRecorded: false)
    server.failRecording()
    #expect(server.texts?.dropLast() == messages(151...160)[...])
    server.receive(5, isShown: false)
    server.miss(messages: 5)
    #expect(server.script.contains("5 messages received but not shown"))
  }

  @Test("What can't be read of the recording is passed over, and nothing of memory with it")
  func damage() {
    var server = Server(historyCount: 20)
    server.receive(300)
    server.rows.damage(270..<280)
    server.script.filter("message")
    server.finish()
    #expect(server.script.contains("the recording can't be read: it is damaged"))
    server.script.press(Key(.up))
    #expect(server.script.contains("filter: message (290 of 300)"))
    #expect(server.texts == messages(1...270) + messages(281...300))
  }

  @Test("What the recording had from before stands above, and a number is of the run that the reader is in")
  func earlierRuns() {
    var server = Server(earlier: 100)
    #expect(server.script.contains("earlier 100."))
    server.receive(30)
    #expect(server.texts == (1...100).map { "earlier \($0)." } + messages(1...30))
    server.script.command("20")
    #expect(server.script.selectedRow?.hasSuffix("message 20.") == true)
    server.script.command("25")
    #expect(server.script.selectedRow?.hasSuffix("message 25.") == true)
    server.script.press(Key(.home))
    #expect(server.script.contains("earlier 1."))
    server.script.command("20")
    #expect(server.script.selectedRow?.hasSuffix("earlier 20.") == true)
  }

  @Test("Cleared, the list begins anew; the recording stays as it is")
  func cleared() {
    var server = Server()
    server.receive(100)
    server.script.press(.character("z"), .character("y"))
    #expect(server.script.contains("nothing since the list was cleared"))
    server.receive(30)
    #expect(server.texts == messages(101...130))
  }

  @Test("All of it is saved, whichever part holds it")
  func saved() {
    var server = Server()
    server.receive(3000)
    server.script.command("save all all.txt")
    server.script.give(.file(.created))
    var output: [UInt8] = []
    while server.script.model.hasPendingWork {
      for case .file(.write(let bytes)) in server.script.give(.turn) { output += bytes }
    }
    let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
    #expect(lines.map { $0.split(separator: ": ").last.map(String.init) } == messages(1...3000))
  }
}
