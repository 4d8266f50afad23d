#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What a descriptor is waited for, and what it turned out to be ready for.
package struct Readiness: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let readable = Readiness(rawValue: 1)
  package static let writable = Readiness(rawValue: 2)
  /// The other end is gone, or the descriptor is broken; reported unasked. What was sent before may still be readable.
  package static let hangUp = Readiness(rawValue: 4)
}

/// The one place where a thread blocks: poll(2) on a few descriptors, with an optional timeout.
package struct Waiter: ~Copyable {
  /// How often in a row poll(2) may fail, which is for want of memory in the kernel, and how long it is let alone then:
  /// a second in all.
  private static let patience = (failures: 100, microseconds: useconds_t(10_000))

  private var entries: [pollfd] = []

  package init() {}

  /// Waits for `interest` on a descriptor from now on; an empty one forgets the descriptor, hang-ups included.
  package mutating func watch(_ descriptor: CInt, for interest: Readiness) {
    entries.removeAll { $0.fd == descriptor }
    guard !interest.isEmpty else { return }
    var events: Int32 = 0
    if interest.contains(.readable) { events |= Int32(POLLIN) }
    if interest.contains(.writable) { events |= Int32(POLLOUT) }
    entries.append(pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0))
  }

  /// Blocks until a descriptor is ready or the timeout is over (nil: no timeout; parts of a millisecond round up, so that
  /// it is never over early); false if nothing is ready. Signals without a watch do not end it, nor does
  /// an error that passes.
  @discardableResult
  package mutating func wait(timeout: Duration? = nil) throws(SystemCallError) -> Bool {
    let deadline = timeout.map { ContinuousClock.now + $0 }
    var failures = 0
    while true {
      let milliseconds = deadline.map { Waiter.milliseconds(ContinuousClock.now.duration(to: $0)) } ?? -1
      let count = poll(&entries, nfds_t(entries.count), milliseconds)
      if count > 0 { return true }
      if count == 0 {
        if let deadline, ContinuousClock.now < deadline { continue }
        return false
      }
      if errno == EINTR { continue }
      failures += 1
      guard failures < Waiter.patience.failures else { throw SystemCallError(call: "poll") }
      usleep(Waiter.patience.microseconds)
    }
  }

  /// What the last wait found out about a descriptor.
  package func readiness(of descriptor: CInt) -> Readiness {
    guard let entry = entries.first(where: { $0.fd == descriptor }) else { return [] }
    return Waiter.readiness(Int32(entry.revents))
  }

  /// Whether a descriptor is ready right now.
  static func isReady(_ descriptor: CInt, for interest: Readiness) -> Bool {
    var waiter = Waiter()
    waiter.watch(descriptor, for: interest)
    let ready = (try? waiter.wait(timeout: .zero)) ?? false
    return ready && !waiter.readiness(of: descriptor).isEmpty
  }

  private static func readiness(_ events: Int32) -> Readiness {
    var readiness: Readiness = []
    if events & Int32(POLLIN) != 0 { readiness.insert(.readable) }
    if events & Int32(POLLOUT) != 0 { readiness.insert(.writable) }
    if events & Int32(POLLHUP | POLLERR | POLLNVAL) != 0 { readiness.insert(.hangUp) }
    return readiness
  }

  private static func milliseconds(_ duration: Duration) -> CInt {
    guard duration > .zero else { return 0 }
    let (seconds, attoseconds) = duration.components
    guard seconds < 1_000_000 else { return 1_000_000_000 }
    return CInt(seconds) * 1000 + CInt((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
