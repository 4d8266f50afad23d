/// Bounds the replies to any one datagram source beyond this machine, whose address may be forged to flood someone else.
///
/// Memory is bounded too: sources share a fixed number of counters, so that a crowd may be refused early, none late.
package struct ReplyLimiter: Sendable {
  /// Replies to one source in any second, at most: so many at once, and the rest as time goes by.
  package static let limit = 1000
  private static let burst: Int64 = 200
  private static let interval = 1_000_000_000 / (Int64(limit) - burst)
  private static let counterCount = 1024

  /// When each counter's replies are paid for, at one an interval. Empty until a source beyond this machine appears.
  private var paidTimes: [Int64] = []

  package init() {}

  /// Whether one more reply may go to the source; counts it. `now` is in nanoseconds of any one clock.
  package mutating func allows(_ source: SocketAddress, now: Int64) -> Bool {
    if source.isLoopback { return true }
    if paidTimes.isEmpty { paidTimes = Array(repeating: now, count: ReplyLimiter.counterCount) }
    var hasher = Hasher()
    hasher.combine(source.high)
    hasher.combine(source.low)
    let index = Int(UInt(bitPattern: hasher.finalize()) % UInt(ReplyLimiter.counterCount))
    let start = max(paidTimes[index], now)
    guard start - now <= (ReplyLimiter.burst - 1) * ReplyLimiter.interval else { return false }
    paidTimes[index] = start + ReplyLimiter.interval
    return true
  }
}
