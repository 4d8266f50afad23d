/// The life of one stream connection at the server: when to read, when to write, when to give up.
///
/// A pure state machine: it is told what happened and says what to do. Times are nanoseconds of any one clock.
package struct ConnectionLife: Sendable {
  package enum State: Hashable, Sendable {
    case open
    /// The peer has closed its end; what is queued still goes out.
    case finishing
    /// Told to end: everything that has come is answered, then this end is closed.
    case draining
    /// This end is closed; the peer's end is awaited.
    case lingering
    /// Writing has failed; what the peer sent before is still read.
    case broken
  }

  package enum Action: Hashable, Sendable {
    case none
    /// Send FIN.
    case closeWriting
    case close(DisconnectReason)
  }

  private let queueLimit: Int
  private var lastHeard: Int64
  /// When a queue began to wait, or last moved.
  private var waitsSince: Int64?
  package private(set) var state = State.open
  /// Whether something is queued that the peer could not take yet, because what it acknowledges is not recorded.
  private var isWithheldFrom = false
  private let stallSeconds: UInt32
  private let idleSeconds: UInt32?

  package init(limits: ServerLimits, now: Int64) {
    queueLimit = limits.queuedBytes
    stallSeconds = UInt32(clamping: limits.stallSeconds)
    idleSeconds = limits.idleSeconds.map(UInt32.init(clamping:))
    lastHeard = now
  }

  /// A peer that takes no receipts is not read from: its own send buffer fills, and that is its back-pressure.
  package func wantsRead(queued: Int) -> Bool { state != .finishing && queued < queueLimit }

  package var mayAnswer: Bool { state != .lingering && state != .broken }

  /// Whether the server's end waits for this connection.
  package func isOwing(queued: Int) -> Bool { queued > 0 || state == .draining }

  package mutating func received(now: Int64) { lastHeard = now }

  /// The read side says that nothing more is there for now.
  package mutating func readEverything(queued: Int) -> Action {
    guard state == .draining, queued == 0 else { return .none }
    state = .lingering
    return .closeWriting
  }

  /// The peer's FIN has come, and everything before it has been answered.
  package mutating func peerFinished(queued: Int) -> Action {
    if state == .lingering { return .close(.stopping) }
    if state == .broken { return .close(.reset) }
    if queued == 0 { return .close(state == .draining ? .stopping : .finished) }
    state = .finishing
    return .none
  }

  /// What was queued has been offered to the socket, but for what is withheld; `queued` bytes are left, and `progress` of
  /// them went.
  package mutating func wrote(progress: Int, queued: Int, withheld: Int = 0, now: Int64) -> Action {
    isWithheldFrom = withheld > 0
    if queued == withheld {
      waitsSince = nil
      return queued == 0 && state == .finishing ? .close(.finished) : .none
    }
    if progress > 0 || waitsSince == nil { waitsSince = now }
    return .none
  }

  /// A write found the connection broken: no more answers, but what came before is read to its end.
  package mutating func writingFailed() {
    state = .broken
    waitsSince = nil
  }

  /// The server ends: answer what has come, then close.
  package mutating func drain() { if state == .open { state = .draining } }

  package func tick(now: Int64) -> Action {
    if let waitsSince { return Self.hasPassed(stallSeconds, since: waitsSince, now: now) ? .close(.stalled) : .none }
    guard let idleSeconds, !isWithheldFrom else { return .none }
    return Self.hasPassed(idleSeconds, since: lastHeard, now: now) ? .close(.idle) : .none
  }

  private static func hasPassed(_ seconds: UInt32, since start: Int64, now: Int64) -> Bool {
    now - start >= Int64(seconds) * 1_000_000_000
  }
}
