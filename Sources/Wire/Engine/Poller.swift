internal import CSystem

/// Waits for many sockets at once: epoll(7), or kqueue(2) where there is no epoll.
package struct Poller: ~Copyable {
  struct Interest: OptionSet, Hashable, Sendable {
    let rawValue: UInt32

    static let read = Interest(rawValue: UInt32(CSYSTEM_READABLE))
    static let write = Interest(rawValue: UInt32(CSYSTEM_WRITABLE))
    /// Told once each time something comes, whether or not somebody reads it.
    static let edgeTriggered = Interest(rawValue: CSYSTEM_EDGE_TRIGGERED)
  }

  private let descriptor: Int32
  private let ready: UnsafeMutableBufferPointer<csystem_ready>

  init() throws(SystemError) {
    let descriptor = csystem_poller_create()
    guard descriptor >= 0 else { throw SystemError("epoll_create1", code: -descriptor) }
    self.descriptor = descriptor
    ready = .allocate(capacity: 256)
  }

  deinit {
    ready.deallocate()
    _ = csystem_close(descriptor)
  }

  /// A socket is forgotten when it is closed.
  func add(_ socket: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
    let result = csystem_poller_set(descriptor, socket, interest.rawValue, token, 1)
    if result < 0 { throw SystemError("epoll_ctl", code: -result) }
  }

  func change(
    _ socket: Int32,
    _ interest: Interest,
    token: UInt64,
    by calls: borrowing SystemCalls
  ) throws(SystemError) {
    let result = calls.changeInterest { csystem_poller_set(descriptor, socket, interest.rawValue, token, 0) }
    if result < 0 { throw SystemError("epoll_ctl", code: -result) }
  }

  /// Waits until something is ready, at most `milliseconds` (for ever when nil), and says how many are; `event(_:)` has them.
  ///
  /// Interrupted is 0; another failure is the negated errno.
  func wait(milliseconds: Int32?) -> Int {
    Int(csystem_poller_wait(descriptor, ready.baseAddress, Int32(ready.count), milliseconds ?? -1))
  }

  /// One of the events of the last wait.
  func event(_ index: Int) -> Event { Event(token: ready[index].token, state: ready[index].events) }

  struct Event {
    let token: UInt64
    let state: UInt32

    var isBroken: Bool { state & UInt32(CSYSTEM_BROKEN) != 0 }
    var isWritable: Bool { state & UInt32(CSYSTEM_WRITABLE) != 0 }
    /// Also when the socket is broken: the read then tells how.
    var isReadable: Bool { state & UInt32(CSYSTEM_READABLE | CSYSTEM_BROKEN) != 0 }
  }
}
