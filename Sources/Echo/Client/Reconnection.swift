import Wire

/// When a connection that was lost is tried again: after 1, 2, 4 … 30 s, and after 1 s again once one has held.
///
/// A pure value: it is told the time, by a wall clock that may jump.
struct Reconnection: Hashable, Sendable {
  static let firstDelay: Int64 = 1_000_000_000
  static let longestDelay: Int64 = 30_000_000_000
  /// A connection that held for so long has not failed.
  static let steadyDuration: Int64 = 10_000_000_000

  /// The next try.
  struct Retry: Hashable, Sendable {
    /// Counts the tries since a connection held, from 1.
    var number: Int
    var since: Timestamp
    /// Nanoseconds after `since`.
    var delay: Int64

    var time: Timestamp { Timestamp(nanoseconds: since.nanoseconds + delay) }

    /// Whole seconds until it begins, begun ones included.
    func seconds(at now: Timestamp) -> Int64 {
      (min(max(0, time.nanoseconds - now.nanoseconds), delay) + 999_999_999) / 1_000_000_000
    }
  }

  let isEnabled: Bool
  /// The next try; nil while there is none to come.
  private(set) var retry: Retry?
  private var count = 0
  private var connectedAt: Timestamp?
  /// The user asked for the try that is under way: that it fails is no reason to wait longer.
  private var isByHand = false

  init(isEnabled: Bool) { self.isEnabled = isEnabled }

  /// Whether nothing but tries that failed came since a connection held.
  var isRepeating: Bool { count > 0 }

  mutating func connected(at time: Timestamp) {
    connectedAt = time
    isByHand = false
  }

  /// The connection, or the try, has ended, and nobody wanted that.
  mutating func lost(at time: Timestamp) {
    if let connectedAt, time.nanoseconds - connectedAt.nanoseconds >= Reconnection.steadyDuration { count = 0 }
    connectedAt = nil
    defer { isByHand = false }
    guard isEnabled else { return }
    if !isByHand || count == 0 { count += 1 }
    // 32 s is more than the longest.
    let delay = Reconnection.firstDelay << Int64(min(count - 1, 5))
    retry = Retry(number: count, since: time, delay: min(delay, Reconnection.longestDelay))
  }

  /// A try begins.
  mutating func begin(isByHand: Bool) {
    self.isByHand = isByHand
    retry = nil
  }

  /// The user has ended the connection: nothing is tried until something is lost again.
  mutating func rest() {
    retry = nil
    count = 0
    connectedAt = nil
  }

  /// Whether the next try is due; a clock that went back makes it wait for its delay anew.
  mutating func isDue(at now: Timestamp) -> Bool {
    guard let retry else { return false }
    if now < retry.since { self.retry?.since = now }
    return now >= retry.time
  }
}
