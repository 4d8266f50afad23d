import Screen
import TestKit
import Testing
import Wire

@testable import Echo

/// How values are spread, and the picture of it.
@Suite struct StatisticsTests {
  @Test("Percentiles are right to 1 %, whatever the values", arguments: 1...5 as ClosedRange<UInt64>)
  func percentiles(seed: UInt64) throws {
    var random = TestRandom(seed: seed)
    var distribution = Distribution()
    var values: [UInt64] = []
    for index in 0..<5000 {
      let value = UInt64.random(in: 0...(1 << UInt64(index % 40)), using: &random)
      values.append(value)
      distribution.record(value)
    }
    values.sort()
    #expect(distribution.count == 5000 && distribution.maximum == values.last)
    for percent in [50.0, 90, 99] {
      let exact = values[Int(percent / 100 * 5000) - 1]
      let found = try #require(distribution.percentile(percent))
      #expect(found >= exact && found - exact <= exact / 100)
    }
  }

  @Test("No value has no percentile and no range")
  func empty() {
    let distribution = Distribution()
    #expect(distribution.percentile(50) == nil && distribution.maximum == nil)
    #expect(distribution.octaves.counts.isEmpty)
  }

  @Test("Ranges go from power to power of two, and the first and the last have something in them")
  func octaves() {
    var distribution = Distribution()
    for value in [4, 5, 7, 8, 15, 16, 1023] as [UInt64] { distribution.record(value) }
    distribution.record(1024, count: 3)
    #expect(distribution.octaves.first == 2)
    #expect(distribution.octaves.counts == [3, 2, 1, 0, 0, 0, 0, 1, 3])
    distribution.record(0)
    distribution.record(1)
    #expect(distribution.octaves.first == 0 && distribution.octaves.counts.prefix(2) == [2, 0])
  }

  @Test("What is too large to be told apart is counted all the same")
  func largest() {
    var distribution = Distribution()
    distribution.record(.max)
    distribution.record(Distribution.highest)
    #expect(distribution.count == 2 && distribution.maximum == Distribution.highest)
    #expect(distribution.octaves.counts == [2])
  }

  /// Receipts of the given times, in nanoseconds; 0 is none.
  private func batch(_ messages: [(size: UInt64, time: Int64)]) -> MessageBatch {
    var batch = ServerScript.batch(messages.map { _ in [] })
    for (index, message) in messages.enumerated() {
      batch.records[index].wireCount = message.size
      batch.records[index].replyTime = message.time == 0 ? .none : ReplyTime(nanoseconds: message.time)
    }
    return batch
  }

  @Test("Each message counts with its size, and with its reply time if it has one")
  func record() {
    var statistics = Statistics()
    statistics.record(MessageBatch())
    statistics.record(batch([(6, 1000), (6, 1000), (6, 0), (7, 1000), (100, 2000), (6, 1000)]))
    #expect(statistics.sizes.count == 6 && statistics.replyTimes.count == 5)
    #expect(statistics.sizes.percentile(50) == 6 && statistics.sizes.maximum == 100)
    #expect(statistics.replyTimes.maximum == 2000)
  }

  private func pane() -> StatisticsPane {
    var random = TestRandom(seed: 3)
    var statistics = Statistics()
    var rates = RateWindow()
    var totals = ServerTotals()
    for second in 0..<50 as Range<Int64> {
      let messages = (0..<Int.random(in: 0...90, using: &random)).map { _ in
        (
          size: UInt64(8 + Int.random(in: 0...12, using: &random) * Int.random(in: 0...12, using: &random)),
          time: Int64(9_000 + Int.random(in: 0...90, using: &random) * Int.random(in: 0...9_000, using: &random))
        )
      }
      statistics.record(batch(messages))
      let bytes = messages.reduce(0) { $0 + $1.size }
      rates.add(messages: UInt64(messages.count), bytes: bytes, at: second)
      totals.traffic.messages += UInt64(messages.count)
      totals.traffic.bytesReceived += bytes
    }
    rates.advance(to: 50)
    statistics.record(batch([(1472, 12_000_000), (1 << 20, 0)]))
    totals.droppedByKernel = 12
    totals.refused = 3
    return StatisticsPane(statistics: statistics, rates: rates, totals: totals)
  }

  static let sizes = [(38, 24), (38, 10), (76, 22), (20, 12), (38, 5)].map { Size(columns: $0, rows: $1) }

  @Test("Its picture", arguments: sizes)
  func golden(size: Size) throws {
    var surface = Surface(size: size)
    pane().draw(in: Rect(size: size), on: &surface, look: Look())
    try Golden.check(surface, "statistics-\(size.columns)x\(size.rows)")
  }

  @Test("Its picture before anything came, and without Unicode")
  func others() throws {
    let size = Size(columns: 38, rows: 18)
    var surface = Surface(size: size)
    let nothing = StatisticsPane(statistics: Statistics(), rates: RateWindow(), totals: ServerTotals())
    nothing.draw(in: Rect(size: size), on: &surface, look: Look())
    try Golden.check(surface, "statistics-empty-38x18")
    surface = Surface(size: size)
    pane().draw(in: Rect(size: size), on: &surface, look: Look(theme: .mono, glyphs: .ascii))
    try Golden.check(surface, "statistics-ascii-38x18")
  }

  @Test("No rectangle is too small or out of place")
  func everySize() {
    let pane = pane()
    for columns in [0, 1, 5, 6, 7, 12, 19, 28, 33, 38, 50, 80] {
      for rows in [0, 1, 3, 4, 6, 7, 9, 10, 12, 13, 24] {
        var surface = Surface(size: Size(columns: 60, rows: 12))
        let rect = Rect(column: 10, row: 2, columns: columns, rows: rows)
        pane.draw(in: rect, on: &surface, look: Look())
        #expect(surface.isBlank(outside: rect))
      }
    }
  }
}
