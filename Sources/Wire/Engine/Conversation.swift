/// What a client has to say, what it awaits, and what it reports: all that outlives one connection attempt.
struct Conversation {
  var queue = OutgoingQueue()
  var receiptQueue: ReceiptQueue
  var report: ClientReport
  /// When a byte last went or came, in nanoseconds of the monotonic clock.
  var lastProgress: Int64 = 0
  /// When a byte last went, or what waits began to wait.
  var lastWritten: Int64 = 0
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

  /// Begins to wait anew, because nobody could have been heard in the meantime.
  mutating func restartPatience(at now: Int64) { (lastProgress, lastWritten) = (now, now) }

  /// Takes note that the kernel took `count` bytes of the queue: a part of a stream.
  mutating func wrote(_ count: Int, now: Int64) { noteWritten(count, now: now) }

  /// Takes note that the kernel took the next message as a datagram.
  mutating func wroteDatagram(now: Int64, fingerprint: Int) { noteWritten(nil, now: now, fingerprint: fingerprint) }

  private mutating func noteWritten(_ count: Int?, now: Int64, fingerprint: Int = 0) {
    lastProgress = now
    lastWritten = now
    Conversation.noteWritten(
      count,
      awaitsReceipts: awaitsReceipts,
      now: now,
      fingerprint: fingerprint,
      queue: &queue,
      repeats: &repeats,
      report: &report,
      receiptQueue: &receiptQueue
    )
  }

  // Its parts are lent one by one, for the queue lends its messages.
  private static func noteWritten(
    _ count: Int?,
    awaitsReceipts: Bool,
    now: Int64,
    fingerprint: Int,
    queue: inout OutgoingQueue,
    repeats: inout Int,
    report: inout ClientReport,
    receiptQueue: inout ReceiptQueue
  ) {
    func note(_ messages: UnsafeBufferPointer<OutgoingBatch.Message>, _ bytes: UnsafeRawBufferPointer) {
      let repeated = min(repeats, messages.count)
      repeats -= repeated
      let skipped = messages[..<repeated].reduce(0) { $0 + Int($1.wireCount) }
      report.sent(
        UnsafeBufferPointer(rebasing: messages[repeated...]),
        UnsafeRawBufferPointer(rebasing: bytes[skipped...]),
        now: now
      )
      if awaitsReceipts { receiptQueue.wrote(messages, now: now, fingerprint: fingerprint) }
    }
    if let count { queue.took(count, written: note) } else { queue.tookDatagram(written: note) }
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
    if report.isQuiet, answer.kind == .receipt { return report.answeredInTime(1, wireCount: wireCount, flags: flags) }
    report.replied(
      answer,
      wireCount: wireCount,
      offset: offset ?? report.keep(payload),
      count: payload.count,
      flags: flags,
      now: now
    )
  }

  /// How many replies that come next need no look at what they are made of.
  var uneventfulReplies: Int { report.isQuiet ? receiptQueue.receiptsInTime : 0 }

  /// Takes note of so many of them, which took `wireCount` bytes together.
  mutating func heardUneventful(_ count: Int, wireCount: UInt64) {
    receiptQueue.answerInTime(count)
    report.answeredInTime(count, wireCount: wireCount)
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
    while let message = receiptQueue.nextAbandoned() { report.abandoned(message, isAwaited: true) }
    var isUnsent = !queue.isPartlyWritten
    while let message = queue.removeNext() {
      // What was written to an address that did not take it, and was to go once more, may have arrived all the same.
      let isRepeated = repeats > 0
      report.abandoned(
        message.id,
        isUnsent: isUnsent && !isRepeated,
        isAwaited: isRepeated && awaitsReceipts && message.expectsReceipt
      )
      isUnsent = true
      repeats = max(0, repeats - 1)
    }
  }
}
