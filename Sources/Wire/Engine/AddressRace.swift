/// Decides which of a name's addresses is tried when, and which wins (Happy Eyeballs, RFC 8305).
///
/// A pure state machine over nanoseconds of any one clock: it is told what happened and says what to do.
package struct AddressRace: Sendable {
  package enum Action: Hashable, Sendable {
    /// Begin to connect to `addresses[index]`.
    case start(Int)
    /// Abandon an attempt: another one has won, or time is up.
    case cancel(Int)
    /// This attempt's connection is the one.
    case connected(Int)
    case failed(Failure)
  }

  package enum Failure: Hashable, Sendable {
    /// Every address failed; the most telling of their errors.
    case error(SystemError)
    case timeout
  }

  /// How long an attempt stays alone before the next begins (RFC 8305, 5).
  package static let attemptDelayNanoseconds: Int64 = 250_000_000

  /// The addresses in the order in which they are tried.
  package let addresses: [SocketAddress]
  /// When time is up.
  private let end: Int64
  private var started = 0
  private var nextStart: Int64?
  private var running: Set<Int> = []
  private var error: SystemError?
  private var isOver = false

  /// `addresses` come in the resolver's order (RFC 6724).
  package init(_ addresses: [SocketAddress], now: Int64, timeoutNanoseconds: Int64) {
    self.addresses = AddressRace.interleaved(addresses)
    end = now &+ timeoutNanoseconds
  }

  /// When `tick` has something to do; nil once the race is over.
  package var deadline: Int64? {
    guard !isOver else { return nil }
    return nextStart.map { min($0, end) } ?? end
  }

  package mutating func begin(now: Int64) -> [Action] { isOver ? [] : startNext(now: now) }

  package mutating func succeeded(_ index: Int) -> [Action] {
    guard !isOver, running.remove(index) != nil else { return [] }
    return [.connected(index)] + finish()
  }

  /// An attempt failed: the next begins at once.
  package mutating func failed(_ index: Int, _ error: SystemError, now: Int64) -> [Action] {
    guard !isOver, running.remove(index) != nil else { return [] }
    self.error = AddressRace.moreTelling(self.error, error)
    return startNext(now: now)
  }

  package mutating func tick(now: Int64) -> [Action] {
    if isOver { return [] }
    if now >= end { return finish() + [.failed(.timeout)] }
    guard let nextStart, now >= nextStart else { return [] }
    return startNext(now: now)
  }

  private mutating func startNext(now: Int64) -> [Action] {
    guard started < addresses.count else {
      nextStart = nil
      guard running.isEmpty else { return [] }
      isOver = true
      return [.failed(.error(error ?? SystemError("connect", code: Errno.addressNotAvailable)))]
    }
    let index = started
    started += 1
    running.insert(index)
    nextStart = started < addresses.count ? now &+ AddressRace.attemptDelayNanoseconds : nil
    return [.start(index)]
  }

  private mutating func finish() -> [Action] {
    isOver = true
    defer { running = [] }
    return running.sorted().map(Action.cancel)
  }

  /// The two families in turn, the first address's family first, and no address twice (RFC 8305, 4).
  package static func interleaved(_ addresses: [SocketAddress]) -> [SocketAddress] {
    var seen: Set<SocketAddress> = []
    let unique = addresses.filter { seen.insert($0).inserted }
    guard let first = unique.first?.family else { return [] }
    var own = unique.filter { $0.family == first }[...]
    var other = unique.filter { $0.family != first }[...]
    var result: [SocketAddress] = []
    while !own.isEmpty || !other.isEmpty {
      if let address = own.popFirst() { result.append(address) }
      if let address = other.popFirst() { result.append(address) }
    }
    return result
  }

  /// Of two errors the one that tells a user more; of equals the later.
  package static func moreTelling(_ earlier: SystemError?, _ later: SystemError) -> SystemError {
    guard let earlier, weight(earlier) > weight(later) else { return later }
    return earlier
  }

  /// A host that said no tells more than a network that could not reach it, and that more than a family that this
  /// machine does not have.
  private static func weight(_ error: SystemError) -> Int {
    switch error.code {
    case Errno.connectionRefused, Errno.connectionReset: 5
    case Errno.accessDenied, Errno.notPermitted: 4
    case Errno.timedOut: 3
    case Errno.hostUnreachable, Errno.networkUnreachable: 1
    case Errno.addressNotAvailable, Errno.familyNotSupported: 0
    default: 2
    }
  }
}
