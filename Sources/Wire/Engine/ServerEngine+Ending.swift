/// The server's end: what has come is taken in and answered, then everything is closed.
extension ServerEngine {
  /// How long a round may take in what had come before the end.
  private static let drainNanoseconds: Int64 = 20_000_000
  /// After so many reads of one connection the time is looked at.
  private static let readsPerLook = 16

  func beginShutdown(_ reason: StopReason) {
    guard shutdown.begin(reason, now: now) else { return }
    tellRefusals()
    tell(.stopping(reason, at: time))
    for socket in bound {
      if socket.endpoint.transport.isDatagram {
        receiveDatagrams(on: socket, isLast: true)
      } else {
        accept(on: socket, isLast: true)
      }
    }
    reportKernelDrops()
    isResting = false
    // Those over which withheld receipts go are open until then.
    if withheld.datagramCount > 0 { for socket in bound { try? watch(socket, for: []) } }
    bound = []
    for case let connection? in connections { connection.life.drain() }
    mayHaveUnread = true
  }

  /// Takes in what had come before the end, which no event may tell of any more: a part of it each round, so that neither
  /// the deadline nor whoever asks again waits for peers that send without end.
  func receiveFromDraining() {
    mayHaveUnread = false
    let end = Clock.monotonic + ServerEngine.drainNanoseconds
    for _ in 0..<connections.count {
      if isHeld || Clock.monotonic >= end { return mayHaveUnread = true }
      // From where the last round left off, so that each peer has its turn.
      drainSlot = drainSlot + 1 < connections.count ? drainSlot + 1 : 0
      if let connection = connections[drainSlot], connection.life.state == .draining {
        receive(on: connection, isBroken: false)
      }
    }
  }

  /// Reads on as far as the peer takes its receipts, up to a share of the round: no event tells that nothing more is there.
  func receiveLast(on connection: StreamConnection, isBroken: Bool) {
    let end = Clock.monotonic + ServerEngine.drainNanoseconds
    var reads = 0
    while true {
      guard isBroken || connection.life.wantsRead(queued: connection.output.count + answers.count) else {
        // Without answers to send it goes on when the peer has taken some.
        if answers.isEmpty { break }
        sendAnswers(to: connection)
        continue
      }
      let count = calls.receive(connection.socket.descriptor, readBuffer)
      if count == -Int(Errno.interrupted) { continue }
      guard count > 0 else { return endReading(of: connection, count) }
      note(count, of: connection)
      reads += 1
      if builder.isFull {
        sendAnswers(to: connection)
        handOn()
      }
      if isHeld || reads % ServerEngine.readsPerLook == 0 && Clock.monotonic >= end {
        mayHaveUnread = true
        break
      }
    }
    settle(connection, .none)
  }

  /// Tells of drops that no datagram will: those after the last one that there was room for.
  func reportKernelDrops() {
    mayHaveDropped = false
    for socket in bound where socket.endpoint.transport.isDatagram {
      if let drops = socket.kernelDrops { noteKernelDrops(socket.takeDrops(total: drops)) }
    }
  }

  func noteKernelDrops(_ count: UInt64) {
    guard count > 0 else { return }
    totals.droppedByKernel += count
    tell(.dropped(Drop(by: .kernel, count: count), at: time))
  }

  func end() {
    for case let connection? in connections { close(connection, .stopping) }
    postBatch()
    tellRefusals()
    if hasSkipped {
      _ = events.post(.dropped(skipped, at: time), cost: ServerEngine.noticeCost)
    }
    totals.traffic.messages = builder.lastSequence
    if let recordingFailure { totals.unrecorded = builder.lastSequence - recordingFailure.lastSequence }
    _ = records?.post(.stopped(totals, at: time), cost: ServerEngine.noticeCost)
    spool?.append(.stopped(totals, at: time), current: totals, now: now)
    spool?.end(isHurried: shutdown.isHurried)
    _ = events.post(.stopped(totals, at: time), cost: ServerEngine.noticeCost)
  }
}
