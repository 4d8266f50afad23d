package import Wire

/// What a client's connections tell, as rows: messages both ways, what each reply answers, and what became of the others.
package struct ClientScribe: Scribe, Sendable {
  /// The words of an event of a connection, counted from 1.
  package typealias Describe = @Sendable (ClientNotice, _ connection: UInt32, Timestamp) -> EventDescription

  /// How to tell by what a reply is made of which message it answers, where the wire does not await any.
  package struct Identification: Sendable {
    /// The wire's number of the message; nil where it answers none.
    package var message: @Sendable (UnsafeRawBufferPointer) -> UInt64?
    /// From when on a reply is late.
    package var timeoutNanoseconds: Int64

    package init(timeoutNanoseconds: Int64, message: @escaping @Sendable (UnsafeRawBufferPointer) -> UInt64?) {
      self.timeoutNanoseconds = timeoutNanoseconds
      self.message = message
    }
  }

  package let isAwaited = false
  private let endpoint: Endpoint
  private let identification: Identification?
  private let describe: Describe
  private var hasBegun = false
  private var peer: Peer?
  private var sequence: UInt64 = 0
  private var sent = SentMessages()
  /// Those whose replies the wire does not await; none where no reply tells what it answers.
  private var awaited: AwaitedReplies
  /// What the wire's clock shows beyond the time of day.
  private var clockOffset: Int64 = 0
  /// When the last row happened.
  private var time = Timestamp(nanoseconds: 0)

  package init(_ endpoint: Endpoint, identification: Identification? = nil, describe: @escaping Describe) {
    self.endpoint = endpoint
    self.identification = identification
    self.describe = describe
    awaited = AwaitedReplies(timeoutNanoseconds: identification?.timeoutNanoseconds ?? .max)
  }

  package mutating func add(_ record: ClientRecord, to journal: Journal) throws(RecordingError) {
    if !hasBegun {
      hasBegun = true
      try journal.beginRun(at: [endpoint])
    }
    if case .traffic(let batch) = record.event { return try addTraffic(batch, record.connection, to: journal) }
    if case .connected(_, let address, _) = record.event { peer = peer(address, record.connection) }
    guard let (kind, time) = record.event.recorded else { return }
    self.time = time
    if case .ended = record.event {
      try giveUp(awaited.takeExpired(at: time.nanoseconds + clockOffset), .timedOut, record.connection, in: journal)
      try giveUp(awaited.takeAll(), .failed, record.connection, in: journal)
    }
    try add(kind, .connection(record.event), record.connection, to: journal)
    guard case .ended = record.event, let peer else { return }
    journal.forget(peer)
    self.peer = nil
  }

  private func peer(_ address: SocketAddress?, _ connection: UInt32) -> Peer {
    let transport = endpoint.transport
    return Peer(
      connection: transport.isDatagram ? .none : ConnectionID(connection),
      transport: transport,
      address: address ?? SocketAddress(family: .unix)
    )
  }

  private func add(
    _ kind: String,
    _ notice: ClientNotice,
    _ connection: UInt32,
    to journal: Journal
  ) throws(RecordingError) {
    try journal.add(kind, describe(notice, connection, time), with: peer, at: time)
  }

  // MARK: Traffic

  private mutating func addTraffic(
    _ batch: TrafficBatch,
    _ connection: UInt32,
    to journal: Journal
  ) throws(RecordingError) {
    // What has no moment of its own happened no earlier than what stands before it.
    time = min(time, batch.time)
    if batch.moment > 0 { clockOffset = batch.moment - batch.time.nanoseconds }
    for record in batch.records {
      if record.moment > 0 {
        time = Timestamp(nanoseconds: batch.time.nanoseconds - max(0, batch.moment - record.moment))
        try giveUp(awaited.takeExpired(at: record.moment), .timedOut, connection, in: journal)
      }
      switch record.kind {
      case .sent: try addSent(record, batch, to: journal)
      case .receipt, .lateReceipt, .received: try addReply(record, batch, to: journal)
      case .timedOut:
        guard let place = sent.place(of: record.message) else { break }
        try giveUp([place], .timedOut, connection, in: journal)
      case .failed: try addFailed(record, connection, to: journal)
      }
    }
  }

  private mutating func addSent(
    _ record: TrafficRecord,
    _ batch: TrafficBatch,
    to journal: Journal
  ) throws(RecordingError) {
    let file = journal.fileNumber
    guard let row = try add(record, batch, flags: .sent, to: journal) else { return }
    guard record.isAwaited || identification != nil else { return }
    let place = SentMessages.Place(file: file, row: row, sequence: sequence, moment: record.moment)
    sent.add(record.message, place)
    if identification != nil { awaited.add(record.message, place) }
  }

  private mutating func addReply(
    _ record: TrafficRecord,
    _ batch: TrafficBatch,
    to journal: Journal
  ) throws(RecordingError) {
    var message = record.kind == .received ? nil : record.message
    var roundTrip = record.roundTrip
    var isLate = record.kind == .lateReceipt
    if message == nil, let identification {
      message = batch.bytes.withUnsafeBytes { identification.message(record.payload(in: $0)) }
    }
    let place = message.flatMap { sent.place(of: $0) }
    if record.kind == .received, let place, let identification {
      roundTrip = record.moment - place.moment
      isLate = roundTrip > identification.timeoutNanoseconds
    }
    // Rows are numbered anew in each file.
    let answers = place.flatMap { $0.file == journal.fileNumber ? $0.row : nil }
    _ = try add(
      record,
      batch,
      flags: .heard,
      answers: answers,
      roundTrip: record.kind != .received || place != nil ? roundTrip : nil,
      to: journal
    )
    guard let message, let place else { return }
    awaited.answer(message)
    if isLate { try mark(place, [.unanswered, .late], in: journal) }
    // A reply that tells what it answers may come twice.
    if identification == nil { sent.settle(message) }
  }

  private mutating func addFailed(
    _ record: TrafficRecord,
    _ connection: UInt32,
    to journal: Journal
  ) throws(RecordingError) {
    guard record.detail == .none, let place = sent.place(of: record.message) else {
      return try add("failed", .unsent, connection, to: journal)
    }
    sent.settle(record.message)
    try giveUp([place], .failed, connection, in: journal)
  }

  /// Why a message that was sent is not waited for any longer.
  private enum Loss {
    case timedOut, failed
  }

  /// Marks messages that were not answered, and says so of each.
  private func giveUp(
    _ places: [SentMessages.Place],
    _ loss: Loss,
    _ connection: UInt32,
    in journal: Journal
  ) throws(RecordingError) {
    for place in places {
      try mark(place, .unanswered, in: journal)
      switch loss {
      case .timedOut: try add("timeout", .timedOut(sequence: place.sequence), connection, to: journal)
      case .failed: try add("failed", .unanswered(sequence: place.sequence), connection, to: journal)
      }
    }
  }

  /// Adds a message; nil where it is not known whom it came from or went to.
  private mutating func add(
    _ record: TrafficRecord,
    _ batch: TrafficBatch,
    flags: MessageRecord.Flags,
    answers: Int64? = nil,
    roundTrip: Int64? = nil,
    to journal: Journal
  ) throws(RecordingError) -> Int64? {
    guard let peer else { return nil }
    sequence += 1
    let message = MessageRecord(
      sequence: sequence,
      time: time,
      wireCount: record.wireCount,
      offset: 0,
      count: record.count,
      peer: 0,
      flags: record.flags.union(flags)
    )
    return try batch.bytes.span.withUnsafeBytes { bytes throws(RecordingError) in
      try journal.add(message, peer, payload: record.payload(in: bytes), answers: answers, roundTrip: roundTrip)
    }
  }

  private func mark(
    _ place: SentMessages.Place,
    _ flags: MessageRecord.Flags,
    in journal: Journal
  ) throws(RecordingError) {
    if place.file == journal.fileNumber { try journal.mark(place.row, flags) }
  }
}
