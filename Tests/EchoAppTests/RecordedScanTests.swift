import Glibc
import Journal
import TestKit
import Testing
import Wire

@testable import Echo
@testable import EchoApp

/// A recording that is read in bulk, against its pages.
@Suite struct RecordedScanTests {
  private struct Row: Hashable {
    var id: UInt64
    /// What it says by itself, whatever it was read with.
    var record: MessageRecord
    var peer: Peer?
    var bytes: [UInt8]

    init(_ id: UInt64, _ record: MessageRecord, _ peer: Peer?, _ bytes: UnsafeRawBufferPointer) {
      self.id = id
      self.record = record
      (self.record.offset, self.record.count, self.record.peer) = (0, 0, 0)
      self.peer = peer
      self.bytes = Array(bytes)
    }

    /// What is known of it where bytes alone were asked for.
    var bytesAlone: Row {
      var row = self
      row.record = MessageRecord(
        sequence: 0,
        time: Timestamp(nanoseconds: 0),
        wireCount: 0,
        offset: 0,
        count: 0,
        peer: 0,
        flags: record.flags.intersection(.notice)
      )
      return row
    }
  }

  /// Messages and events in the files `recording.1`, `recording.2` and `recording`.
  private struct Recording {
    let folder: TemporaryDirectory
    let file: RecordedFile
    let end: UInt64

    /// `change` is made to the files before they are read.
    init(_ change: (_ path: String) throws -> Void = { _ in }) throws {
      folder = try TemporaryDirectory()
      let path = "\(folder.path)/recording"
      var settings = RecordingSettings(path: path)
      settings.byteLimit = 1_000_000
      let origin = RecordingOrigin(program: "test", version: "1.0", framing: "line", reply: "ok")
      let journal = try Journal(settings, origin: origin)
      let scribe = ServerScribe { _ in EventDescription(notice: "connected\u{1B}", isAlert: false, json: "{}") }
      let records = Mailbox<ServerEvent>(capacity: .max, wakeReader: {})
      _ = records.post(.listening([.tcp(host: "127.0.0.1", port: 5000)]), cost: 0)
      for number in 0..<260 as Range<UInt64> {
        let peer = Recording.peer(UInt32(number % 7))
        _ = records.post(.connected(peer, at: Timestamp(nanoseconds: Int64(number * 1000))), cost: 0)
        _ = records.post(.messages(Recording.batch(number * 10 + 1, from: peer)), cost: 0)
      }
      let bell = try Bell()
      bell.close()
      try #require(journal.run(records, by: scribe, bell: bell, endsProgram: true) == nil)
      try change(path)
      file = RecordedFile(journal.series, framing: .line)
      end = file.refresh()
    }

    private static func peer(_ number: UInt32) -> Peer {
      let address = SocketAddress.ipv4(127, 0, 0, 1, port: UInt16(50_000 + number))
      return Peer(connection: ConnectionID(number + 1), transport: .tcp, address: address)
    }

    /// Ten messages of a thousand bytes: a mebibyte of them is committed in one go, and a file is full then.
    private static func batch(_ first: UInt64, from peer: Peer) -> MessageBatch {
      var batch = MessageBatch()
      batch.peers = [peer]
      for sequence in first..<(first + 10) {
        let end = sequence % 13 == 0 ? 0x1B : sequence % 5 == 0 ? 0x0D : 0x61 as UInt8
        let payload = Array("\(sequence)".utf8) + [UInt8](repeating: 0x61, count: 990) + [end]
        batch.records.append(
          MessageRecord(
            sequence: sequence,
            time: Timestamp(nanoseconds: Int64(sequence * 1000)),
            wireCount: UInt64(payload.count + 1),
            offset: UInt32(batch.bytes.count),
            count: UInt32(payload.count),
            peer: 0,
            flags: sequence % 17 == 0 ? [.answered, .truncated] : .answered
          )
        )
        batch.bytes += payload
      }
      return batch
    }

    /// What a scan in bulk gives until there are as many rows as are wanted, and where it says that it ended.
    func scan(
      _ ids: Range<UInt64>,
      _ content: RowContent = .whole,
      isReversed: Bool,
      limit: Int = .max
    ) -> (rows: [Row], edge: UInt64) {
      var rows: [Row] = []
      let edge = file.scan(ids, isReversed: isReversed, reading: content) {
        rows.append(Row($0, $1, $2, $3))
        return rows.count < limit
      }
      return (rows, edge)
    }

    private func page(_ ids: Range<UInt64>, isReversed: Bool) -> (rows: [Row], edge: UInt64) {
      let page = isReversed ? file.page(upTo: ids.upperBound - 1) : file.page(from: ids.lowerBound)
      var rows: [Row] = []
      _ = page.visit(page.places(of: ids), isReversed: isReversed) {
        rows.append(Row($0, $1, $2, $3))
        return true
      }
      return (rows, isReversed ? page.range.lowerBound : min(page.range.upperBound, end))
    }

    /// All rows, by pages alone or, where some content is asked for, in bulk wherever that brings on.
    func rows(_ content: RowContent? = nil, isReversed: Bool) -> [Row] {
      var rows: [Row] = []
      var rest = 0..<end
      while !rest.isEmpty {
        let start = isReversed ? rest.upperBound : rest.lowerBound
        var (found, edge) = content.map { scan(rest, $0, isReversed: isReversed) } ?? ([], start)
        if edge == start { (found, edge) = page(rest, isReversed: isReversed) }
        guard edge != start else { break }
        rows += found
        rest = isReversed ? 0..<edge : edge..<end
      }
      return rows
    }
  }

  /// Reads recordings that `change` was made to, either way; gives the ids of their rows.
  private func compare(_ change: (_ path: String) throws -> Void) throws -> (forward: [UInt64], backward: [UInt64]) {
    let ids = try [false, true].map { isReversed in
      let paged = try Recording(change).rows(isReversed: isReversed)
      #expect(try Recording(change).rows(.whole, isReversed: isReversed) == paged)
      let alone = try Recording(change).rows(.bytes, isReversed: isReversed)
      #expect(alone.map(\.bytesAlone) == paged.map(\.bytesAlone))
      return paged.map(\.id)
    }
    return (ids[0], ids[1])
  }

  @Test("All rows come, through all of the files, and say the same")
  func files() throws {
    let recording = try Recording()
    #expect(recording.folder.names == ["recording", "recording.1", "recording.2"])
    #expect(recording.end == 2860)
    let ids = try compare { _ in }
    #expect(ids.forward == Array(0..<2860) && ids.backward == (0..<2860).reversed())
  }

  @Test("Any stretch comes, as far as it is wanted, and tells where it ended")
  func stretches() throws {
    let recording = try Recording()
    let all = recording.rows(isReversed: false)
    var random = TestRandom(seed: 1)
    for round in 0..<200 {
      let start = UInt64.random(in: 0..<recording.end, using: &random)
      let ids = start..<UInt64.random(in: start...recording.end, using: &random)
      let limit = round % 2 == 0 ? Int.max : .random(in: 1...300, using: &random)
      for isReversed in [false, true] {
        let (rows, edge) = recording.scan(ids, isReversed: isReversed, limit: limit)
        let held = all[Int(ids.lowerBound)..<Int(ids.upperBound)]
        #expect(rows == Array((isReversed ? held.reversed() : Array(held)).prefix(limit)))
        let wholeEdge = isReversed ? ids.lowerBound : ids.upperBound
        #expect(edge == (rows.count < limit ? wholeEdge : rows.last.map { isReversed ? $0.id : $0.id + 1 }))
      }
    }
  }

  @Test("What begins beyond the end is left to a page; what leads there ends at the end")
  func beyondEnd() throws {
    let recording = try Recording()
    let end = recording.end
    let forward = recording.scan(end - 10..<end + 10, isReversed: false)
    #expect(forward.rows.map(\.id) == Array(end - 10..<end) && forward.edge == end)
    for (ids, isReversed) in [(end..<end + 10, false), (end + 5..<end + 10, false), (end - 10..<end + 1, true)] {
      let (rows, edge) = recording.scan(ids, isReversed: isReversed)
      #expect(rows == [] && edge == (isReversed ? ids.upperBound : ids.lowerBound))
    }
  }

  @Test("Of a file that is gone, and backward of those before it, no row comes", arguments: [1, 2])
  func goneFile(number: Int) throws {
    let ids = try compare { unlink("\($0).\(number)") }
    let backward = Array(ids.backward.reversed())
    let start = try #require(backward.first)
    #expect(start > 1000 && backward == Array(start..<2860))
    #expect(Array(ids.forward.suffix(backward.count)) == backward)
    #expect((ids.forward.count > backward.count) == (number == 2))
  }

  @Test("Once a file is found gone, whoever asks for its rows is told of none")
  func goneRows() throws {
    let recording = try Recording { unlink("\($0).2") }
    _ = recording.rows(.whole, isReversed: true)
    #expect(recording.file.firstID > 1000)
    #expect(recording.file.page(upTo: 5).rowCount == 0)
    for isReversed in [false, true] { #expect(recording.scan(0..<10, isReversed: isReversed).rows == []) }
  }

  @Test("Damage midway costs the same rows", arguments: ["", ".1", ".2"])
  func damage(suffix: String) throws {
    let ids = try compare { path in
      // A message and an event of one number.
      try OpenRecording(path + suffix).run(
        "UPDATE events SET row = row - 1 WHERE row = (SELECT min(row) FROM events WHERE row > 300)"
      )
    }
    for ids in [ids.forward, ids.backward] { #expect(ids.count > 2600 && ids.count < 2860) }
  }
}
