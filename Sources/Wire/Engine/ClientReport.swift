/// Gathers what a client's round on the wire brought, counts it, and hands it to whoever watches the client.
struct ClientReport {
  /// What an event other than traffic counts for in the mailbox, in bytes.
  private static let eventCost = 64
  /// A batch is handed over early when it has this many records, but never between a read's replies.
  private static let batchLimit = 1 << 16

  private let events: Mailbox<ClientEvent>
  private(set) var totals = ClientTotals()
  /// The reader is behind: nothing more should be read or sent until it has caught up.
  private(set) var isHeld = false
  private var batch = TrafficBatch(time: Timestamp(nanoseconds: 0))

  init(events: Mailbox<ClientEvent>) { self.events = events }

  /// The kernel took a message's last byte at `now`.
  mutating func sent(_ message: OutgoingBatch.Message, now: Int64) {
    totals.messagesSent &+= 1
    totals.bytesSent &+= UInt64(message.wireCount)
    add(
      TrafficRecord(
        .sent,
        message: message.id,
        wireCount: UInt64(message.wireCount),
        moment: now,
        isAwaited: message.expectsReceipt
      )
    )
  }

  /// Keeps what replies are made of for those that come next; gives the place of its first byte.
  mutating func keep(_ bytes: UnsafeRawBufferPointer) -> Int {
    if batch.records.count >= ClientReport.batchLimit { flush() }
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

  mutating func timedOut(_ message: UInt64) {
    totals.timedOut &+= 1
    add(TrafficRecord(.timedOut, message: message))
  }

  /// A message that the network would not take.
  mutating func refused(_ message: UInt64) { add(TrafficRecord(.failed, message: message, detail: .refused)) }

  /// A message whose fate the end leaves open; an unsent one cannot have arrived.
  mutating func abandoned(_ message: UInt64, isUnsent: Bool = false) {
    totals.unresolved &+= 1
    add(TrafficRecord(.failed, message: message, detail: isUnsent ? .unsent : .none))
  }

  /// Hands over what has been gathered.
  mutating func flush() {
    guard !batch.records.isEmpty else { return }
    batch.time = Clock.wall
    let cost = batch.bytes.count + batch.records.count * MemoryLayout<TrafficRecord>.stride
    let (records, bytes) = (batch.records.count, batch.bytes.count)
    if !events.post(.traffic(batch), cost: cost) { isHeld = true }
    batch = TrafficBatch(time: Timestamp(nanoseconds: 0))
    batch.records.reserveCapacity(records)
    batch.bytes.reserveCapacity(bytes)
  }

  /// Hands over an event, after the traffic before it.
  mutating func post(_ event: ClientEvent) {
    flush()
    if !events.post(event, cost: ClientReport.eventCost) { isHeld = true }
  }

  /// Goes on if the reader has caught up since it was found behind.
  mutating func resumeIfDrained() {
    if isHeld { isHeld = !events.hasRoom }
  }

  private mutating func add(_ record: TrafficRecord) {
    batch.records.append(record)
    if batch.records.count >= ClientReport.batchLimit { flush() }
  }
}
