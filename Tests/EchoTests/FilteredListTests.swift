import TestKit
import Testing
import Wire

@testable import Echo

/// The rows that a filter lets through, found in slices.
@Suite struct FilteredListTests {
  private func fill(_ log: inout MessageLog, _ numbers: Range<UInt64>) {
    for number in numbers { log.append(ServerScript.batch([Array("\(number)".utf8)], first: number + 1)) }
  }

  private func ids(_ list: FilteredList) -> [UInt64] { (list.firstRow..<list.endRow).map { list[$0] } }

  private func isEven(
    _ record: MessageRecord,
    _ peer: Peer?,
    _ bytes: UnsafeRawBufferPointer,
    _ progress: inout FilterProgress
  ) -> Bool? {
    record.sequence % 2 == 1
  }

  @Test("Slices go to the end first, then back to the start; rows keep their numbers")
  func slices() {
    var log = MessageLog(countLimit: 10_000, byteLimit: 1 << 20)
    fill(&log, 0..<100)
    var list = FilteredList(origin: 90)
    #expect(list.isEmpty && list.firstRow == list.endRow)
    #expect(list.advance(log, rows: 14, bytes: 1 << 20, matches: isEven) == 14)
    #expect(ids(list) == [86, 88, 90, 92, 94, 96, 98])
    #expect(!list.isComplete(for: log))
    let row = list.firstRow(from: 90)
    fill(&log, 100..<110)
    #expect(list.advance(log, rows: 1000, bytes: 1 << 20, matches: isEven) == 96)
    #expect(list.isComplete(for: log) && list.count == 55)
    #expect(list[row] == 90 && ids(list) == Array(stride(from: 0, to: 110, by: 2)))
    fill(&log, 110..<111)
    #expect(!list.isComplete(for: log))
    #expect(list.advance(log, rows: 10, bytes: 10, matches: isEven) == 1)
    #expect(list.isComplete(for: log) && list[list.endRow - 1] == 110)
  }

  @Test("Where more comes than can be looked at, and goes before it is, the newest are looked at")
  func outrun() {
    var log = MessageLog(countLimit: 100, byteLimit: 1 << 20)
    fill(&log, 0..<100)
    var list = FilteredList(origin: 50)
    list.advance(log, rows: 10, bytes: 1 << 20, matches: isEven)
    #expect(ids(list) == [50, 52, 54, 56, 58])
    let end = list.endRow
    fill(&log, 100..<1000)
    list.drop(before: log.firstID)
    list.advance(log, rows: 10, bytes: 1 << 20, matches: isEven)
    #expect(ids(list) == [990, 992, 994, 996, 998])
    #expect(list.firstRow >= end)
    fill(&log, 1000..<1003)
    list.advance(log, rows: 10, bytes: 1 << 20, matches: isEven)
    #expect(ids(list) == Array(stride(from: 984, through: 1002, by: 2)))
  }

  @Test("A slice ends when it has seen enough bytes, but sees at least one row")
  func byteSlices() {
    var log = MessageLog(countLimit: 10_000, byteLimit: 1 << 20)
    for number in 0..<10 as Range<UInt64> {
      log.append(ServerScript.batch([Array(repeating: 0x78, count: 100)], first: number + 1))
    }
    var list = FilteredList(origin: 5)
    #expect(list.advance(log, rows: 100, bytes: 1, matches: isEven) == 1)
    #expect(list.advance(log, rows: 100, bytes: 250, matches: isEven) == 3)
    #expect(list.advance(log, rows: 100, bytes: 250, matches: isEven) == 3)
    #expect(list.advance(log, rows: 0, bytes: 250, matches: isEven) == 0)
    #expect(list.advance(log, rows: 100, bytes: 0, matches: isEven) == 0)
  }

  @Test(
    "What is not decided is asked again, at the same row, with what is known of it; what came in between goes first"
  )
  func undecided() {
    var log = MessageLog(countLimit: 10_000, byteLimit: 1 << 20)
    fill(&log, 0..<20)
    var list = FilteredList(origin: 10)
    var asked: [UInt64] = []
    var patience = 0
    func ask(_ record: MessageRecord, _ peer: Peer?, _ bytes: UnsafeRawBufferPointer, _: inout FilterProgress) -> Bool?
    {
      asked.append(record.sequence - 1)
      patience += 1
      return patience % 3 == 0 ? true : nil
    }
    #expect(list.advance(log, rows: 100, bytes: 1 << 20, matches: ask) == 1 && ids(list) == [])
    #expect(list.advance(log, rows: 100, bytes: 1 << 20, matches: ask) == 1 && ids(list) == [])
    #expect(list.advance(log, rows: 100, bytes: 1 << 20, matches: ask) == 2 && ids(list) == [10])
    #expect(asked == [10, 10, 10, 11])
    while asked.last != 9 { list.advance(log, rows: 100, bytes: 1 << 20, matches: ask) }
    #expect(!list.isComplete(for: log) && ids(list) == Array(10..<20))
    fill(&log, 20..<21)
    asked = []
    while !list.isComplete(for: log) { list.advance(log, rows: 100, bytes: 1 << 20, matches: ask) }
    #expect(ids(list) == Array(0..<21) && asked.first == 20 && asked.last == 0)
    #expect(asked.count(where: { $0 == 5 }) == 3)
  }

  @Test("The first row from an id on is found")
  func firstRow() {
    var log = MessageLog(countLimit: 10_000, byteLimit: 1 << 20)
    fill(&log, 0..<100)
    var list = FilteredList(origin: 50)
    list.advance(log, rows: 1000, bytes: 1 << 20) { record, _, _, _ in (record.sequence - 1) % 10 == 5 }
    #expect(ids(list) == [5, 15, 25, 35, 45, 55, 65, 75, 85, 95])
    let near: [(UInt64, UInt64)] = [(0, 5), (5, 5), (6, 15), (46, 55), (54, 55), (95, 95)]
    for (id, expected) in near { #expect(list[list.firstRow(from: id)] == expected, "\(id)") }
    #expect(list.firstRow(from: 96) == list.endRow && list.firstRow(from: 1000) == list.endRow)
  }

  @Test("An event is matched by its words, and has its peer where there is one")
  func events() {
    var log = MessageLog(countLimit: 100, byteLimit: 1 << 20)
    log.append(event: .connected(ServerScript.peer(1), at: ServerScript.start))
    log.append(event: .stopping(.asked, at: ServerScript.start))
    var list = FilteredList(origin: 0)
    var seen: [String] = []
    list.advance(log, rows: 10, bytes: 1000) { record, peer, words, _ in
      seen.append("\(peer?.connection.number ?? 0) \(String(decoding: words, as: UTF8.self))")
      return record.flags.contains(.notice)
    }
    #expect(seen == ["1 connected", "0 stopping"] && list.count == 2)
  }

  @Test(
    "Whatever comes and goes between slices, it ends with every match that is held, once, in order, under its number",
    arguments: 0..<20 as Range<UInt64>
  )
  func anything(seed: UInt64) {
    var random = TestRandom(seed: seed)
    var log = MessageLog(countLimit: 20_000, byteLimit: 1 << 20)
    var next: UInt64 = UInt64.random(in: 0...3000, using: &random)
    fill(&log, 0..<next)
    let divisor = UInt64.random(in: 1...9, using: &random)
    func matches(_ id: UInt64) -> Bool { id % divisor == 0 }
    let origin = UInt64.random(in: log.firstID...log.endID, using: &random)
    var list = FilteredList(origin: origin)
    var numbers: [UInt64: UInt64] = [:]
    var owners: [UInt64: UInt64] = [:]
    var earlier: MessageLog?
    func check() {
      var isRight = true
      for row in list.firstRow..<list.endRow {
        let id = list[row]
        isRight = isRight && matches(id) && numbers[id, default: row] == row && list.firstRow(from: id) == row
        isRight = isRight && owners[row, default: id] == id
        numbers[id] = row
        owners[row] = id
      }
      #expect(isRight)
      let found = ids(list)
      #expect(zip(found, found.dropFirst()).allSatisfy { $0 < $1 } && list.count == found.count)
    }
    for round in 0..<60 {
      switch Int.random(in: 0..<8, using: &random) {
      case 0..<3:
        let added = UInt64.random(in: 0...400, using: &random)
        fill(&log, next..<(next + added))
        next += added
      case 3 where round % 10 == 0: log.clear()
      case 3 where round % 3 == 0: earlier = log
      case 4:
        guard let kept = earlier, !list.isEmpty, kept.firstID <= list[list.firstRow], list.goBack(to: kept.endID) else {
          continue
        }
        (log, next) = (kept, kept.endID)
        numbers = numbers.filter { $0.key < next }
        owners = owners.filter { $0.value < next }
      default:
        let before = (list.firstRow, list.endRow)
        list.advance(log, rows: Int.random(in: 1...300, using: &random), bytes: 1 << 16) {
          record,
          _,
          _,
          _ in matches(record.sequence - 1)
        }
        #expect(list.firstRow <= before.0 || before.0 == before.1)
        #expect(list.endRow >= before.1)
      }
      list.drop(before: log.firstID)
      #expect(list.isEmpty || list[list.firstRow] >= log.firstID)
      if round % 12 == 0 { check() }
    }
    while !list.isComplete(for: log) {
      list.advance(log, rows: 500, bytes: 1 << 20) { record, _, _, _ in matches(record.sequence - 1) }
    }
    list.drop(before: log.firstID)
    check()
    #expect(ids(list) == (log.firstID..<log.endID).filter(matches))
  }
}
