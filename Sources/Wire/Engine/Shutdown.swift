/// How a server ends: it answers what has come, bounded in time, and then stops.
///
/// A pure state machine over nanoseconds of any one clock.
package struct Shutdown: Sendable {
  package enum State: Hashable, Sendable {
    case running
    /// Connections still owe or are owed something; all end at the deadline.
    case draining(deadline: Int64)
    /// Everything is answered; peers get a moment to close their ends.
    case lingering(deadline: Int64)
    case ended
  }

  /// How long peers that have been answered may take to close their end.
  package static let lingerNanoseconds: Int64 = 250_000_000

  package private(set) var state = State.running
  /// Whether the user has asked twice.
  package private(set) var isHurried = false

  package init() {}

  package var isRunning: Bool { state == .running }

  /// Begins the end; false when it had begun. A second request by the user ends at once.
  package mutating func begin(_ reason: StopReason, now: Int64) -> Bool {
    switch (state, reason) {
    case (.running, .message), (.running, .recordingFailed): state = .draining(deadline: now + 1_000_000_000)
    case (.running, .asked): state = .draining(deadline: now + 5_000_000_000)
    case (_, .asked):
      state = .ended
      isHurried = true
      return false
    case (_, .message), (_, .recordingFailed): return false
    }
    return true
  }

  /// Takes stock after each round: `open` connections in all, and `owing` of them and of datagrams that still have something
  /// to read or to send.
  package mutating func update(open: Int, owing: Int, now: Int64) {
    switch state {
    case .running, .ended: return
    case .draining(let deadline):
      if (open == 0 && owing == 0) || now >= deadline {
        state = .ended
      } else if owing == 0 {
        state = .lingering(deadline: min(deadline, now + Shutdown.lingerNanoseconds))
      }
    case .lingering(let deadline):
      if open == 0 || now >= deadline { state = .ended }
    }
  }

  package var deadline: Int64? {
    switch state {
    case .running: nil
    case .draining(let deadline), .lingering(let deadline): deadline
    case .ended: 0
    }
  }
}
