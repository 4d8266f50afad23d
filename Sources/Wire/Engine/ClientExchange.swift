/// A connected client: reads and writes in turn, awaits receipts, and knows when it is over.
final class ClientExchange {
  private enum Link {
    case stream(ClientStream)
    case datagrams(ClientDatagrams)
  }

  enum Verdict {
    case goesOn
    case ended(ClientEnd)
    /// The peer's host refused a datagram, and nothing has ever come from it.
    case refused(SystemError)
  }

  /// How long to wait when the system is out of buffers.
  private static let retryNanoseconds: Int64 = 5_000_000
  /// The most rounds of reads after the connection broke: more than any receive buffer holds.
  private static let lastReads = 256

  let socket: ClientSocket
  private let link: Link
  private let endpoint: Endpoint
  private let timeoutNanoseconds: Int64
  private let stallNanoseconds: Int64?
  private let endsWithPeer: Bool
  /// The socket took less than it was offered.
  private var isBlocked = false
  private var retryAt: Int64?
  /// Replies may have come that have not been read: nothing has timed out until they are.
  private var isBehind = false
  private var hasHalfClosed = false
  private var peerHasFinished = false

  init(_ stream: ClientStream, configuration: ClientConfiguration) {
    socket = stream.socket
    link = .stream(stream)
    endpoint = configuration.endpoint
    timeoutNanoseconds = configuration.timeoutNanoseconds
    stallNanoseconds = configuration.stallNanoseconds.map { max($0, configuration.timeoutNanoseconds) }
    endsWithPeer = configuration.endsWithPeer
  }

  init(_ datagrams: ClientDatagrams, configuration: ClientConfiguration) {
    socket = datagrams.socket
    link = .datagrams(datagrams)
    endpoint = configuration.endpoint
    timeoutNanoseconds = configuration.timeoutNanoseconds
    stallNanoseconds = configuration.stallNanoseconds.map { max($0, configuration.timeoutNanoseconds) }
    endsWithPeer = configuration.endsWithPeer
  }

  /// What the poller should tell of.
  func interest(_ conversation: borrowing Conversation) -> Poller.Interest {
    var interest: Poller.Interest = peerHasFinished ? [] : .read
    if isBlocked, !conversation.queue.isEmpty { interest.insert(.write) }
    return interest
  }

  /// When there is something to do though the socket says nothing; nil when there is not.
  func deadline(_ conversation: borrowing Conversation, isFinishing: Bool, now: Int64) -> Int64? {
    if !isBlocked, retryAt == nil, mayWrite(conversation) { return now }
    var deadline = Int64.max
    if let retryAt { deadline = retryAt }
    if let next = conversation.receiptQueue.nextDeadline {
      deadline = min(deadline, isBehind ? next &+ timeoutNanoseconds : next)
    }
    if let end = endOfPatience(conversation, isFinishing: isFinishing) { deadline = min(deadline, end) }
    return deadline == .max ? nil : deadline
  }

  /// Reads, writes and takes stock once. `isFinishing`: nothing more will be sent than what is queued.
  func round(
    isReadable: Bool,
    isWritable: Bool,
    isFinishing: Bool,
    _ conversation: inout Conversation
  ) -> Verdict {
    if isReadable, let verdict = read(&conversation, isFinishing: isFinishing) { return verdict }
    let wasStuck = isStuck(conversation)
    if isWritable { isBlocked = false }
    if let verdict = write(&conversation) { return verdict }
    let now = Clock.monotonic
    if !wasStuck { conversation.lastWritten = now }
    conversation.expire(now: isBehind ? now &- timeoutNanoseconds : now)
    return takeStock(&conversation, isFinishing: isFinishing, now: now)
  }

  /// Reports what has come of an unfinished reply before the connection is let go.
  func finishReading(_ conversation: inout Conversation) {
    if case .stream(let stream) = link { stream.finishReading(&conversation, isWhole: false) }
  }

  /// What was sent and cannot have arrived.
  func takeRetained() -> OutgoingBatch? {
    guard case .datagrams(let datagrams) = link else { return nil }
    return datagrams.takeRetained()
  }

  private func mayWrite(_ conversation: borrowing Conversation) -> Bool {
    switch link {
    case .stream(let stream): stream.mayWrite(conversation)
    case .datagrams(let datagrams): datagrams.mayWrite(conversation)
    }
  }

  // MARK: Reading

  private func read(_ conversation: inout Conversation, isFinishing: Bool) -> Verdict? {
    if peerHasFinished { return broken(&conversation, isFinishing: isFinishing) }
    let outcome: ReadOutcome =
      switch link {
      case .stream(let stream): stream.read(&conversation)
      case .datagrams(let datagrams): datagrams.read(&conversation)
      }
    isBehind = false
    switch outcome {
    case .empty, .taken: return nil
    case .more:
      isBehind = true
      return nil
    case .finished: return peerFinished(&conversation, isFinishing: isFinishing)
    case .failed(let error): return failed(error, &conversation)
    }
  }

  /// Only a broken connection is readable after its end: the next write tells how it broke, or the socket does.
  private func broken(_ conversation: inout Conversation, isFinishing: Bool) -> Verdict? {
    isBlocked = false
    guard conversation.queue.isEmpty else { return nil }
    let code = socket.socket.takeError()
    if code != 0 { return .ended(.failed(.broken(endpoint, SystemError("send", code: code)))) }
    return .ended(isFinishing ? .finished : .peerClosed)
  }

  /// No reply can come any more; a peer that is not expected to reply may still read.
  private func peerFinished(_ conversation: inout Conversation, isFinishing: Bool) -> Verdict? {
    guard case .stream(let stream) = link else { return nil }
    stream.finishReading(&conversation, isWhole: true)
    conversation.report.post(.peerFinished(at: Clock.wall))
    peerHasFinished = true
    guard conversation.awaitsReceipts else { return nil }
    let isDone = isFinishing && conversation.queue.isEmpty && conversation.receiptQueue.awaitedCount == 0
    return .ended(isDone ? .finished : .peerClosed)
  }

  // MARK: Writing

  private func write(_ conversation: inout Conversation) -> Verdict? {
    if let retryAt {
      guard Clock.monotonic >= retryAt else { return nil }
      self.retryAt = nil
    }
    guard !isBlocked, mayWrite(conversation) else { return nil }
    let outcome: WriteOutcome =
      switch link {
      case .stream(let stream): stream.write(&conversation)
      case .datagrams(let datagrams): datagrams.write(&conversation)
      }
    switch outcome {
    case .taken: break
    case .blocked: isBlocked = true
    case .exhausted: retryAt = Clock.monotonic &+ ClientExchange.retryNanoseconds
    case .tooLong:
      conversation.refuseNext()
      conversation.report.post(.failure(SystemError("send", code: Errno.messageTooLong), at: Clock.wall))
    case .failed(let error): return failedWriting(error, &conversation)
    }
    return nil
  }

  private func failedWriting(_ error: SystemError, _ conversation: inout Conversation) -> Verdict? {
    switch link {
    case .stream(let stream): return readTheRest(of: stream, after: error, &conversation)
    case .datagrams(let datagrams):
      // The first error may be an earlier datagram's; the second in a row is this one's own.
      if datagrams.isSettled, datagrams.failures > 1 { conversation.refuseNext() }
      return failed(error, &conversation)
    }
  }

  private func failed(_ error: SystemError, _ conversation: inout Conversation) -> Verdict? {
    switch link {
    case .stream: return .ended(.failed(.broken(endpoint, error)))
    case .datagrams(let datagrams):
      guard datagrams.isSettled else { return .refused(error) }
      conversation.report.post(.failure(error, at: Clock.wall))
      return nil
    }
  }

  /// The connection broke under a write: receipts that came before are still in the receive buffer.
  private func readTheRest(
    of stream: ClientStream,
    after error: SystemError,
    _ conversation: inout Conversation
  ) -> Verdict {
    if peerHasFinished { return .ended(.failed(.broken(endpoint, error))) }
    for _ in 0..<ClientExchange.lastReads {
      switch stream.read(&conversation) {
      case .taken, .more: conversation.report.flush()
      case .empty: return .ended(.failed(.broken(endpoint, error)))
      case .failed(let later): return .ended(.failed(.broken(endpoint, later)))
      case .finished:
        stream.finishReading(&conversation, isWhole: true)
        // A pipe breaks under a write because the peer had closed in order before.
        guard error.code == Errno.brokenPipe else { return .ended(.failed(.broken(endpoint, error))) }
        conversation.report.post(.peerFinished(at: Clock.wall))
        return .ended(.peerClosed)
      }
    }
    return .ended(.failed(.broken(endpoint, error)))
  }

  // MARK: Ending

  private func takeStock(_ conversation: inout Conversation, isFinishing: Bool, now: Int64) -> Verdict {
    if peerHasFinished, conversation.queue.isEmpty, isFinishing || endsWithPeer {
      return .ended(isFinishing ? .finished : .peerClosed)
    }
    if isFinishing, conversation.queue.isEmpty, !hasHalfClosed {
      hasHalfClosed = true
      conversation.lastProgress = now
      if case .stream = link { socket.socket.shutdownWriting() }
    }
    if hasHalfClosed, conversation.awaitsReceipts {
      return conversation.receiptQueue.awaitedCount == 0 ? .ended(.finished) : .goesOn
    }
    guard let end = endOfPatience(conversation, isFinishing: isFinishing), now >= end else { return .goesOn }
    if conversation.queue.isEmpty { return .ended(.finished) }
    return .ended(.failed(.broken(endpoint, SystemError("send", code: Errno.timedOut))))
  }

  /// Something waits that the peer, or the system, does not take.
  private func isStuck(_ conversation: borrowing Conversation) -> Bool {
    !conversation.queue.isEmpty && (isBlocked || retryAt != nil)
  }

  /// Until when something has to move; nil is for ever. A peer that owes no receipts has then said all, or what waits is
  /// taken no more: at the end that shows when nothing goes and nothing comes, before it only when nothing goes, for a peer
  /// that never reads can say something now and then.
  private func endOfPatience(_ conversation: borrowing Conversation, isFinishing: Bool) -> Int64? {
    let isStuck = isStuck(conversation)
    var end = Int64.max
    if isFinishing, conversation.awaitsReceipts ? isStuck : conversation.queue.isEmpty {
      end = conversation.lastProgress &+ timeoutNanoseconds
    }
    if isStuck, let stallNanoseconds { end = min(end, conversation.lastWritten &+ stallNanoseconds) }
    return end == .max ? nil : end
  }
}
