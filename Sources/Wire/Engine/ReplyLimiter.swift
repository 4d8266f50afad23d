/// Bounds the replies to any one datagram source beyond this machine, whose address may be forged to flood someone else.
///
/// Memory is bounded too: sources share a fixed number of counters, so that a crowd may be refused early, none late.
package struct ReplyLimiter: Sendable {
  private struct Window {
    var start: Int64
    var replies: Int
  }

  /// Replies a second to one source.
  package static let limit = 1000
  private static let windowNanoseconds: Int64 = 1_000_000_000
  private static let windowCount = 1024

  /// Empty until a source beyond this machine appears.
  private var windows: [Window] = []

  package init() {}

  /// Whether one more reply may go to the source; counts it. `now` is in nanoseconds of any one clock.
  package mutating func allows(_ source: SocketAddress, now: Int64) -> Bool {
    if source.isLoopback { return true }
    if windows.isEmpty { windows = Array(repeating: Window(start: now, replies: 0), count: ReplyLimiter.windowCount) }
    var hasher = Hasher()
    hasher.combine(source.high)
    hasher.combine(source.low)
    let index = Int(UInt(bitPattern: hasher.finalize()) % UInt(ReplyLimiter.windowCount))
    if now - windows[index].start >= ReplyLimiter.windowNanoseconds { windows[index] = Window(start: now, replies: 0) }
    guard windows[index].replies < ReplyLimiter.limit else { return false }
    windows[index].replies += 1
    return true
  }
}
