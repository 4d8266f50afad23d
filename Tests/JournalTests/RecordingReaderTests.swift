import Glibc
import TestKit
import Testing

@testable import Journal
@testable import Wire

@Suite struct RecordingReaderTests {
  /// Two runs, whose 3 000 messages and events come in turns of different lengths.
  private func longRecording() throws -> JournalFixture {
    let fixture = try JournalFixture()
    var random = TestRandom(seed: 1)
    for _ in 1...2 {
      fixture.begin()
      for number in 1...500 {
        let peer = JournalFixture.peer(.random(in: 1...9, using: &random))
        fixture.post((0..<Int.random(in: 0...4, using: &random)).map { Array("\(number).\($0)".utf8) }, from: peer)
        for _ in 0..<Int.random(in: 0...2, using: &random) {
          fixture.post(.connected(peer, at: Timestamp(nanoseconds: Int64(number))))
        }
      }
      try fixture.record()
    }
    return fixture
  }

  @Test("Messages and events come in the order in which they happened, as they were recorded")
  func readsBack() throws {
    let fixture = try JournalFixture()
    let peer = JournalFixture.peer(7)
    fixture.begin()
    fixture.post(.connected(peer, at: Timestamp(nanoseconds: 5)))
    fixture.post([Array("hello".utf8), [0, 0xff]], from: peer)
    fixture.post(.dropped(Drop(by: .kernel, count: 3), at: Timestamp(nanoseconds: 9)))
    try fixture.record()
    let rows = try fixture.scan()
    #expect(rows.map(\.row.row) == [1, 2, 3, 4])
    #expect(rows.map(\.bytes) == [Array("connected!".utf8), Array("hello".utf8), [0, 0xff], Array("dropped!".utf8)])
    #expect(rows.map(\.row.sequence) == [0, 1, 2, 2])
    #expect(rows.map(\.row.time.nanoseconds) == [5, 1000, 2000, 9])
    #expect(rows.map(\.row.wireCount) == [0, 6, 3, 0])
    #expect(rows.map(\.row.flags) == [.notice, .answered, .answered, [.notice, .alert]])
    #expect(rows.map(\.row.peer) == [peer, peer, peer, nil])
    #expect(rows.allSatisfy { $0.row.run == 1 && $0.row.answers == nil && $0.row.roundTrip == nil })
    let reader = try RecordingReader(path: fixture.path)
    let run = try #require(reader.runs.first)
    #expect(reader.runs.count == 1)
    #expect([run.program, run.version, run.framing, run.reply] == ["test", "1.0", "line", "ok"])
    #expect(run.endpoints == ["tcp 127.0.0.1:5000"])
  }

  @Test("Where bytes alone are asked for, the same rows come in the same order, with their peers")
  func bytesAlone() throws {
    let fixture = try longRecording()
    for reversed in [false, true] {
      var reader = try RecordingReader(path: fixture.path)
      var whole: [[UInt8]] = []
      var alone: [[UInt8]] = []
      func line(_ row: RecordedRow, _ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        Array("\(row.row) \(row.isNotice) \(row.peer.map { "\($0)" } ?? "nobody") ".utf8) + bytes
      }
      try reader.scan(reader.rows, reversed: reversed) { row, bytes in
        whole.append(line(row, bytes))
        return true
      }
      try reader.scan(reader.rows, reversed: reversed, reading: .bytes) { row, bytes in
        alone.append(line(row, bytes))
        return true
      }
      #expect(whole.count > 2000 && alone == whole)
    }
  }

  @Test("An event's bytes are its line of JSON where that is wanted, and its words stand beside it")
  func eventText() throws {
    let fixture = try JournalFixture()
    fixture.begin()
    fixture.post(.connected(JournalFixture.peer(1), at: Timestamp(nanoseconds: 5)))
    fixture.post([[1]])
    try fixture.record()
    var reader = try RecordingReader(path: fixture.path, eventText: .json)
    #expect(try reader.contents().map(\.bytes) == [Array("{connected}".utf8), [1]])
    var notices: [[UInt8]] = []
    try reader.scan(reader.rows) { row, _ in
      notices.append(row.notice)
      return true
    }
    var words = try RecordingReader(path: fixture.path)
    #expect(try notices == [words.contents()[0].bytes, []])
  }

  @Test("The rows of a run are told; those of one that is not there are none")
  func runs() throws {
    let fixture = try longRecording()
    let rows = try fixture.scan().map(\.row)
    var reader = try RecordingReader(path: fixture.path)
    for run in 0...3 as ClosedRange<Int64> {
      #expect(try Array(reader.rows(ofRun: run)) == rows.filter { $0.run == run }.map(\.row))
    }
  }

  @Test("A reply tells the message that it answers, and how long it took")
  func replies() throws {
    let fixture = try JournalFixture()
    fixture.begin()
    fixture.post([[1], [2]])
    try fixture.record()
    try fixture.change("UPDATE messages SET flags = 256 WHERE row = 1")
    try fixture.change("UPDATE messages SET flags = 0, answers = 1, round_trip = 1500 WHERE row = 2")
    let rows = try fixture.scan()
    #expect(rows.map(\.row.flags) == [.sent, []])
    #expect(rows.map(\.row.answers) == [nil, 1])
    #expect(rows.map(\.row.roundTrip) == [nil, 1500])
  }

  @Test("Any stretch of rows comes whole, either way round, and as far as it is wanted")
  func stretches() throws {
    let fixture = try longRecording()
    let all = try fixture.scan().map(\.row.row)
    #expect(all.count > 1500)
    #expect(all == Array(1...Int64(all.count)))
    var reader = try RecordingReader(path: fixture.path)
    #expect(reader.rows == 1..<Int64(all.count) + 1)
    var random = TestRandom(seed: 2)
    for _ in 0..<200 {
      let start = Int64.random(in: -5...Int64(all.count), using: &random)
      let range = start..<start + Int64.random(in: 0...500, using: &random)
      let limit = Int.random(in: 1...100, using: &random)
      for reversed in [false, true] {
        var seen: [Int64] = []
        try reader.scan(range, reversed: reversed) { row, _ in
          seen.append(row.row)
          return seen.count < limit
        }
        let expected = all.filter(range.contains)
        #expect(seen == Array((reversed ? expected.reversed() : expected).prefix(limit)))
      }
    }
  }

  @Test("A message is found by its run and number")
  func search() throws {
    let fixture = try longRecording()
    let rows = try fixture.scan().map(\.row)
    var reader = try RecordingReader(path: fixture.path)
    for row in rows where !row.isNotice {
      #expect(try reader.row(ofSequence: row.sequence, run: row.run) == row.row)
    }
    let last = try #require(rows.last)
    let others: [(UInt64, Int64)] = [(0, 1), (last.sequence + 1, 2), (1, 0), (1, 3), (.max, .max), (0, .min)]
    for (sequence, run) in others {
      #expect(try reader.row(ofSequence: sequence, run: run) == nil)
    }
  }

  @Test("A recording that is being written is read as far as it is committed, and a refresh brings the rest")
  func live() throws {
    let fixture = try JournalFixture()
    fixture.begin()
    fixture.post([[1]])
    try fixture.record()
    var before = try RecordingReader(path: fixture.path)
    fixture.begin()
    for number in 1...100 { fixture.post([[UInt8](repeating: UInt8(number), count: 100)]) }
    var committed: Int64 = 1
    try fixture.record(
      durability: .each,
      endsAfter: 100,
      whenTold: {
        committed += 1
        try before.refresh()
        var during = try RecordingReader(path: fixture.path)
        #expect(try before.contents().map(\.row.row) == Array(1...committed))
        #expect(try during.contents().map(\.row.row) == Array(1...committed))
      }
    )
    #expect(committed == 101)
    #expect(before.runs.map(\.run) == [1, 2])
  }

  @Test("What nobody records to is read without a trace, wherever it stands", .enabled(if: geteuid() == 0))
  func readOnly() throws {
    let fixture = try JournalFixture()
    fixture.begin()
    fixture.post([[1], [2]])
    try fixture.record()
    chmod(fixture.path, 0o444)
    chmod(fixture.folder.path, 0o555)
    let rows = Guarded<Int?>(nil)
    let path = fixture.path
    // As a user to whom neither belongs; the thread alone is that user.
    BackgroundThread {
      guard BackgroundThread.useFilesAsNobody() else { return }
      let count = (try? RecordingReader(path: path))?.rows.count
      rows.withLock { $0 = count }
    }.join()
    #expect(rows.withLock { $0 } == 2)
    #expect(fixture.folder.names == ["recording"])
  }
}
