package import Wire

/// A ping: numbered messages at a rate, and what becomes of each. Events go in; lines, and commands to the wire, come out.
package struct PingModel {
  package enum Event: Sendable {
    case wire(ClientEvent)
    /// Time has passed.
    case tick
    /// The user wants an end: the first time, what was sent is still waited for.
    case interrupt
  }

  /// When an event came.
  package struct Moment: Hashable, Sendable {
    /// Nanoseconds since any moment, of a clock that is never set back.
    package var elapsed: Int64
    package var time: Timestamp

    package init(elapsed: Int64, time: Timestamp) {
      self.elapsed = elapsed
      self.time = time
    }
  }

  /// Messages and bytes that may be under way at once, so that no peer's buffer overflows: unanswered ones when they go as
  /// fast as replies come, unwritten ones when they have a rate.
  static let windowCount = 128
  static let windowBytes = 256 << 10
  /// How much of a delay is made up for by sending faster.
  static let slackNanoseconds: Int64 = 10_000_000

  private let plan: PingPlan
  private var connection: ConnectionTranscript
  private var transcript: PingTranscript
  private var ledger = PingLedger()
  private var tally = PingTally()
  /// When the next message is due; nil before there is a connection.
  private var nextSendAt: Int64?
  /// Nothing more will be sent.
  private var isStopping = false
  /// The wire was told to end.
  private var isClosing = false
  private var recordingFailure: RecordingFailure?
  /// How it ended.
  package private(set) var end: ClientEnd?

  /// Quiet, it leaves out the replies that are as they should be.
  package init(_ plan: PingPlan, format: OutputFormat, isQuiet: Bool = false) {
    self.plan = plan
    connection = ConnectionTranscript(format: format, transport: plan.transport)
    transcript = PingTranscript(plan, format: format, isQuiet: isQuiet)
  }

  /// Takes one event, adds its lines, and says what the wire is to do.
  package mutating func update(_ event: Event, at now: Moment, to plain: inout PlainOutput) -> [ClientCommand] {
    switch event {
    case .wire(let event): take(event, now, &plain)
    case .tick: expire(now, &plain.output)
    case .interrupt:
      if isStopping { return close() }
      isStopping = true
    }
    guard end == nil, !isClosing else { return [] }
    if recordingFailure?.endsProgram == true { return close() }
    if ledger.pendingCount == 0, isStopping || ledger.postedCount == plan.count { return close() }
    let batch = takeDue(now.elapsed)
    return batch.isEmpty ? [] : [.send(batch)]
  }

  /// When there is something to do though nothing happens, as `elapsed`; nil when there is not.
  package var deadline: Int64? {
    guard end == nil, !isClosing else { return nil }
    let next = maySend ? nextSendAt : nil
    guard let expiry = ledger.nextDeadline else { return next }
    return next.map { min($0, expiry) } ?? expiry
  }

  /// Messages that were sent, or were to be sent when the end came, and those among them that were not answered in time.
  package var shortfall: (unanswered: UInt64, of: UInt64) { (tally.lost + tally.late, tally.sent) }

  /// Whether everything that was asked for was sent.
  package var isWhole: Bool { isStopping || tally.sent == plan.count }

  /// Whether replies came, and none of them was the echo that was expected.
  package var isMisled: Bool { plan.expectation == .echo && tally.received == 0 && tally.unmatched > 0 }

  private mutating func close() -> [ClientCommand] {
    guard !isClosing, end == nil else { return [] }
    isStopping = true
    isClosing = true
    return [.close]
  }

  // MARK: Sending

  private var maySend: Bool {
    guard nextSendAt != nil, !isStopping, ledger.postedCount < plan.count else { return false }
    let count = plan.intervalNanoseconds == 0 ? ledger.pendingCount : ledger.unsentCount
    return count == 0 || (count < PingModel.windowCount && (count + 1) * plan.longest <= PingModel.windowBytes)
  }

  private mutating func takeDue(_ now: Int64) -> OutgoingBatch {
    var batch = OutgoingBatch(framing: plan.framing, transport: plan.transport)
    while maySend, let dueAt = nextSendAt, dueAt <= now {
      let number = ledger.postedCount + 1
      // The plan has made sure that its messages fit.
      try? batch.append(plan.payload(of: number)[...], id: number, expectsReceipt: plan.awaitsReceipts)
      ledger.post()
      nextSendAt = max(dueAt + plan.intervalNanoseconds, now - PingModel.slackNanoseconds)
    }
    return batch
  }

  // MARK: Hearing

  private mutating func take(_ event: ClientEvent, _ now: Moment, _ plain: inout PlainOutput) {
    connection.append(event, to: &plain)
    switch event {
    case .connected: nextSendAt = now.elapsed
    case .traffic(let batch):
      for record in batch.records { take(record, of: batch, now, &plain.output) }
    case .recordingFailed(let failure, _):
      recordingFailure = failure
    case .ended(let reason, let totals, let time):
      tally.unrecorded = recordingFailure?.unrecorded(of: totals) ?? 0
      finish(reason, time, &plain)
    case .resolving, .resolved, .connecting, .attemptFailed, .peerFinished, .failure, .recording: break
    }
  }

  private mutating func take(
    _ record: TrafficRecord,
    of batch: TrafficBatch,
    _ now: Moment,
    _ output: inout [UInt8]
  ) {
    switch record.kind {
    case .sent:
      tally.countSent()
      // Receipts are timed by the wire.
      let deadline = plan.awaitsReceipts ? .max : now.elapsed + plan.timeoutNanoseconds
      ledger.sent(record.message, moment: record.moment, deadline: deadline)
    case .receipt, .lateReceipt: answer(record.message, record, of: batch, &output)
    case .received: hear(record, of: batch, &output)
    case .timedOut: giveUpInTime(record.message, batch.time, &output)
    case .failed: fail(record.message, batch.time, &output)
    }
  }

  private mutating func hear(_ record: TrafficRecord, of batch: TrafficBatch, _ output: inout [UInt8]) {
    let shown = plan.framing.shown(of: batch.payload(of: record), transport: plan.transport)
    if plan.expectation == .echo, let number = plan.number(of: shown),
      answer(number, record, of: batch, &output)
    {
      return
    }
    tally.countUnmatched()
    transcript.append(unmatched: shown, wireCount: record.wireCount, time: batch.time, to: &output)
  }

  /// False when the message was not sent.
  @discardableResult
  private mutating func answer(
    _ number: UInt64,
    _ record: TrafficRecord,
    of batch: TrafficBatch,
    _ output: inout [UInt8]
  ) -> Bool {
    let roundTrip = record.kind == .received ? nil : record.roundTrip
    guard var reply = ledger.answer(number, moment: record.moment, roundTrip: roundTrip) else { return false }
    // A receipt has no place of its own in the order: the wire gave it the first that was free.
    if plan.awaitsReceipts { reply.isOutOfOrder = false }
    tally.count(reply)
    transcript.append(reply, wireCount: record.wireCount, time: batch.time, to: &output)
    return true
  }

  // MARK: Giving up

  private mutating func expire(_ now: Moment, _ output: inout [UInt8]) {
    while let deadline = ledger.nextDeadline, deadline <= now.elapsed, let number = ledger.nextPending {
      giveUpInTime(number, now.time, &output)
    }
  }

  private mutating func giveUpInTime(_ number: UInt64, _ time: Timestamp, _ output: inout [UInt8]) {
    guard ledger.giveUp(number) != nil else { return }
    tally.countLost()
    transcript.append(timeout: number, time: time, to: &output)
  }

  /// The network would not take a message, or the end came before its reply.
  private mutating func fail(_ number: UInt64, _ time: Timestamp, _ output: inout [UInt8]) {
    guard let outcome = ledger.giveUp(number) else { return }
    if outcome == .unsent {
      // What a stream had not taken at its end was never under way.
      guard plan.transport.isDatagram, !isClosing else { return }
      tally.countSent()
    }
    tally.countLost()
    transcript.append(failed: number, outcome, time: time, to: &output)
  }

  private mutating func finish(_ reason: ClientEnd, _ time: Timestamp, _ plain: inout PlainOutput) {
    while let number = ledger.nextPending { fail(number, time, &plain.output) }
    end = reason
    if reason == .closed, plan.awaitsReceipts, plan.transport.isDatagram, !tally.isComplete {
      plain.notice(
        "receipts over UDP carry no number: after a loss, which message was answered and how soon is a guess"
          + " (--expect echo knows, where the peer echoes)"
      )
    }
    let isDone = reason == .closed && tally.sent == plan.count
    if transcript.tellsUnconnected || connection.hasConnected {
      transcript.append(
        tally,
        reason: isDone ? ClientEnd.finished.word : reason.word,
        error: reason.failureText,
        time: time,
        to: &plain.output
      )
    }
  }
}
