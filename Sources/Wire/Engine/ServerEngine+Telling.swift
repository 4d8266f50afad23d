/// What the server tells its watcher, and what becomes of it when the watcher is slow.
extension ServerEngine {
  /// Hands on what was gathered, if anything.
  func postBatch() {
    guard !builder.batch.isEmpty else { return builder.forgetPeers() }
    let cost = builder.cost
    let wireCount = builder.wireCount
    let batch = builder.take()
    record(.messages(batch), cost: cost)
    spool?.append(.messages(batch), wireCount: wireCount, current: totals, now: now)
    if configuration.delivery == .lossless {
      if !events.post(.messages(batch), cost: cost) { isHeld = true }
    } else if !events.offer(.messages(batch), cost: cost) {
      skipped.count += UInt64(batch.records.count)
      skipped.bytes += wireCount
      totals.droppedByServer += UInt64(batch.records.count)
    }
  }

  static let noticeCost = 128
  /// Room that messages do not get: a watcher that misses a message counts it, one that misses an end keeps a ghost.
  private static let noticeReserve = 8 << 20

  /// Tells an event in its place among the messages.
  func tell(_ event: ServerEvent) {
    postBatch()
    record(event, cost: ServerEngine.noticeCost)
    spool?.append(event, current: totals, now: now)
    if configuration.delivery == .lossless {
      if !events.post(event, cost: ServerEngine.noticeCost) { isHeld = true }
    } else if !events.offer(event, cost: ServerEngine.noticeCost, reserve: ServerEngine.noticeReserve) {
      skipped.notices += 1
    }
  }

  var hasSkipped: Bool { skipped.count > 0 || skipped.notices > 0 }

  func tellSkipped() {
    guard hasSkipped else { return }
    if events.offer(.dropped(skipped, at: time), cost: ServerEngine.noticeCost) { skipped = Drop(by: .server) }
  }

  /// After one telling others wait so long: strangers must not fill a log with what they are refused.
  private static let refusalPause: Int64 = 100_000_000

  var hasRefusals: Bool { refusedConnections > 0 || refusedStops != nil || refusedReplies != nil }

  func tellRefusals() {
    guard hasRefusals else { return }
    refusalsDue = now + ServerEngine.refusalPause
    if refusedConnections > 0 {
      let limit = configuration.limits.connections
      tell(.refused(.connections(count: refusedConnections, limit: limit), at: time))
      refusedConnections = 0
    }
    if let refused = refusedStops {
      tell(.refused(.stops(count: refused.count, lastPeer: refused.lastPeer), at: time))
      refusedStops = nil
    }
    if let refused = refusedReplies {
      tell(.refused(.replies(count: refused.count, lastPeer: refused.lastPeer), at: time))
      refusedReplies = nil
    }
  }

  func refuseStop(by peer: Peer) {
    refusedStops = ((refusedStops?.count ?? 0) + 1, peer)
    totals.refused += 1
    totals.stopsRefused += 1
  }

  func refuseConnection() {
    refusedConnections += 1
    totals.refused += 1
  }

  func refuseReply(to peer: Peer) {
    refusedReplies = ((refusedReplies?.count ?? 0) + 1, peer)
    totals.refused += 1
  }
}
