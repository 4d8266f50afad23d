import Screen
package import Wire

/// What a client's view remembers: messages sent with what became of them, messages received, and events; bounded by
/// count and by bytes.
///
/// A row is a range of its chunk's bytes, never an object of its own; the oldest go first.
package struct ClientLog: StretchedLog {
  /// What has become of a message that was sent.
  package enum Fate: Hashable, Sendable {
    case queued
    /// The kernel has it, and no reply is awaited.
    case written
    case waiting
    /// Answered, after so many nanoseconds.
    case answered(Int64)
    case timedOut
    /// Answered after it had timed out.
    case late(Int64)
    /// Written, and the connection ended before an answer: whether it arrived is unknown.
    case inDoubt
    /// In doubt, and sent again by the user in a row of its own.
    case resent
    /// The network did not take it.
    case failed
  }

  package enum Kind: Hashable, Sendable {
    case sent(Fate)
    case received
    /// Something to tell.
    case event
    case alert
  }

  package struct Row: Sendable {
    package let kind: Kind
    package let time: Timestamp
    package let wireCount: UInt64
    /// The message's number, and of a reply that of the message it answers; 0 for none.
    package let message: UInt64
    package let flags: MessageRecord.Flags
    package let payload: ArraySlice<UInt8>

    package var isNotice: Bool { kind == .event || kind == .alert }
  }

  struct Record: Sendable {
    var kind: Kind
    let time: Timestamp
    let wireCount: UInt64
    let message: UInt64
    let flags: MessageRecord.Flags
    var offset: UInt32 = 0
    let count: UInt32

    /// The row as filters see it.
    var asMessage: MessageRecord {
      MessageRecord(
        sequence: message,
        time: time,
        wireCount: wireCount,
        offset: offset,
        count: count,
        peer: 0,
        flags: flags.union(kind.flags)
      )
    }
  }

  struct Chunk: LogChunk, LogStretch {
    let firstID: UInt64
    var records: [Record] = []
    var bytes: [UInt8] = []

    var rowCount: Int { records.count }
    var byteCount: Int { bytes.count + records.count * MemoryLayout<Record>.stride }

    func visit(_ places: Range<Int>, isReversed: Bool, _ body: RowVisitor) -> UInt64? {
      bytes.withUnsafeBytes { bytes in
        for step in 0..<places.count {
          let place = isReversed ? places.upperBound - 1 - step : places.lowerBound + step
          let record = records[place].asMessage
          let id = firstID + UInt64(place)
          if !body(id, record, nil, record.payload(in: bytes)) { return id }
        }
        return nil
      }
    }

    mutating func append(_ record: Record, _ payload: some Collection<UInt8>) {
      var record = record
      record.offset = UInt32(bytes.count)
      records.append(record)
      bytes.append(contentsOf: payload)
    }
  }

  private var chunks: LogChunks<Chunk>
  /// Rows of the messages whose fate can still change, by message.
  private var open: [UInt64: UInt64] = [:]
  package private(set) var changeCount: UInt64 = 0
  /// What becomes of a message is told to the log, and to no copy.
  var isLasting: Bool { false }

  package init(countLimit: Int, byteLimit: Int) { chunks = LogChunks(countLimit: countLimit, byteLimit: byteLimit) }

  package var count: Int { chunks.count }
  /// The memory that the rows take, in bytes.
  package var byteCount: Int { chunks.byteCount }
  /// The id of the oldest row that is held; rows are numbered from 0.
  package var firstID: UInt64 { chunks.firstID }
  /// One past the newest row's id.
  package var endID: UInt64 { chunks.endID }

  package subscript(id: UInt64) -> Row? {
    guard let place = chunks.place(of: id) else { return nil }
    let chunk = chunks[place.chunk]
    let record = chunk.records[place.row]
    let start = Int(record.offset)
    return Row(
      kind: record.kind,
      time: record.time,
      wireCount: record.wireCount,
      message: record.message,
      flags: record.flags,
      payload: chunk.bytes[start..<(start + Int(record.count))]
    )
  }

  func stretch(of id: UInt64, isReversed: Bool) -> Chunk? { chunks.place(of: id).map { chunks[$0.chunk] } }

  // MARK: Rows come

  /// A message of the user's, on its way out.
  package mutating func append(message: UInt64, payload: some Collection<UInt8>, wireCount: UInt64, at time: Timestamp)
  {
    open[message] = endID
    append(.sent(.queued), payload, wireCount: wireCount, message: message, at: time)
  }

  /// Forgets every row; ids go on counting.
  package mutating func clear() {
    chunks.removeAll()
    open.removeAll()
  }

  package mutating func append(
    received payload: some Collection<UInt8>,
    wireCount: UInt64,
    flags: MessageRecord.Flags,
    answering message: UInt64 = 0,
    at time: Timestamp
  ) {
    append(.received, payload, wireCount: wireCount, message: message, flags: flags, at: time)
  }

  /// Something to tell, as visible text.
  package mutating func append(notice: String, isAlert: Bool, at time: Timestamp) {
    // A row holds bytes, which are made visible whenever it is shown: what was foreign in the text is foreign again.
    append(isAlert ? .alert : .event, Printable.bytes(of: notice) ?? Array(notice.utf8), wireCount: 0, at: time)
  }

  /// Notes what has become of a message; false when its row is no longer held.
  @discardableResult package mutating func mark(_ message: UInt64, _ fate: Fate) -> Bool {
    guard let id = open[message], let place = chunks.place(of: id) else {
      open[message] = nil
      return false
    }
    change(place, to: fate)
    switch fate {
    case .queued, .waiting, .timedOut: break
    case .written, .answered, .late, .inDoubt, .resent, .failed: open[message] = nil
    }
    return true
  }

  /// The connection has ended: messages before `limit` whose fate was not told are in doubt; gives how many.
  package mutating func doubt(before limit: UInt64) -> Int {
    var count = 0
    for (message, row) in open where message < limit {
      guard let place = chunks.place(of: row) else { continue }
      switch chunks[place.chunk].records[place.row].kind {
      case .sent(.queued), .sent(.waiting):
        change(place, to: .inDoubt)
        count += 1
      default: break
      }
    }
    open = open.filter { $0.key >= limit }
    return count
  }

  /// The ids of the messages in doubt, oldest first.
  var rowsInDoubt: [UInt64] { (firstID..<endID).filter { self[$0]?.kind == .sent(.inDoubt) } }

  /// Notes that the user has sent a message in doubt again; false when it is not one.
  package mutating func markResent(row id: UInt64) -> Bool {
    guard let place = chunks.place(of: id), chunks[place.chunk].records[place.row].kind == .sent(.inDoubt) else {
      return false
    }
    change(place, to: .resent)
    return true
  }

  private mutating func change(_ place: (chunk: Int, row: Int), to fate: Fate) {
    let kind = chunks[place.chunk].records[place.row].kind
    if kind.flags != Kind.sent(fate).flags { changeCount += 1 }
    chunks[place.chunk].records[place.row].kind = .sent(fate)
  }

  // MARK: Inside

  private mutating func append(
    _ kind: Kind,
    _ payload: some Collection<UInt8>,
    wireCount: UInt64,
    message: UInt64 = 0,
    flags: MessageRecord.Flags = [],
    at time: Timestamp
  ) {
    var flags = flags
    let isHostile = payload.withContiguousStorageIfAvailable { Printable.isHostile(UnsafeRawBufferPointer($0)) }
    if isHostile ?? false { flags.insert(.hostile) }
    let record = Record(
      kind: kind,
      time: time,
      wireCount: wireCount,
      message: message,
      flags: flags,
      count: UInt32(payload.count)
    )
    let hasTrimmed = chunks.append(
      rows: 1,
      bytes: payload.count + MemoryLayout<Record>.stride,
      extend: { $0.append(record, payload) },
      make: { firstID in
        var chunk = Chunk(firstID: firstID)
        chunk.append(record, payload)
        return chunk
      }
    )
    // Not at each row that goes: those of messages that are gone do no harm.
    if hasTrimmed, open.count > 2 * count { open = open.filter { $0.value >= firstID } }
  }
}

extension ClientLog.Kind {
  /// What filters ask about.
  fileprivate var flags: MessageRecord.Flags {
    switch self {
    case .sent(.answered): [.sent, .answered]
    case .sent(.late): [.sent, .answered, .late]
    case .sent(.timedOut), .sent(.inDoubt), .sent(.failed): [.sent, .unanswered]
    case .sent(.queued), .sent(.written), .sent(.waiting), .sent(.resent): .sent
    case .received: []
    case .event: .notice
    case .alert: [.notice, .alert]
    }
  }
}
