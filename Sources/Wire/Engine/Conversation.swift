/// What a client has to say, what it awaits, and what it reports: all that outlives one connection attempt.
struct Conversation {
  var queue = OutgoingQueue()
  var receiptQueue: ReceiptQueue
  var report: ClientReport
  /// When a byte last went or came, in nanoseconds of the monotonic clock.
  var lastProgress: Int64 = 0
  let awaitsReceipts: Bool
  /// Messages at the head of the queue that have been reported as sent, and go once more.
  private var repeats = 0

  init(_ configuration: ClientConfiguration, report: ClientReport) {
    self.report = report
    awaitsReceipts = configuration.awaitsReceipts
    receiptQueue = ReceiptQueue(
      isDatagram: configuration.endpoint.transport.isDatagram,
      timeoutNanoseconds: configuration.timeoutNanoseconds
    )
  }

  /// Takes note that the kernel took `count` bytes of the queue: a part of a stream, or a datagram with its fingerprint.
  mutating func wrote(_ count: Int, now: Int64, fingerprint: Int = 0) {
    lastProgress = now
    queue.took(count)
    while let message = queue.nextWritten() {
      if repeats > 0 {
        repeats -= 1
      } else {
        report.sent(message, now: now)
      }
      if awaitsReceipts { receiptQueue.wrote(message, now: now, fingerprint: fingerprint) }
    }
  }

  /// Takes note of one reply, whose kept payload the report may have already.
  mutating func heard(
    wireCount: UInt64,
    payload: UnsafeRawBufferPointer,
    keptAt offset: Int? = nil,
    flags: MessageRecord.Flags,
    now: Int64,
    isAnswer: Bool = true
  ) {
    let answer = isAnswer ? receiptQueue.answer(now: now, reply: payload) : .none
    report.replied(
      answer,
      wireCount: wireCount,
      offset: offset ?? report.keep(payload),
      count: payload.count,
      flags: flags,
      now: now
    )
  }

  /// Takes the next message out of the queue because the network will never take it.
  mutating func refuseNext() {
    guard let message = queue.removeNext() else { return }
    repeats = max(0, repeats - 1)
    report.refused(message.id)
  }

  /// Puts written messages back that cannot have arrived, except those that have timed out.
  mutating func sendAgain(_ written: OutgoingBatch) {
    var expired = -receiptQueue.awaitedCount
    for message in written.messages where awaitsReceipts && message.expectsReceipt { expired += 1 }
    var again = OutgoingBatch(framing: .raw, transport: .udp)
    written.bytes.withUnsafeBytes { bytes in
      var start = 0
      for message in written.messages {
        let end = start + Int(message.wireCount)
        if awaitsReceipts, message.expectsReceipt, expired > 0 {
          expired -= 1
        } else {
          again.append(message, bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        }
        start = end
      }
    }
    while receiptQueue.nextAbandoned() != nil {}
    queue.putBack(again)
    repeats += again.messages.count
  }

  /// Reports the messages that timed out.
  mutating func expire(now: Int64) {
    while let message = receiptQueue.nextTimeout(now: now) { report.timedOut(message) }
  }

  /// Reports every message that was not answered, or not sent, as failed.
  mutating func abandon() {
    while let message = receiptQueue.nextAbandoned() { report.abandoned(message) }
    var isUnsent = !queue.isPartlyWritten
    while let message = queue.removeNext() {
      // What was written to an address that did not take it, and was to go once more, may have arrived all the same.
      report.abandoned(message.id, isUnsent: isUnsent && repeats == 0)
      isUnsent = true
      repeats = max(0, repeats - 1)
    }
  }
}
