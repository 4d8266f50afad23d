import CNcurses

/// Wakes a thread that is blocked in `Waiter.wait`, from any other thread: an eventfd(2), or a pipe where there is none.
package final class WakeDescriptor: Sendable {
  /// To be waited for: readable from a `signal()` to the next `clear()`.
  package let descriptor: CInt
  private let writeEnd: CInt

  package init() throws(SystemCallError) {
    var ends: [CInt] = [-1, -1]
    let code = cncurses_wake_open(&ends)
    guard code == 0 else { throw SystemCallError(call: "eventfd", code: code) }
    descriptor = ends[0]
    writeEnd = ends[1]
  }

  deinit { cncurses_wake_close([descriptor, writeEnd]) }

  package func signal() { cncurses_wake_signal(writeEnd) }

  /// Called before what was signalled is looked at, so that a signal that comes meanwhile is not lost.
  package func clear() { cncurses_wake_clear(descriptor) }

  /// What a signal handler writes to.
  var signalEnd: CInt { writeEnd }
}
