import TestKit

@testable import Journal
@testable import Wire

/// A recording in a folder of its own, written by a journal on the test's thread.
final class JournalFixture {
  let folder: TemporaryDirectory
  let records = Mailbox<ServerEvent>(capacity: .max, wakeReader: {})
  private(set) var told: [ServerCommand] = []
  /// What the last journal records, to be read.
  private(set) var series: RecordingSeries?
  private var sequence: UInt64 = 0

  var path: String { "\(folder.path)/recording" }

  init() throws { folder = try TemporaryDirectory() }

  /// Has a new journal record what was posted, as one run of a server that has ended, or ends once the journal has told so
  /// many times what is recorded.
  @discardableResult
  func record(
    durability: RecordingSettings.Durability = .group,
    byteLimit: Int64? = nil,
    ageLimit: Int64? = nil,
    endsAfter toldCount: Int = 0,
    meanwhile: () throws -> Void = {},
    whenTold: () throws -> Void = {}
  ) throws -> RecordingFailure? {
    var settings = RecordingSettings(path: path)
    settings.durability = durability
    settings.byteLimit = byteLimit
    settings.ageLimit = ageLimit
    let origin = RecordingOrigin(program: "test", version: "1.0", framing: "line", reply: "ok")
    let journal = try Journal(settings, origin: origin)
    let scribe = ServerScribe { event in
      let kind = event.recorded?.kind ?? ""
      return EventDescription(notice: "\(kind)!", isAlert: kind == "dropped", json: "{\(kind)}")
    }
    series = journal.series
    try meanwhile()
    let bell = try Bell()
    if toldCount == 0 { bell.close() }
    var count = 0
    var told: Result<Void, any Error> = .success(())
    let failure = journal.run(records, by: scribe, bell: bell, endsProgram: true) { command in
      self.told.append(command)
      if case .recorded = command {
        count += 1
        if count == toldCount { bell.close() }
      }
      told = told.flatMap { Result { try whenTold() } }
    }
    try told.get()
    return failure
  }

  func post(_ event: ServerEvent) { _ = records.post(event, cost: 0) }

  /// Begins a run of a server, whose messages count from 1.
  func begin() {
    sequence = 0
    post(.listening([.tcp(host: "127.0.0.1", port: 5000)]))
  }

  /// Messages of one peer as one batch.
  func post(_ payloads: [[UInt8]], from peer: Peer = JournalFixture.peer(1)) {
    var builder = MessageBatch()
    builder.peers = [peer]
    for payload in payloads {
      sequence += 1
      builder.records.append(
        MessageRecord(
          sequence: sequence,
          time: Timestamp(nanoseconds: Int64(sequence) * 1000),
          wireCount: UInt64(payload.count + 1),
          offset: UInt32(builder.bytes.count),
          count: UInt32(payload.count),
          peer: 0,
          flags: .answered
        )
      )
      builder.bytes += payload
    }
    post(.messages(builder))
  }

  static func peer(_ number: UInt32) -> Peer {
    let address = SocketAddress.ipv4(127, 0, 0, 1, port: UInt16(50_000 + number))
    return Peer(connection: ConnectionID(number), transport: .tcp, address: address)
  }

  /// Another program's change to the file.
  func change(_ script: String) throws { try OpenRecording(path).run(script) }

  /// All that a reader finds.
  func scan() throws -> [(row: RecordedRow, bytes: [UInt8])] {
    var reader = try RecordingReader(path: path)
    return try reader.contents()
  }

  func rows(_ query: String) throws -> [String] { try OpenRecording(path).rows(query) }
}

extension RecordingReader {
  mutating func contents() throws -> [(row: RecordedRow, bytes: [UInt8])] {
    var rows: [(row: RecordedRow, bytes: [UInt8])] = []
    try scan(self.rows) { row, bytes in
      rows.append((row, Array(bytes)))
      return true
    }
    return rows
  }
}
