import Screen
import Wire

/// What the wire tells, and what that changes.
extension ClientModel {
  mutating func handle(_ news: ClientEvent) -> [Effect<ClientRequest>] {
    switch news {
    case .resolving(let host, _): link.resolve(host)
    case .resolved(let count, _): link.resolved(addressCount: count)
    case .connecting(let address, _):
      noteAttemptFailure()
      link.connect(to: address)
    case .attemptFailed(let address, let error, let time):
      noteAttemptFailure()
      // Of tries in a row only the first tells of every address.
      if reconnection.isRepeating { break }
      attemptFailure = ("\(address.map { "\($0): " } ?? "")\(error.reason); trying on", time)
    case .connected(let local, let peer, let time): return connected(local: local, peer: peer, at: time)
    case .traffic(let batch): return take(batch)
    case .peerFinished(let time):
      link.peerFinished()
      if !awaitsReceipts { note("the server has closed its end", at: time) }
    case .failure(let error, let time): note("\(error.call) failed: \(error.reason)", isAlert: true, at: time)
    case .recording(let file, let step, let time): note(step.text(file), at: time)
    case .recordingFailed(let failure, let time): return fail(failure, at: time)
    case .ended(let end, _, let time): return ended(end, at: time)
    }
    return []
  }

  private mutating func connected(
    local: SocketAddress?,
    peer: SocketAddress?,
    at time: Timestamp
  ) -> [Effect<ClientRequest>] {
    noteAttemptFailure()
    link.connected(at: time)
    reconnection.connected(at: time)
    (hasConnected, hasAdvised) = (true, false)
    var text = "connected"
    if let peer, !title.hasSuffix(peer.description) { text += " to \(peer)" }
    if let local { text += " from \(local)" }
    note(text, at: time)
    var effects = giveQueue()
    if ending == .whenSent { effects += finish() }
    return effects
  }

  /// Tells that nothing is recorded any more, and ends where that is not to be.
  private mutating func fail(_ failure: RecordingFailure, at time: Timestamp) -> [Effect<ClientRequest>] {
    recordingFailure = failure
    note(failure.clientText, isAlert: true, at: time)
    guard failure.endsProgram else { return [] }
    if case .down = phase { return [.quit] }
    ending = .asked
    link.phase = .closing
    return [.request(.close)]
  }

  private mutating func ended(_ end: ClientEnd, at time: Timestamp) -> [Effect<ClientRequest>] {
    // What the wire was given and did not write goes again; nobody else knows of what came after the wire's end.
    queue.takeBack()
    measures.end(inDoubt: browser.log.doubt(before: queue.firstID ?? nextID))
    attemptFailure = nil
    if ending == .asked { return [.quit] }
    let isWanted = isClosing || end == .closed || end == .finished
    link.phase = .down(isWanted ? .closed : end)
    if isWanted { reconnection.rest() } else { reconnection.lost(at: time) }
    if queue.isEmpty || (ending == .whenSent && reconnection.retry == nil) { ending = .none }
    tell(isWanted ? .closed : end, at: time)
    isClosing = false
    guard isReconnecting else { return [] }
    isReconnecting = false
    return connect(isByHand: true)
  }

  /// Says how the connection ended, and what comes next; what to do about it is said once.
  private mutating func tell(_ end: ClientEnd, at time: Timestamp) {
    let isAlert = end != .closed
    guard let retry = reconnection.retry else {
      note(end.advice ?? end.loss, isAlert: isAlert, at: time)
      return
    }
    if !hasAdvised, let advice = end.advice {
      note(advice, isAlert: isAlert, at: time)
      hasAdvised = true
    }
    let delay = Figures.latency(nanoseconds: retry.delay)
    note("\(end.loss) - retry \(retry.number) in \(delay)", isAlert: isAlert, at: time)
  }

  /// Tells of an address that did not work, now that it is known not to be the end.
  private mutating func noteAttemptFailure() {
    if let (text, time) = attemptFailure { note(text, isAlert: true, at: time) }
    attemptFailure = nil
  }

  private mutating func take(_ batch: TrafficBatch) -> [Effect<ClientRequest>] {
    var effects: [Effect<ClientRequest>] = []
    for record in batch.records {
      let isAwaited = awaitsReceipts && record.isAwaited
      measures.count(record, isAwaited: isAwaited, at: batch.time)
      show(record, of: batch, isAwaited: isAwaited)
      effects += follow(record, isAwaited: isAwaited)
    }
    browser.follow()
    return effects
  }

  /// What a record changes in the log.
  private mutating func show(_ record: TrafficRecord, of batch: TrafficBatch, isAwaited: Bool) {
    switch record.kind {
    case .sent:
      queue.remove(record.message)
      browser.log.mark(record.message, isAwaited ? .waiting : .written)
    case .timedOut: browser.log.mark(record.message, .timedOut)
    case .failed:
      if record.detail == .unsent { break }
      queue.remove(record.message)
      browser.log.mark(record.message, record.detail == .refused ? .failed : .inDoubt)
    case .receipt, .lateReceipt, .received:
      let payload = batch.payload(of: record)
      let shown = framing.shown(of: payload, transport: transport)
      var isFolded = false
      if record.kind != .received {
        let fate: ClientLog.Fate =
          record.kind == .receipt ? .answered(record.roundTrip) : .late(record.roundTrip)
        isFolded = browser.log.mark(record.message, fate) && record.flags.isEmpty && shown.elementsEqual("OK".utf8)
      }
      guard !isFolded else { return }
      browser.log.append(
        received: shown,
        wireCount: record.wireCount,
        flags: record.flags,
        answering: record.kind == .received ? 0 : record.message,
        at: batch.time
      )
      unread.count(1)
    }
  }

  /// Ends the session when the stop message has met its fate.
  private mutating func follow(_ record: TrafficRecord, isAwaited: Bool) -> [Effect<ClientRequest>] {
    guard case .stopMessage(record.message, let isWritten) = ending else { return [] }
    switch record.kind {
    case .receipt, .lateReceipt, .timedOut: return finish()
    case .sent:
      guard isAwaited else { return finish() }
      ending = .stopMessage(record.message, isWritten: true)
    case .failed where record.detail == .unsent: break
    case .failed: ending = isWritten ? .asked : .none
    case .received: break
    }
    return []
  }

  mutating func finish() -> [Effect<ClientRequest>] {
    ending = .asked
    link.phase = .closing
    return [.request(.finish)]
  }

  mutating func note(_ text: String, isAlert: Bool = false, at time: Timestamp) {
    browser.log.append(notice: text, isAlert: isAlert, at: time)
    unread.count(1)
    browser.follow()
  }
}
