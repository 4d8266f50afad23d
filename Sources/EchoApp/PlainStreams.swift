import Echo
import Terminal

/// The plain mode's two output streams, and the one place where its thread waits.
struct PlainStreams: ~Copyable {
  let wake: WakeDescriptor
  var output = StandardOutput()
  var notices = StandardOutput(descriptor: 2)
  private let signals: SignalWatch
  private var waiter = Waiter()

  static func open() throws(Failure) -> PlainStreams {
    let wake = try Failure.onError(.systemError) { try WakeDescriptor() }
    let signals = try Failure.onError(.systemError) {
      try SignalWatch([.terminate, .interrupt, .hangUp], wake: wake)
    }
    return PlainStreams(wake: wake, signals: signals)
  }

  private init(wake: WakeDescriptor, signals: consuming SignalWatch) {
    self.wake = wake
    self.signals = signals
    waiter.watch(wake.descriptor, for: .readable)
    waiter.watch(output.descriptor, for: .hangUp)
  }

  /// Writes and forgets what has gathered: notices first, because they are about what comes.
  mutating func write(_ plain: inout PlainOutput) throws(Failure) {
    defer { plain.removeAll() }
    do {
      if !plain.notices.isEmpty {
        try notices.append(plain.notices)
        try notices.flush()
      }
      try output.append(plain.output)
      try output.flush()
    } catch {
      throw Failure(.ioError, "cannot write the output: \(error)")
    }
  }

  /// Sleeps until there is something to do, and returns the signals that came.
  mutating func wait(timeout: Duration? = nil) throws(Failure) -> Signals {
    _ = try Failure.onError(.systemError) { try waiter.wait(timeout: timeout) }
    wake.clear()
    return signals.take()
  }
}
