/// Gathers what a client's round on the wire brought, counts it, and hands it to whoever watches the client.
struct ClientReport {
  /// What an event other than traffic counts for in the mailbox, in bytes.
  private static let eventCost = 64
  /// The weight at which a batch is handed over early, in bytes, but never between a read's replies.
  private static let fullBytes = 256 << 10
  /// How long traffic is gathered while more comes, in nanoseconds.
  private static let gatherNanoseconds: Int64 = 1_000_000

  private let events: Mailbox<ClientEvent>
  private let recording: ClientRecorder.Connection?
  /// Messages that go well are counted and have no records.
  let isQuiet: Bool
  private(set) var totals = ClientTotals()
  /// The reader is behind: nothing more should be read or sent until it has caught up.
  private(set) var isHeld = false
  private var batch = TrafficBatch(time: Timestamp(nanoseconds: 0))
  /// When the batch is handed over though more comes.
  private var batchDue: Int64?

  /// Whoever records gets every message, and what it is made of.
  init(events: Mailbox<ClientEvent>, recording: ClientRecorder.Connection?, isQuiet: Bool) {
    self.events = events
    self.recording = recording
    self.isQuiet = isQuiet && recording == nil
  }

  /// Whether traffic waits to be handed over.
  var isGathering: Bool { !batch.records.isEmpty || !batch.uneventful.isEmpty }

  /// The kernel took the last byte of messages, which are `bytes`, at `now`.
  mutating func sent(
    _ messages: UnsafeBufferPointer<OutgoingBatch.Message>,
    _ bytes: UnsafeRawBufferPointer,
    now: Int64
  ) {
    let count = UInt64(messages.count)
    let (wireCount, awaited) = messages.reduce(into: (UInt64(0), UInt64(0))) { sums, message in
      sums.0 &+= UInt64(message.wireCount)
      sums.1 &+= message.expectsReceipt ? 1 : 0
    }
    totals.messagesSent &+= count
    totals.bytesSent &+= wireCount
    guard !isQuiet else {
      batch.uneventful.sent &+= count
      batch.uneventful.unawaited &+= count &- awaited
      return
    }
    if let recording { return keepSent(messages, bytes, for: recording, now: now) }
    batch.records.append(addingCapacity: messages.count) { records in
      for message in messages {
        records.append(
          TrafficRecord(
            .sent,
            message: message.id,
            wireCount: UInt64(message.wireCount),
            moment: now,
            isAwaited: message.expectsReceipt
          )
        )
      }
    }
    if isFull { flush() }
  }

  private mutating func keepSent(
    _ messages: UnsafeBufferPointer<OutgoingBatch.Message>,
    _ bytes: UnsafeRawBufferPointer,
    for recording: ClientRecorder.Connection,
    now: Int64
  ) {
    var rest = bytes
    for message in messages {
      let framed = UnsafeRawBufferPointer(rebasing: rest[..<Int(message.wireCount)])
      rest = UnsafeRawBufferPointer(rebasing: rest[framed.count...])
      let (payload, isCut) = recording.payload(of: framed)
      batch.records.append(
        TrafficRecord(
          .sent,
          message: message.id,
          wireCount: UInt64(message.wireCount),
          moment: now,
          offset: batch.bytes.count,
          count: payload.count,
          flags: isCut ? .truncated : [],
          isAwaited: message.expectsReceipt
        )
      )
      batch.bytes.append(contentsOf: payload)
      if isFull { flush() }
    }
  }

  /// Keeps what replies are made of for those that come next; gives the place of its first byte.
  mutating func keep(_ bytes: UnsafeRawBufferPointer) -> Int {
    if isFull { flush() }
    let offset = batch.bytes.count
    batch.bytes.append(contentsOf: bytes)
    return offset
  }

  /// A reply, read at `now`; its payload is among the bytes that were kept last.
  mutating func replied(
    _ answer: ReceiptQueue.Answer,
    wireCount: UInt64,
    offset: Int,
    count: Int,
    flags: MessageRecord.Flags,
    now: Int64
  ) {
    totals.messagesReceived &+= 1
    totals.bytesReceived &+= wireCount
    totals.count(flags)
    if answer.kind != .received { totals.receipts &+= 1 }
    batch.records.append(
      TrafficRecord(
        answer.kind,
        message: answer.message,
        wireCount: wireCount,
        roundTrip: answer.roundTrip,
        moment: now,
        offset: offset,
        count: count,
        flags: flags,
        detail: answer.detail
      )
    )
  }

  /// Replies that are receipts in time, of a quiet client.
  mutating func answeredInTime(_ count: Int, wireCount: UInt64, flags: MessageRecord.Flags = []) {
    totals.count(flags)
    let count = UInt64(truncatingIfNeeded: count)
    totals.messagesReceived &+= count
    totals.bytesReceived &+= wireCount
    totals.receipts &+= count
    batch.uneventful.receipts &+= count
  }

  mutating func timedOut(_ message: UInt64) {
    totals.timedOut &+= 1
    add(TrafficRecord(.timedOut, message: message))
  }

  /// A message that the network would not take.
  mutating func refused(_ message: UInt64) {
    add(TrafficRecord(.failed, message: message, isAwaited: false, detail: .refused))
  }

  /// A message whose fate the end leaves open; an unsent one cannot have arrived.
  mutating func abandoned(_ message: UInt64, isUnsent: Bool = false, isAwaited: Bool) {
    totals.unresolved &+= 1
    add(TrafficRecord(.failed, message: message, isAwaited: isAwaited, detail: isUnsent ? .unsent : .none))
  }

  /// Hands over what has been gathered at the end of a round, when nothing more happens or it has waited long enough.
  mutating func finishRound(isIdle: Bool) {
    guard isGathering else { return }
    let now = Clock.monotonic
    if isIdle || now >= batchDue ?? .max { return flush() }
    batchDue = batchDue ?? now &+ ClientReport.gatherNanoseconds
  }

  /// Hands over what has been gathered.
  mutating func flush() {
    guard isGathering else { return }
    batch.time = Clock.wall
    batch.moment = Clock.monotonic
    let (records, bytes) = (batch.records.count, batch.bytes.count)
    hand(.traffic(batch), cost: cost + ClientReport.eventCost)
    batchDue = nil
    batch = TrafficBatch(time: Timestamp(nanoseconds: 0))
    batch.records.reserveCapacity(records)
    batch.bytes.reserveCapacity(bytes)
  }

  /// Hands over an event, after the traffic before it.
  mutating func post(_ event: ClientEvent) {
    flush()
    hand(event, cost: ClientReport.eventCost)
  }

  /// The recorder comes first: who hears of the end may close it.
  private mutating func hand(_ event: ClientEvent, cost: Int) {
    if recording?.post(event, cost: cost) == false { isHeld = true }
    if !events.post(event, cost: cost) { isHeld = true }
  }

  /// Goes on if the reader has caught up since it was found behind.
  mutating func resumeIfDrained() {
    if isHeld { isHeld = !events.hasRoom || recording?.hasRoom == false }
  }

  private var isFull: Bool {
    batch.bytes.count &+ batch.records.count &* MemoryLayout<TrafficRecord>.stride >= ClientReport.fullBytes
  }

  /// What the batch holds in memory, what it has not used included.
  private var cost: Int { batch.bytes.capacity + batch.records.capacity * MemoryLayout<TrafficRecord>.stride }

  private mutating func add(_ record: TrafficRecord) {
    batch.records.append(record)
    if isFull { flush() }
  }
}
