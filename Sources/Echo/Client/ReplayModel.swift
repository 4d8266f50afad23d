package import Wire

/// A replay: messages of a recording at their pace, and whether they are answered as they were. Events go in; lines, and
/// commands to the wire, come out.
package struct ReplayModel {
  package enum Event: Sendable {
    case wire(ClientEvent)
    /// The next message of the recording.
    case message(ReplayMessage)
    /// The recording has no more messages.
    case endOfMessages
    /// The user wants the next message to go.
    case step
    /// No more messages are to go than those for which there were steps.
    case endOfSteps
    /// Time has passed.
    case tick
    /// The user wants an end: the first time, what was sent is still waited for.
    case interrupt
  }

  /// When an event came.
  package typealias Moment = PingModel.Moment

  /// Messages and bytes that may be under way at once, and that are read before they are due.
  private static let windowCount = 4096
  private static let windowBytes = 1 << 20
  /// Messages from the first that is under way to the last: a lost datagram does not hold up many others.
  private static let windowSpan = 1 << 16
  private static let lookahead = 256
  /// How long, once all is answered, more may come that was not to.
  private static let lingerNanoseconds: Int64 = 200_000_000
  /// The byte with which a stop message begins.
  private static let stopByte: UInt8 = 0x2e

  private let plan: ReplayPlan
  private var connection: ConnectionTranscript
  private var transcript: ReplayTranscript
  private var ledger = ReplayLedger()
  /// Messages that are read and not sent, and what they weigh.
  private var waiting: ArraySlice<ReplayMessage> = []
  private var waitingBytes = 0
  /// When the first message went, and when it came.
  private var origin: (sent: Int64, recorded: Int64)?
  private var isConnected = false
  private var hasAllMessages = false
  private var stepCount = 0
  private var hasAllSteps = false
  private var isFinishing = false
  private var isInterrupted = false
  /// When the connection is ended, for all is answered.
  private var closingAt: Int64?
  private var isClosing = false
  private var peerHasFinished = false
  package private(set) var tally = ReplayTally()
  /// How it ended.
  package private(set) var end: ClientEnd?

  package init(_ plan: ReplayPlan, format: OutputFormat) {
    self.plan = plan
    connection = ConnectionTranscript(format: format, transport: plan.reply.transport)
    transcript = ReplayTranscript(
      format: format,
      timeoutText: Figures.seconds(nanoseconds: plan.timeoutNanoseconds)
    )
  }

  /// Whether the next messages are to be read now.
  package var wantsMessages: Bool {
    isConnected && !hasAllMessages && !isInterrupted && end == nil && waiting.count < ReplayModel.lookahead
      && waitingBytes < ReplayModel.windowBytes
  }

  /// Whether all was sent that was to be.
  package var isWhole: Bool {
    isInterrupted || (hasAllMessages && waiting.isEmpty) || (hasAllSteps && stepCount == 0)
  }

  /// When there is something to do though nothing happens, as `elapsed`; nil when there is not.
  package var deadline: Int64? {
    guard isConnected, end == nil else { return nil }
    let due = isFinishing || !hasRoom ? nil : waiting.first.flatMap(dueTime)
    return [due, isStream ? ledger.firstDeadline : nil, isClosing ? nil : closingAt].compactMap { $0 }.min()
  }

  /// Whether replies come in the order of the messages.
  private var isStream: Bool { !plan.reply.transport.isDatagram }

  /// Takes one event, adds its lines, and says what the wire is to do.
  package mutating func update(_ event: Event, at now: Moment, to plain: inout PlainOutput) -> [ClientCommand] {
    switch event {
    case .wire(let event): take(event, now, &plain)
    case .message(let message): take(message)
    case .endOfMessages: hasAllMessages = true
    case .step: stepCount += 1
    case .endOfSteps: hasAllSteps = true
    case .tick: expire(now, &plain.output)
    case .interrupt:
      if isInterrupted { return end == nil ? [.close] : [] }
      isInterrupted = true
    }
    // Messages come many at a time; what is due of them goes at the next tick.
    if case .message = event { return [] }
    guard end == nil else { return [] }
    if isFinishing { return close(now) }
    guard isConnected else { return isInterrupted ? [.close] : [] }
    var commands: [ClientCommand] = []
    let batch = takeDue(now, &plain)
    if !batch.isEmpty { commands.append(.send(batch)) }
    if isWhole {
      isFinishing = true
      commands.append(.finish)
    }
    return commands
  }

  /// Ends a stream once everything is answered: the wire, which does not know, would wait for more.
  private mutating func close(_ now: Moment) -> [ClientCommand] {
    guard isStream, plan.expectsReplies, ledger.openCount == 0, !isClosing else { return [] }
    let time = closingAt ?? now.elapsed + ReplayModel.lingerNanoseconds
    closingAt = time
    isClosing = now.elapsed >= time
    return isClosing ? [.close] : []
  }

  // MARK: Sending

  private mutating func take(_ message: ReplayMessage) {
    if message.payload.first == ReplayModel.stopByte, !plan.sendsStops { return tally.stops += 1 }
    if message.isTruncated { return tally.truncated += 1 }
    waiting.append(message)
    waitingBytes += message.payload.count
  }

  private var hasRoom: Bool {
    ledger.openCount < ReplayModel.windowCount && ledger.openBytes < ReplayModel.windowBytes
      && ledger.spanCount < ReplayModel.windowSpan
  }

  /// When a message is to go; nil when nobody has said so yet.
  private func dueTime(of message: ReplayMessage) -> Int64? {
    switch plan.pace {
    case .unlimited: return 0
    case .stepwise: return stepCount > 0 ? 0 : nil
    case .recorded(let speed):
      guard let origin else { return 0 }
      let distance = Double(max(0, message.time.nanoseconds - origin.recorded)) / speed
      // Beyond that there is no message that anybody waits for.
      return origin.sent + Int64(min(distance, 1e18))
    }
  }

  private mutating func takeDue(_ now: Moment, _ plain: inout PlainOutput) -> OutgoingBatch {
    var batch = OutgoingBatch(framing: plan.reply.framing, transport: plan.reply.transport)
    while !isInterrupted, hasRoom, let message = waiting.first, let due = dueTime(of: message), due <= now.elapsed {
      waiting.removeFirst()
      waitingBytes -= message.payload.count
      stepCount -= plan.pace == .stepwise ? 1 : 0
      if origin == nil { origin = (now.elapsed, message.time.nanoseconds) }
      let expected = plan.expectation(of: message)
      do throws(FramingError) {
        try batch.append(message.payload, id: ledger.nextID, expectsReceipt: expected != nil)
        ledger.post(message, expected: expected)
        if plan.pace == .stepwise { transcript.append(step: message, to: &plain) }
      } catch {
        tally.misfits += 1
        let reason = error.text(framing: plan.reply.framing, transport: plan.reply.transport)
        transcript.append(misfit: message.sequence, reason, time: now.time, to: &plain)
      }
    }
    return batch
  }

  // MARK: Hearing

  private mutating func take(_ event: ClientEvent, _ now: Moment, _ plain: inout PlainOutput) {
    connection.append(event, to: &plain)
    switch event {
    case .connected: isConnected = true
    case .traffic(let batch):
      for record in batch.records { take(record, of: batch, now, &plain.output) }
    case .ended(let reason, _, let time):
      // The wire was as patient, and saw nothing come.
      let isLate = isStream && reason == .finished && !peerHasFinished
      while let id = ledger.firstOpenID {
        giveUp(id, isLate: isLate && ledger.firstDeadline != nil, time, &plain.output)
      }
      let reason = isClosing && reason == .closed ? ClientEnd.finished : reason
      end = reason
      guard connection.hasConnected || transcript.tellsUnconnected else { return }
      transcript.append(tally, end: reason, time: time, to: &plain.output)
    case .peerFinished: peerHasFinished = true
    case .resolving, .resolved, .connecting, .attemptFailed, .failure, .recording, .recordingFailed: break
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
      tally.sent += 1
      ledger.sent(record.message, deadline: now.elapsed + plan.timeoutNanoseconds)
      // A datagram that looks like a receipt is answered by nobody.
      if !record.isAwaited { _ = ledger.settle(record.message) }
    case .receipt: compare(record, with: record.message, of: batch, &output)
    case .lateReceipt: break
    case .received: hear(record, of: batch, &output)
    case .timedOut: giveUp(record.message, isLate: true, batch.time, &output)
    case .failed: giveUp(record.message, isLate: false, batch.time, &output)
    }
  }

  private mutating func hear(_ record: TrafficRecord, of batch: TrafficBatch, _ output: inout [UInt8]) {
    let reply = batch.payload(of: record)
    switch isStream ? ledger.identify(plan.compared(reply)) : .surplus {
    case .first(let id): compare(record, with: id, of: batch, &output)
    case .late: break
    case .surplus:
      tally.unexpected += 1
      transcript.append(unexpected: reply, time: batch.time, to: &output)
    }
  }

  private mutating func compare(
    _ record: TrafficRecord,
    with id: UInt64,
    of batch: TrafficBatch,
    _ output: inout [UInt8]
  ) {
    guard let (sequence, expected) = ledger.settle(id), let expected else { return }
    let reply = plan.compared(batch.payload(of: record))
    guard reply != expected[...] || !record.flags.isDisjoint(with: [.truncated, .partial]) else {
      return tally.same += 1
    }
    tally.different += 1
    transcript.append(difference: sequence, expected: expected[...], reply: reply, time: batch.time, to: &output)
  }

  private mutating func expire(_ now: Moment, _ output: inout [UInt8]) {
    while isStream, let deadline = ledger.firstDeadline, deadline <= now.elapsed, let id = ledger.firstOpenID {
      giveUp(id, isLate: true, now.time, &output)
    }
  }

  private mutating func giveUp(_ id: UInt64, isLate: Bool, _ time: Timestamp, _ output: inout [UInt8]) {
    guard let (sequence, expected) = ledger.settle(id), let expected else { return }
    ledger.owe(expected)
    tally.missing += 1
    transcript.append(missing: sequence, isLate: isLate, time: time, to: &output)
  }
}
