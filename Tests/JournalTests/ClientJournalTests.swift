import TestKit
import Testing

@testable import Journal
@testable import Wire

/// What a client's wire tells, as a recording has it.
@Suite struct ClientJournalTests {
  private static let endpoint = Endpoint.tcp(host: "localhost", port: 5000)
  private static let server = SocketAddress.ipv4(127, 0, 0, 1, port: 5000)
  private static let local = SocketAddress.ipv4(127, 0, 0, 1, port: 40_000)

  private let folder: TemporaryDirectory
  private let records = Mailbox<ClientRecord>(capacity: .max, wakeReader: {})
  private var path: String { "\(folder.path)/recording" }

  init() throws { folder = try TemporaryDirectory() }

  private func tell(_ event: ClientEvent, on connection: UInt32 = 1) {
    _ = records.post(ClientRecord(connection: connection, event: event), cost: 0)
  }

  private func connect(_ connection: UInt32 = 1) {
    tell(
      .connected(
        local: ClientJournalTests.local,
        peer: ClientJournalTests.server,
        at: Timestamp(nanoseconds: 1000)
      ),
      on: connection
    )
  }

  /// A step in the life of a message, at a moment of the wire's clock that is the time of day less 1 000 000 ns.
  private func tell(
    _ kind: TrafficRecord.Kind,
    _ message: UInt64,
    _ text: String = "",
    moment: Int64 = 0,
    roundTrip: Int64 = 0,
    isAwaited: Bool = true,
    detail: TrafficRecord.Detail = .none
  ) {
    var batch = TrafficBatch(time: Timestamp(nanoseconds: 1_009_000))
    batch.moment = 9000
    batch.bytes = Array(text.utf8)
    batch.records = [
      TrafficRecord(
        kind,
        message: message,
        wireCount: UInt64(text.utf8.count + 1),
        roundTrip: roundTrip,
        moment: moment,
        count: text.utf8.count,
        isAwaited: isAwaited,
        detail: detail
      )
    ]
    tell(.traffic(batch))
  }

  @discardableResult
  private func record(
    identification: ClientScribe.Identification? = nil,
    byteLimit: Int64? = nil
  ) throws -> RecordingFailure? {
    var settings = RecordingSettings(path: path)
    settings.byteLimit = byteLimit
    let origin = RecordingOrigin(program: "echo_client", version: "1", framing: "line", reply: "awaited")
    let journal = try Journal(settings, origin: origin)
    let scribe = ClientScribe(ClientJournalTests.endpoint, identification: identification) { notice, connection, _ in
      EventDescription(notice: "\(notice)".prefix { $0 != "(" }.description, isAlert: false, json: "{\(connection)}")
    }
    let bell = try Bell()
    bell.close()
    return journal.run(records, by: scribe, bell: bell, endsProgram: true)
  }

  private func rows(_ query: String) throws -> [String] { try OpenRecording(path).rows(query) }

  @Test(
    "Messages go both ways, each reply names the row that it answers and how long it took, and each has its own time"
  )
  func exchange() throws {
    connect()
    tell(.sent, 1, "one", moment: 1000)
    tell(.sent, 2, "two", moment: 2000)
    tell(.receipt, 1, "OK", moment: 5000, roundTrip: 4000)
    tell(.receipt, 2, "OK", moment: 6000, roundTrip: 4000)
    tell(.received, 0, "more", moment: 7000)
    #expect(try record() == nil)
    #expect(
      try rows(
        "SELECT row, seq, time, bytes, flags, answers, round_trip, CAST(payload AS TEXT) FROM messages ORDER BY row"
      ) == [
        "2|1|1001000|4|256|NULL|NULL|one", "3|2|1002000|4|256|NULL|NULL|two", "4|3|1005000|3|2048|2|4000|OK",
        "5|4|1006000|3|2048|3|4000|OK", "6|5|1007000|5|2048|NULL|NULL|more",
      ]
    )
    #expect(try rows("SELECT program, reply, endpoints FROM runs") == ["echo_client|awaited|tcp localhost:5000"])
    #expect(try rows("SELECT connection, transport, address FROM peers") == ["1|tcp|127.0.0.1:5000"])
  }

  @Test("What was not answered in time is marked, and said when it happened; an answer after that marks it late")
  func unanswered() throws {
    connect()
    tell(.sent, 1, "late", moment: 1000)
    tell(.sent, 2, "lost", moment: 2000)
    tell(.timedOut, 1)
    tell(.lateReceipt, 1, "OK", moment: 3000, roundTrip: 2000)
    tell(.failed, 2)
    tell(.failed, 3, isAwaited: false, detail: .unsent)
    tell(.ended(.closed, ClientTotals(), at: Timestamp(nanoseconds: 2_000_000)))
    try record()
    #expect(
      try rows("SELECT CAST(payload AS TEXT), flags FROM messages ORDER BY row") == [
        "late|1792", "lost|768", "OK|2048",
      ]
    )
    #expect(
      try rows("SELECT seq, kind, notice FROM events ORDER BY row") == [
        "0|connected|connection", "2|timeout|timedOut", "3|failed|unanswered", "3|failed|unsent",
        "3|finished|connection",
      ]
    )
  }

  @Test("A reply that tells itself what it answers is matched by that, also the second one")
  func identification() throws {
    connect()
    tell(.sent, 1, "ping 1", moment: 1000, isAwaited: false)
    tell(.sent, 2, "ping 2", moment: 2000, isAwaited: false)
    tell(.received, 0, "ping 2", moment: 3000)
    tell(.received, 0, "ping 1", moment: 4000)
    tell(.received, 0, "ping 1", moment: 5000)
    tell(.received, 0, "ping 7", moment: 6000)
    try record(
      identification: ClientScribe.Identification(timeoutNanoseconds: 3500) { bytes in
        bytes.last.map { UInt64($0 - 0x30) }
      }
    )
    #expect(
      try rows("SELECT answers, round_trip FROM messages WHERE flags = 2048 ORDER BY row") == [
        "3|1000", "2|3000", "2|4000", "NULL|NULL",
      ]
    )
    #expect(try rows("SELECT flags FROM messages WHERE row = 2") == ["1792"])
  }

  @Test(
    "Where replies tell what they answer, too, what is not answered in time, or never, is marked and said",
    arguments: [(1_008_000, "failed|7"), (2_000_000, "timeout|7")]
  )
  func unidentified(end: Int64, loss: String) throws {
    connect()
    tell(.sent, 1, "ping 1", moment: 1000, isAwaited: false)
    tell(.sent, 2, "ping 2", moment: 2000, isAwaited: false)
    tell(.received, 0, "ping 2", moment: 3000)
    tell(.sent, 3, "ping 3", moment: 5000, isAwaited: false)
    tell(.sent, 4, "ping 4", moment: 6000, isAwaited: false)
    tell(.received, 0, "ping 1", moment: 7000)
    tell(.received, 0, "ping 4", moment: 8000)
    tell(.ended(.closed, ClientTotals(), at: Timestamp(nanoseconds: end)))
    try record(
      identification: ClientScribe.Identification(timeoutNanoseconds: 3500) { bytes in
        bytes.last.map { UInt64($0 - 0x30) }
      }
    )
    #expect(
      try rows("SELECT CAST(payload AS TEXT), flags FROM messages WHERE flags & 256 ORDER BY row") == [
        "ping 1|1792", "ping 2|256", "ping 3|768", "ping 4|256",
      ]
    )
    #expect(
      try rows("SELECT kind, seq FROM events WHERE kind IN ('timeout', 'failed') ORDER BY row") == ["timeout|3", loss]
    )
  }

  @Test("Connections have numbers of their own, and messages one numbering through all of them")
  func connections() throws {
    for connection in 1...2 as ClosedRange<UInt32> {
      connect(connection)
      tell(.sent, UInt64(connection), "hello", moment: 1000)
      tell(.ended(.peerClosed, ClientTotals(), at: Timestamp(nanoseconds: 2_000_000)), on: connection)
    }
    try record()
    #expect(
      try rows("SELECT seq, connection FROM messages JOIN peers USING (peer) ORDER BY row") == ["1|1", "2|2"]
    )
    #expect(try rows("SELECT count(*) FROM runs") == ["1"])
  }

  @Test("A reply to a message of the file before has its time, and answers no row")
  func rotation() throws {
    connect()
    for id in 1...5000 as ClosedRange<UInt64> {
      tell(.sent, id, String(repeating: "x", count: 100), moment: Int64(id))
    }
    for id in 1...5000 as ClosedRange<UInt64> { tell(.receipt, id, "OK", moment: 6000, roundTrip: 1) }
    try record(byteLimit: 64 << 10)
    try #require(folder.names.count > 1)
    var replies = 0
    for name in folder.names {
      let file = try OpenRecording("\(folder.path)/\(name)")
      let wrong = """
        SELECT count(*) FROM messages AS reply WHERE reply.answers IS NOT NULL
          AND (SELECT flags FROM messages WHERE row = reply.answers) IS NOT 256
        """
      #expect(try file.rows(wrong) == ["0"])
      replies +=
        try file.rows("SELECT count(*) FROM messages WHERE flags = 2048 AND round_trip = 1").first.flatMap {
          Int($0)
        } ?? 0
    }
    #expect(replies == 5000)
  }

  @Test("Where messages are is found by their numbers, and forgotten once they are settled")
  func sentMessages() {
    var sent = SentMessages()
    for id in 1...3 as ClosedRange<UInt64> {
      sent.add(id, SentMessages.Place(file: 1, row: Int64(id) + 10, sequence: id, moment: 5))
    }
    sent.add(7, SentMessages.Place(file: 1, row: 20, sequence: 4, moment: 6))
    #expect(sent.place(of: 3) == SentMessages.Place(file: 1, row: 13, sequence: 3, moment: 5))
    #expect(sent.place(of: 7)?.row == 20)
    #expect(sent.place(of: 4) == nil && sent.place(of: 0) == nil && sent.place(of: 8) == nil)
    for id in 1...3 as ClosedRange<UInt64> { sent.settle(id) }
    #expect(sent.place(of: 2) == nil)
    #expect(sent.place(of: 7)?.sequence == 4)
  }
}
