import Testing

@testable import Wire

/// A spool that a test fills, and what it should have told by then.
private final class FilledSpool {
  let wakes = ServerScript()
  let spool: EventSpool
  private(set) var totals = ServerTotals()
  private(set) var now: Int64 = 0

  init(_ change: (inout EventSpool.Bounds) -> Void = { _ in }) {
    var bounds = EventSpool.Bounds()
    change(&bounds)
    let wakes = wakes
    spool = EventSpool(bounds: bounds) { _ = wakes.next() }
  }

  static let peers = (1...3).map {
    Peer(connection: ConnectionID($0), transport: .tcp, address: .ipv4(127, 0, 0, 1, port: 9))
  }
  static let peer = peers[0]

  /// What tells a message from others, and whose it is.
  static func mark(_ sequence: UInt64) -> (byte: UInt8, peer: Int) { (UInt8(sequence % 251), Int(sequence / 2 % 3)) }

  /// Adds a batch of messages of these sizes, each with a byte more on the wire.
  func add(messages sizes: [Int], flags: MessageRecord.Flags = []) {
    var batch = MessageBatch()
    batch.peers = FilledSpool.peers
    var wireCount: UInt64 = 0
    for size in sizes {
      totals.traffic.messages += 1
      totals.count(flags)
      wireCount += UInt64(size + 1)
      batch.records.append(
        MessageRecord(
          sequence: totals.traffic.messages,
          time: Timestamp(nanoseconds: now),
          wireCount: UInt64(size + 1),
          offset: UInt32(batch.bytes.count),
          count: UInt32(size),
          peer: UInt32(FilledSpool.mark(totals.traffic.messages).peer),
          flags: flags
        )
      )
      batch.bytes += [UInt8](repeating: FilledSpool.mark(totals.traffic.messages).byte, count: size)
    }
    totals.traffic.bytesReceived += wireCount
    spool.append(.messages(batch), wireCount: wireCount, current: totals, now: now)
  }

  func add(_ notice: ServerEvent) { spool.append(notice, current: totals, now: now) }

  func connect() {
    totals.connections += 1
    add(.connected(FilledSpool.peer, at: Timestamp(nanoseconds: now)))
  }

  func pass(nanoseconds: Int64) { now += nanoseconds }
}

/// Somebody who reads a spool, and counts what they get and what they miss.
private struct SpoolReader {
  var cursor: SpoolCursor
  var sequences: [UInt64] = []
  var got = MissedEvents(messages: 0)
  var missed = MissedEvents(messages: 0)
  var isOver = false

  init(_ filled: FilledSpool, _ point: AttachPoint) throws {
    cursor = try #require(filled.spool.place(at: point)).cursor
  }

  /// Reads once; whether there was something.
  @discardableResult
  mutating func read(_ filled: FilledSpool, bytes: Int = .max) -> Bool {
    switch filled.spool.read(&cursor, bytes: bytes) {
    case .event(.messages(let batch)):
      sequences += batch.records.map(\.sequence)
      for record in batch.records {
        let mark = FilledSpool.mark(record.sequence)
        #expect(batch.payload(of: record).allSatisfy { $0 == mark.byte })
        #expect(batch.peer(of: record) == FilledSpool.peers[mark.peer])
      }
      got.messages += UInt64(batch.records.count)
      got.bytes += batch.records.reduce(0) { $0 + $1.wireCount }
    case .event: got.notices += 1
    case .missed(let more):
      missed.messages += more.messages
      missed.bytes += more.bytes
      missed.notices += more.notices
    case .nothing: return false
    case .over:
      isOver = true
      return false
    }
    return true
  }

  mutating func readAll(_ filled: FilledSpool, bytes: Int = .max) {
    while read(filled, bytes: bytes) {}
  }

  var all: MissedEvents {
    MissedEvents(
      messages: got.messages + missed.messages,
      bytes: got.bytes + missed.bytes,
      notices: got.notices + missed.notices
    )
  }
}

@Suite struct EventSpoolTests {
  @Test("Several readers get all, in order, each at a pace of its own")
  func readers() throws {
    let filled = FilledSpool()
    var quick = try SpoolReader(filled, .now)
    var slow = try SpoolReader(filled, .oldest)
    for round in 0..<10 {
      filled.connect()
      filled.add(messages: [1, 2, 3])
      quick.readAll(filled)
      if round.isMultiple(of: 4) { slow.read(filled, bytes: 1) }
    }
    slow.readAll(filled, bytes: 1)
    for reader in [quick, slow] {
      #expect(reader.sequences == Array(1...30))
      #expect(reader.got == MissedEvents(messages: 30, bytes: 90, notices: 10))
      #expect(reader.missed == MissedEvents(messages: 0))
    }
  }

  @Test("What is beyond a bound goes, and a reader learns exactly what it missed", arguments: ["bytes", "events"])
  func bounds(_ bound: String) throws {
    let filled = FilledSpool { bounds in
      if bound == "bytes" { bounds.bytes = 20_000 } else { bounds.events = 7 }
      bounds.youngNanoseconds = 0
    }
    var readers = try (0..<3).map { _ in try SpoolReader(filled, .oldest) }
    for round in 0..<500 {
      if round.isMultiple(of: 3) { filled.connect() }
      filled.add(messages: Array(repeating: round % 50, count: 1 + round % 7))
      readers[0].readAll(filled)
      // One message of a batch, so that the rest of it is what goes.
      if round.isMultiple(of: 11) { readers[1].read(filled, bytes: 1) }
    }
    for index in readers.indices { readers[index].readAll(filled) }
    let all = MissedEvents(
      messages: filled.totals.traffic.messages,
      bytes: filled.totals.traffic.bytesReceived,
      notices: filled.totals.connections
    )
    #expect(readers.map(\.all) == [all, all, all])
    #expect(readers[0].missed == MissedEvents(messages: 0))
    for reader in readers[1...] {
      #expect(reader.missed.messages > 0 && reader.missed.notices > 0)
      #expect(reader.sequences.last == all.messages)
      #expect(reader.sequences == reader.sequences.sorted())
    }
  }

  @Test("A message that is larger than the spool is missed, and no more than that")
  func large() throws {
    let filled = FilledSpool { $0.bytes = 10_000 }
    var reader = try SpoolReader(filled, .now)
    filled.add(messages: [20_000])
    filled.add(messages: [1])
    reader.readAll(filled)
    #expect(reader.missed == MissedEvents(messages: 1, bytes: 20_001))
    #expect(reader.sequences == [2])
  }

  @Test("Of what is young little is kept, unless somebody reads")
  func young() {
    let filled = FilledSpool {
      $0.youngBytes = 10_000
      $0.youngNanoseconds = 1000
    }
    filled.add(messages: [5000])
    filled.pass(nanoseconds: 1000)
    for _ in 0..<10 { filled.add(messages: [5000]) }
    #expect(filled.spool.messages.oldest == 1)
    filled.pass(nanoseconds: 500)
    filled.spool.addReaders(1)
    filled.add(messages: [5000])
    #expect(filled.spool.messages == (1, 13))
    filled.spool.addReaders(-1)
    // The oldest may stay as long as it is; those after it are what is young.
    filled.pass(nanoseconds: 499)
    filled.add(messages: [5000])
    #expect(filled.spool.messages.oldest == 1)
    for _ in 0..<10_000 { filled.add(messages: [5000]) }
    #expect(filled.spool.messages.next - filled.spool.messages.oldest == 1)
  }

  /// A spool of some twenty messages with a reader, that overflows when they come within 100 nanoseconds.
  private func flooded() -> FilledSpool {
    let filled = FilledSpool {
      $0.bytes = 100_000
      $0.youngBytes = 10_000
      $0.youngNanoseconds = 1000
      $0.floodNanoseconds = 100
      $0.burstNanoseconds = 200
    }
    filled.spool.addReaders(1)
    return filled
  }

  private func kept(_ filled: FilledSpool) -> UInt64 { filled.spool.messages.next - filled.spool.messages.oldest }

  @Test("Of a flood that no reader keeps up with little is kept until it is over")
  func flood() {
    let filled = flooded()
    for _ in 0..<100 {
      filled.add(messages: [5000])
      filled.pass(nanoseconds: 4)
    }
    #expect(kept(filled) == 1)
    filled.connect()
    #expect(kept(filled) == 1)
    filled.pass(nanoseconds: 1000)
    for _ in 0..<15 { filled.add(messages: [5000]) }
    #expect(kept(filled) == 16)
  }

  @Test("Of a burst all is kept that fits, and so of what comes no faster than it can be read", arguments: [0, 10])
  func burst(_ pause: Int64) {
    let filled = flooded()
    for _ in 0..<100 {
      filled.add(messages: [5000])
      filled.pass(nanoseconds: pause)
    }
    #expect(kept(filled) > 15)
  }

  @Test(
    "A place is found by what is asked for, in the middle of a batch too, with what was counted before it",
    arguments: [
      (.oldest, 1, 0), (.tail(2), 8, 1), (.tail(4), 6, 1), (.tail(1000), 1, 0), (.tail(0), 10, 2), (.now, 10, 2),
      (.message(1), 1, 1), (.message(5), 5, 1), (.message(7), 7, 1), (.message(10), 10, 2),
    ] as [(AttachPoint, UInt64, UInt64)]
  )
  func places(_ point: AttachPoint, first: UInt64, connections: UInt64) throws {
    let filled = FilledSpool()
    filled.connect()
    filled.add(messages: [1, 2, 3], flags: .truncated)
    filled.add(messages: [4, 5, 6, 7, 8, 9], flags: .partial)
    filled.connect()
    let place = try #require(filled.spool.place(at: point))
    #expect(place.missed == nil)
    #expect(place.cursor.nextMessage == first)
    var expected = ServerTotals()
    expected.traffic.messages = first - 1
    expected.traffic.bytesReceived = (1..<first).reduce(0) { $0 + $1 + 1 }
    expected.connections = connections
    expected.truncated = min(first - 1, 3)
    expected.partial = first - 1 - expected.truncated
    #expect(place.totals == expected)
    #expect(place.peers == connections)
    var reader = try SpoolReader(filled, point)
    reader.readAll(filled, bytes: 1)
    #expect(reader.sequences == Array(first..<10))
    #expect(reader.got.notices == 2 - connections)
  }

  @Test("Wherever a reader begins, it is told what was before, and gets what came since")
  func everyPlace() throws {
    let filled = FilledSpool {
      $0.events = 1000
      $0.youngNanoseconds = 0
    }
    var counts: [UInt64: (totals: ServerTotals, notices: UInt64)] = [:]
    var notices: UInt64 = 0
    for round in 0..<2000 {
      if round.isMultiple(of: 3) {
        filled.connect()
        notices += 1
      }
      counts[filled.totals.traffic.messages + 1] = (filled.totals, notices)
      let sizes = [Int](repeating: round % 40, count: round.isMultiple(of: 8) ? 9 : 1 + round % 3)
      filled.add(messages: sizes, flags: round.isMultiple(of: 7) ? .truncated : [])
    }
    let (oldest, next) = filled.spool.messages
    #expect(next - oldest > 500)
    for (message, expected) in counts where message >= oldest {
      let place = try #require(filled.spool.place(at: .message(message)))
      #expect(place.totals == expected.totals)
      var reader = try SpoolReader(filled, .message(message))
      reader.read(filled)
      #expect(reader.sequences.first == message)
      reader.readAll(filled)
      #expect(
        reader.all
          == MissedEvents(
            messages: next - message,
            bytes: filled.totals.traffic.bytesReceived - expected.totals.traffic.bytesReceived,
            notices: notices - expected.notices
          )
      )
    }
  }

  @Test("An event takes little memory, whatever the largest could hold")
  func eventSize() {
    #expect(MemoryLayout<ServerEvent>.stride <= 88)
    #expect(MemoryLayout<Peer>.stride == 32)
  }

  @Test("Of a message that is gone it is told how many went with it, up to the oldest that is there")
  func gone() throws {
    let filled = FilledSpool {
      $0.events = 3
      $0.youngNanoseconds = 0
    }
    for _ in 0..<10 { filled.add(messages: [1, 1]) }
    #expect(filled.spool.messages == (15, 21))
    for (wanted, count) in [(0, 14), (1, 14), (10, 5), (14, 1)] as [(UInt64, UInt64)] {
      let place = try #require(filled.spool.place(at: .message(wanted)))
      #expect(place.missed == MissedEvents(messages: count))
      #expect(place.cursor.nextMessage == 15)
      #expect(place.totals.traffic.messages == 14)
    }
    #expect(try #require(filled.spool.place(at: .message(15))).missed == nil)
  }

  @Test("A message that is still to come is waited for; at the end there is the last word")
  func future() throws {
    let filled = FilledSpool()
    #expect(filled.spool.place(at: .message(2)) == nil)
    filled.add(messages: [1])
    #expect(filled.wakes.count == 1)
    // It is the next to come.
    #expect(filled.spool.place(at: .message(2))?.cursor.nextMessage == 2)
    #expect(filled.spool.place(at: .message(9)) == nil)
    filled.add(.stopped(filled.totals, at: Timestamp(nanoseconds: 0)))
    filled.spool.end()
    var reader = try SpoolReader(filled, .message(9))
    reader.readAll(filled)
    #expect(reader.got == MissedEvents(messages: 0, notices: 1))
    #expect(reader.isOver)
  }

  @Test("A reader is woken once, and only if it found nothing")
  func waking() throws {
    let filled = FilledSpool()
    var reader = try SpoolReader(filled, .now)
    filled.add(messages: [1])
    #expect(filled.wakes.count == 0)
    reader.readAll(filled)
    filled.add(messages: [1])
    filled.add(messages: [1])
    #expect(filled.wakes.count == 1)
    reader.readAll(filled)
    #expect(!reader.isOver)
    filled.spool.end()
    #expect(filled.wakes.count == 2)
    filled.add(messages: [1])
    reader.readAll(filled)
    #expect(reader.isOver)
    #expect(reader.sequences == [1, 2, 3])
  }

  @Test("It knows which connections are open")
  func connections() {
    let filled = FilledSpool()
    let peer = FilledSpool.peer
    #expect(!filled.spool.isOpen(peer.connection))
    filled.connect()
    #expect(filled.spool.isOpen(peer.connection))
    filled.add(.disconnected(peer, .finished, Traffic(), at: Timestamp(nanoseconds: 0)))
    #expect(!filled.spool.isOpen(peer.connection))
  }

  @Test("A place tells what the recording was then, however long ago that was told")
  func recording() throws {
    let filled = FilledSpool { $0.events = 4 }
    let failure = RecordingFailure(reason: "disk full", lastSequence: 3, endsProgram: false)
    let time = Timestamp(nanoseconds: 0)
    func status(_ point: AttachPoint) throws -> RecordingStatus? {
      try #require(filled.spool.place(at: point)).recording
    }
    filled.add(messages: [1])
    #expect(try status(.now) == nil)
    filled.add(.recording(file: "messages.db", .started(durability: "group"), at: time))
    #expect(try status(.oldest) == nil)
    #expect(try status(.now) == .going(file: "messages.db"))
    for _ in 0..<10 { filled.add(messages: [1]) }
    filled.add(.recording(file: "messages.db", .rotated(to: "messages.db.1"), at: time))
    #expect(try status(.oldest) == .going(file: "messages.db"))
    filled.add(messages: [1])
    filled.add(.recordingFailed(failure, at: time))
    #expect(try status(.tail(1)) == .going(file: "messages.db"))
    #expect(try status(.now) == .failed(failure))
  }
}
