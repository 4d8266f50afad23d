import TestKit
import Testing
import Wire

@testable import Echo

/// A recording as a log, over rows that are made up.
@Suite struct RecordedLogTests {
  private func log(_ rows: FakeRows) -> ServerLog { ServerLog(RecordedLog(rows)) }

  /// The rows of `range`, by the pages alone.
  private func ids(_ log: ServerLog, _ range: Range<UInt64>, isReversed: Bool = false) -> [UInt64] {
    var ids: [UInt64] = []
    var range = range
    while !range.isEmpty {
      // A scan may end early where nothing can be read; whoever asks goes on.
      let edge = log.scanStretches(range, isReversed: isReversed) { id, _, _, _ in
        ids.append(id)
        return true
      }
      range = isReversed ? range.lowerBound..<edge : edge..<range.upperBound
    }
    return ids
  }

  @Test("Rows come in order, either way and from anywhere, whatever page they are on")
  func order() {
    let log = log(FakeRows(texts: (0..<1000).map { "message \($0)" }))
    for range in [0..<1000, 1..<2, 127..<129, 128..<999, 300..<300] as [Range<UInt64>] {
      #expect(ids(log, range) == Array(range))
      #expect(ids(log, range, isReversed: true) == range.reversed())
    }
    #expect(log[517].map { String(decoding: $0.payload, as: UTF8.self) } == "message 517")
    #expect(log[1000] == nil)
  }

  @Test("A scan that is broken off tells where, as that of a log in memory does")
  func brokenOff() {
    let texts = (0..<400).map { "message \($0)" }
    let recorded = log(FakeRows(texts: texts))
    var memory = MessageLog(countLimit: 1000, byteLimit: 1 << 20)
    memory.append(ServerScript.batch(texts.map { Array($0.utf8) }))
    for stop in [0, 100, 127, 128, 399] as [UInt64] {
      func ends(_ log: some StretchedLog) -> [UInt64] {
        [log.scan(0..<400) { id, _, _, _ in id != stop }, log.scanReversed(0..<400) { id, _, _, _ in id != stop }]
          + [false, true].map { log.scanStretches(0..<400, isReversed: $0) { id, _, _, _ in id != stop } }
      }
      #expect(ends(recorded) == [stop + 1, stop, stop + 1, stop])
      #expect(ends(memory) == ends(recorded))
    }
  }

  @Test("Rows that are not there, or can't be read, are passed over")
  func gaps() {
    let rows = FakeRows(texts: (0..<600).map(String.init))
    rows.remove(150..<300)
    rows.damage(400..<500)
    let log = log(rows)
    let there = Array(0..<150) + Array(300..<400) + Array(500..<600)
    #expect(ids(log, 0..<600) == there.map(UInt64.init))
    #expect(ids(log, 0..<600, isReversed: true) == there.reversed().map(UInt64.init))
    #expect(rows.takeFailure() == "it is damaged")
    #expect(log[200] == nil && log[450] == nil)
  }

  @Test(
    "Plain mode prints what the server would have, whatever the bytes; an event that can't be understood has its words"
  )
  func transcript() {
    let stopping = #"{"event":"stopping","time":"2026-11-22T15:47:58.004000Z"}"#
    var rows: [FakeRows.Row?] = HostileCorpus.payloads.enumerated().map { FakeRows.message($0.offset, $0.element) }
    rows.append(FakeRows.event(rows.count, "stopping", line: stopping))
    rows.append(FakeRows.event(rows.count, "\u{1B}[31m", line: "{\u{1B}"))
    rows.append(FakeRows.message(rows.count, [0x78], from: nil))
    func printed(_ format: OutputFormat) -> PlainOutput {
      var transcript = RecordedTranscript(FakeRows(rows), format: format)
      var plain = PlainOutput()
      while transcript.append(to: &plain) {}
      return plain
    }
    func lines(_ bytes: [UInt8]) -> [String] {
      String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
    let text = printed(.text)
    var expected = PlainOutput()
    var transcript = ServerTranscript(format: .text, framing: .line)
    transcript.append(.messages(ServerScript.batch(HostileCorpus.payloads)), to: &expected)
    #expect(Array(lines(text.output).dropLast()) == lines(expected.output))
    #expect(lines(text.lateNotices) == ["stopping", "\\e[31m"])
    let json = lines(printed(.json).output)
    #expect(json.count == rows.count && json.compactMap(VisibleText.complaint) == [])
    #expect(json.suffix(3).first == stopping)
    #expect(json.suffix(2).first?.contains(#""event":"unknown""#) == true)
  }
}
