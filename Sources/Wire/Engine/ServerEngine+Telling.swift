/// What the server tells its watcher, and what becomes of it when the watcher is slow.
extension ServerEngine {
  /// Hands on what was gathered, and wakes the watcher.
  func handOn() {
    postBatch()
    wakeWatcher()
  }

  /// Wakes the watcher if there is news.
  func wakeWatcher() {
    guard hasNews else { return }
    hasNews = false
    wakeDue = now + ServerEngine.gatherNanoseconds
    events.wake()
  }

  /// Puts what was gathered, if anything, before the watcher, who is not woken for it yet.
  func postBatch() {
    guard !builder.batch.isEmpty else { return builder.forgetPeers() }
    let cost = builder.cost
    let wireCount = builder.wireCount
    let batch = builder.take()
    record(.messages(batch), cost: cost)
    spool?.append(.messages(batch), wireCount: wireCount, current: totals, now: now)
    guard configuration.tellsMessages else { return }
    if configuration.delivery == .lossless {
      post(.messages(batch), cost: cost)
    } else if !offer(.messages(batch), cost: cost) {
      skipped.count += UInt64(batch.records.count)
      skipped.bytes += wireCount
      totals.droppedByServer += UInt64(batch.records.count)
    }
  }

  static let noticeCost = 128
  /// Room that messages do not get: a watcher that misses a message counts it, one that misses an end keeps a ghost.
  private static let noticeReserve = 8 << 20

  /// Tells an event in its place among the messages; the watcher is woken at the end of the round, or soon.
  func tell(_ event: ServerEvent) {
    postBatch()
    record(event, cost: ServerEngine.noticeCost)
    spool?.append(event, current: totals, now: now)
    if configuration.delivery == .lossless {
      post(event, cost: ServerEngine.noticeCost)
    } else if !offer(event, cost: ServerEngine.noticeCost, reserve: ServerEngine.noticeReserve) {
      skipped.notices += 1
    }
  }

  private func post(_ event: ServerEvent, cost: Int) {
    hasNews = true
    if !events.post(event, cost: cost, wakes: false) { isHeld = true }
  }

  /// Offers the watcher what happened, after what it has missed: so it knows where that was.
  private func offer(_ event: ServerEvent, cost: Int, reserve: Int = 0) -> Bool {
    hasNews = true
    return tellSkipped(reserve: reserve) && events.offer(event, cost: cost, reserve: reserve, wakes: false)
  }

  var hasSkipped: Bool { skipped.count > 0 || skipped.notices > 0 }

  /// Tells the watcher what it has missed, if anything; false when there is no room for that.
  @discardableResult
  func tellSkipped(reserve: Int = 0) -> Bool {
    guard hasSkipped else { return true }
    let isTold = events.offer(
      .dropped(skipped, at: time),
      cost: ServerEngine.noticeCost,
      reserve: reserve,
      wakes: false
    )
    if isTold {
      hasNews = true
      skipped = Drop(by: .server)
    }
    return isTold
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
