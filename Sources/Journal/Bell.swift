internal import CSystem
internal import Synchronization

/// Wakes the thread that records: when there is something to record, and when nothing more will come.
package final class Bell: Sendable {
  private let waker: csystem_waker
  private let closing = Atomic(false)

  package init() throws(RecordingError) {
    var waker = csystem_waker()
    let result = csystem_waker_create(&waker)
    guard result >= 0 else { throw .system("eventfd", code: -result) }
    self.waker = waker
  }

  deinit { csystem_waker_destroy(waker) }

  /// Callable from any thread.
  package func ring() { csystem_waker_signal(waker) }

  /// Nothing is added to what is to be recorded after this.
  package func close() {
    closing.store(true, ordering: .releasing)
    ring()
  }

  var isClosing: Bool { closing.load(ordering: .acquiring) }

  /// Waits until it has rung since the last time, at most so long (for ever when nil).
  func wait(milliseconds: Int32?) {
    _ = csystem_wait_readable(waker.descriptor, milliseconds ?? -1)
    csystem_waker_clear(waker)
  }
}
