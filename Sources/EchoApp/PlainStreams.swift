import Echo
import Terminal

/// The plain mode's two output streams, and the one place where its thread waits.
struct PlainStreams: ~Copyable {
  let wake: WakeDescriptor
  var output = StandardOutput()
  var notices = StandardOutput(descriptor: 2)
  private let signals: SignalWatch
  private var waiter = Waiter()
  private var watched: Int32?

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

  /// Writes and forgets what has gathered, in the order in which it came about.
  mutating func write(_ plain: inout PlainOutput) throws(Failure) {
    defer { plain.removeAll() }
    do {
      try notices.append(plain.notices)
      try notices.flush()
      try output.append(plain.output)
      try output.flush()
      try notices.append(plain.lateNotices)
      try notices.flush()
    } catch {
      throw Failure(.ioError, "cannot write the output: \(error)")
    }
  }

  /// Sleeps until there is something to do; says whether `input` has something to read, and whether the user or the
  /// reader of the output wants no more.
  mutating func wait(input: Int32? = nil) throws(Failure) -> (hasInput: Bool, isToEnd: Bool) {
    if let watched, watched != input { waiter.watch(watched, for: []) }
    if let input { waiter.watch(input, for: .readable) }
    watched = input
    _ = try Failure.onError(.systemError) { try waiter.wait() }
    wake.clear()
    let isOutputGone = output.isClosed || waiter.readiness(of: output.descriptor).contains(.hangUp)
    if isOutputGone { waiter.watch(output.descriptor, for: []) }
    return (input.map { !waiter.readiness(of: $0).isEmpty } ?? false, isOutputGone || !signals.take().isEmpty)
  }
}
