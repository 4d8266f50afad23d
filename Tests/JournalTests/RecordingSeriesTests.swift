import Glibc
import TestKit
import Testing

@testable import Journal
@testable import Wire

/// A recording is read in the program that makes it, while it goes from file to file.
@Suite struct RecordingSeriesTests {
  private static let limit: Int64 = 64 << 10

  private func sequences(
    _ series: RecordingSeries,
    _ rows: Range<Int64>? = nil,
    reversed: Bool = false
  ) throws -> [UInt64] {
    var sequences: [UInt64] = []
    var last: Int64?
    let isRead = try series.scan(rows ?? series.rows, reversed: reversed) { row, _ in
      if let last { #expect(row.row == (reversed ? last - 1 : last + 1)) }
      last = row.row
      sequences.append(row.sequence)
      return true
    }
    #expect(isRead)
    return sequences
  }

  private func post(_ count: Int, to fixture: JournalFixture) {
    fixture.begin()
    for _ in 0..<count { fixture.post([[UInt8](repeating: 0x61, count: 1000)]) }
  }

  @Test("While it is recorded every committed row is read, and the files are exchanged as if nobody read them")
  func rotation() throws {
    let fixture = try JournalFixture()
    post(300, to: fixture)
    var told: [UInt64] = []
    let read = {
      guard case .recorded(let last) = fixture.told.last, let series = fixture.series else { return }
      try series.refresh()
      told.append(last)
      #expect(series.rows.upperBound == Int64(last) + 1)
      #expect(try sequences(series, max(1, Int64(last) - 99)..<Int64(last) + 1).last == last)
    }
    let limit = Self.limit
    #expect(try fixture.record(durability: .each, byteLimit: limit, endsAfter: 300, whenTold: read) == nil)
    #expect(told == Array(1...300))
    #expect(fixture.folder.names.filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }.count > 4)
    let series = try #require(fixture.series)
    try series.refresh()
    #expect(series.rows == 1..<301)
    #expect(try sequences(series) == Array(1...300))
    #expect(try sequences(series, reversed: true) == (1...300).reversed())
    for sequence in [1, 2, 150, 299, 300] as [UInt64] {
      #expect(try series.row(ofSequence: sequence, run: 1) == Int64(sequence))
    }
    #expect(try series.row(ofSequence: 301, run: 1) == nil)
  }

  @Test("What stood in the file before is numbered first; a reader of its own is no companion that stays at the end")
  func earlierRun() throws {
    let fixture = try JournalFixture()
    post(3, to: fixture)
    try fixture.record()
    post(2, to: fixture)
    let read = {
      let series = try #require(fixture.series)
      #expect(try sequences(series, 1..<4) == [1, 2, 3])
    }
    try fixture.record(endsAfter: 1, whenTold: read)
    let series = try #require(fixture.series)
    #expect(series.recordedCount == 3)
    #expect(fixture.folder.names == ["recording"])
    try series.refresh()
    #expect(try sequences(series) == [1, 2, 3, 1, 2])
  }

  @Test("Where a file that got a number is gone, the rows begin after it")
  func goneFile() throws {
    let fixture = try JournalFixture()
    post(300, to: fixture)
    try fixture.record(durability: .each, byteLimit: Self.limit, endsAfter: 300)
    let series = try #require(fixture.series)
    try series.refresh()
    unlink("\(fixture.path).2")
    let there = try sequences(series, reversed: true)
    #expect(there.first == 300 && there.count < 300 && there.last.map { $0 > 1 } == true)
    #expect(series.rows.lowerBound > 1)
    let rest = try sequences(series)
    #expect(rest == (UInt64(series.rows.lowerBound)...300).map { $0 })
  }

  @Test("While a file is exchanged its rows can't be read, and those of the files before it can")
  func exchange() throws {
    let fixture = try JournalFixture()
    post(300, to: fixture)
    try fixture.record(durability: .each, byteLimit: Self.limit, endsAfter: 300)
    let series = try #require(fixture.series)
    try series.refresh()
    series.beginExchange()
    #expect(try sequences(series, 1..<50) == Array(1..<50))
    let isRead = try series.scan(299..<301) { _, _ in true }
    #expect(!isRead)
    series.endExchange()
    #expect(try sequences(series, 299..<301) == [299, 300])
  }
}
