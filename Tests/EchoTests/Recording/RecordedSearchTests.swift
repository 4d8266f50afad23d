import Screen
import Testing
import Wire

@testable import Echo

/// Searches and filters, which read a recording in bulk, against a look at each row by itself.
@Suite struct RecordedSearchTests {
  private static let count = 1500

  /// Messages, some with a CR, and events, among which some are not there and others can't be read.
  private static func rows() -> FakeRows {
    let rows: [FakeRows.Row?] = (0..<count).map { id in
      if id % 11 == 0 { return FakeRows.event(id, "Event \(id)") }
      return FakeRows.message(id, Array("\(id)\(id % 5 == 0 ? "\r" : "")\(id % 13 == 0 ? "\u{1B}" : "")".utf8))
    }
    let fake = FakeRows(rows)
    fake.remove(200..<700)
    fake.damage(900..<910)
    return fake
  }

  private static func finish(_ browser: inout LogBrowser<some StretchedLog>) {
    for _ in 0..<10_000 where browser.hasPendingWork { _ = browser.work() }
  }

  private static func matches(_ pattern: SearchPattern, _ row: MessageLog.Row) -> Bool {
    var place = SearchPlace()
    var budget = WorkBudget.unlimited
    return Array(row.shown(.line)).withUnsafeBytes { pattern.matches($0, &place, &budget) } ?? false
  }

  private static func ids(_ log: ServerLog, where holds: (MessageLog.Row) -> Bool) -> [UInt64] {
    (log.firstID..<log.endID).filter { log[$0].map(holds) ?? false }
  }

  @Test(
    "From any row, either way and through any filter, a search finds the next row that matches, and a filter all of them",
    arguments: [
      "", "4", "!4", "is:event", "is:hostile", "/7$/ | is:event", "len>4", "port:50001", "!port:50001",
      "from:127/8 conn:1 99", "proto:udp | ~src \"1:5\" hex:39",
    ]
  )
  func next(filter: String) throws {
    let log = ServerLog(RecordedLog(Self.rows()))
    var browser = LogBrowser(log, framing: .line)
    browser.follow()
    let node = try Filter.parse(filter)
    let listed = Self.ids(log) { row in
      row.payload.withUnsafeBytes { node.matches(row.record, row.peer, $0, framing: .line) }
    }
    #expect(browser.setFilter(filter) == nil)
    Self.finish(&browser)
    if !filter.isEmpty { #expect((browser.viewport.first..<browser.viewport.end).map(browser.list.id) == listed) }
    for text in ["1", "99", "event", "Event", "hex:39", "/^1.*9$/", "/\\x1b$/", "nowhere"] {
      let pattern = try SearchPattern.parse(text)
      #expect(browser.find(text) == nil)
      Self.finish(&browser)
      let found = listed.filter { id in log[id].map { Self.matches(pattern, $0) } ?? false }
      for start in stride(from: 0, to: UInt64(Self.count), by: 197) {
        let row = browser.list.row(from: start)
        guard row < browser.viewport.end else { continue }
        for isForward in [true, false] {
          browser.list.jump(to: row)
          let from = browser.list.id(of: row)
          browser.notice = nil
          browser.findAgain(isForward: isForward)
          Self.finish(&browser)
          let expected = isForward ? found.first { $0 > from } : found.last { $0 < from }
          #expect(browser.selectedID == expected ?? from, "\(text) from \(from), forward: \(isForward)")
          #expect((browser.notice == nil) == (expected != nil))
        }
      }
    }
  }

  @Test("A search comes back in time also where the rows that a filter found are gone since, and ends")
  func gone() {
    let rows = FakeRows(texts: (0..<20_000).map { $0 % 2 == 0 ? "even" : "odd" })
    var browser = LogBrowser(ServerLog(RecordedLog(rows)), framing: .line)
    browser.follow()
    #expect(browser.setFilter("even") == nil)
    Self.finish(&browser)
    #expect(browser.list.count == 10_000)
    rows.remove(0..<20_000)
    var finder = Finder(.oddity, isForward: false, from: browser.log.endID)
    var slices = 0
    var outcome = Finder.Outcome.searching
    while outcome == .searching, slices < 1000 {
      var budget = WorkBudget(1 << 17)
      outcome = finder.advance(browser.list, browser.log, &budget)
      slices += 1
    }
    #expect(outcome == .notFound && slices >= 3)
  }

  @Test("A search through many rows reads them in bulk, a slice at a time, and tells how far it is")
  func bulk() {
    let rows = FakeRows(texts: (0..<50_000).map(String.init))
    var browser = LogBrowser(ServerLog(RecordedLog(rows)), framing: .line)
    browser.follow()
    let pages = rows.readCount
    #expect(browser.find("nowhere") == nil)
    var percents: [Int] = []
    while let finder = browser.finder {
      percents.append(finder.percent(in: browser.log))
      _ = browser.work()
    }
    #expect(percents.count > 10 && percents == percents.sorted() && percents.last.map { $0 > 80 } == true)
    #expect(rows.readCount - pages < 10)
    #expect(browser.notice?.text == "no match above")
  }
}
