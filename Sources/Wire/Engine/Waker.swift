internal import CSystem

/// Lets another thread end a wire thread's wait: eventfd(2), or a pipe where there is none.
final class Waker: Sendable {
  private let waker: csystem_waker

  init() throws(SystemError) {
    var waker = csystem_waker()
    let result = csystem_waker_create(&waker)
    if result < 0 { throw SystemError("eventfd", code: -result) }
    self.waker = waker
  }

  deinit { csystem_waker_destroy(waker) }

  var descriptor: Int32 { waker.descriptor }

  /// Callable from any thread.
  func signal() { csystem_waker_signal(waker) }

  func clear() { csystem_waker_clear(waker) }

  /// Waits for a signal alone, at most `milliseconds` (for ever when nil).
  func wait(milliseconds: Int32?) { _ = csystem_wait_readable(waker.descriptor, milliseconds ?? -1) }
}
