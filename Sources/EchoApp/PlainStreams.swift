import Echo
import Terminal

/// The plain mode's two output streams, and the one place where its thread waits.
///
/// A reader is waited for however long it takes; once the program has been asked to end, one that takes nothing for a
/// second is not.
struct PlainStreams: ~Copyable {
  private static let farewell = Duration.seconds(1)

  let wake: WakeDescriptor
  var output = StandardOutput()
  var notices = StandardOutput(descriptor: 2)
  private let signals: SignalWatch
  private var waiter = Waiter()
  private var watched: Int32?
  /// A signal has asked the program to end.
  private var isEnding = false
  /// It came while a reader was waited for, and `wait` has not told of it.
  private var isSignalUntold = false

  static func open() throws(Failure) -> PlainStreams {
    try open(waking: try Failure.onError(.systemError) { try WakeDescriptor() })
  }

  /// Opens them for a thread that others wake by `wake` already.
  static func open(waking wake: WakeDescriptor) throws(Failure) -> PlainStreams {
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
    do throws(SystemCallError) {
      tell(plain.notices)
      output.append(plain.output)
      while try !output.flushWithoutBlocking() {
        if try !awaitRoom(in: output.descriptor) { output.giveUp() }
      }
      tell(plain.lateNotices)
    } catch {
      throw Failure(.ioError, "cannot write the output: \(error)")
    }
  }

  /// Writes notices; when nobody can be told, the program goes on without telling.
  private mutating func tell(_ lines: [UInt8]) {
    notices.append(lines)
    do throws(SystemCallError) {
      while try !notices.flushWithoutBlocking() {
        if try !awaitRoom(in: notices.descriptor) { notices.giveUp() }
      }
    } catch {
      notices.giveUp()
    }
  }

  /// Waits until a reader takes more; false when it is not worth waiting for any longer.
  private mutating func awaitRoom(in descriptor: Int32) throws(SystemCallError) -> Bool {
    var waiter = Waiter()
    waiter.watch(descriptor, for: .writable)
    waiter.watch(wake.descriptor, for: .readable)
    // What else it was woken for is still to be seen to.
    defer { wake.signal() }
    while try waiter.wait(timeout: isEnding ? PlainStreams.farewell : nil) {
      if !waiter.readiness(of: descriptor).isEmpty { return true }
      wake.clear()
      guard !signals.take().isEmpty else { continue }
      if isEnding { return false }
      isEnding = true
      isSignalUntold = true
    }
    return false
  }

  /// Sleeps until there is something to do, at most for the timeout; says whether `input` has something to read, and
  /// whether the user or the reader of the output wants no more.
  mutating func wait(input: Int32? = nil, timeout: Duration? = nil) throws(Failure) -> (hasInput: Bool, isToEnd: Bool) {
    if let watched, watched != input { waiter.watch(watched, for: []) }
    if let input { waiter.watch(input, for: .readable) }
    watched = input
    _ = try Failure.onError(.systemError) { try waiter.wait(timeout: timeout) }
    if !waiter.readiness(of: wake.descriptor).isEmpty { wake.clear() }
    let isOutputGone = output.isClosed || waiter.readiness(of: output.descriptor).contains(.hangUp)
    if isOutputGone { waiter.watch(output.descriptor, for: []) }
    let isSignalled = !signals.take().isEmpty || isSignalUntold
    isSignalUntold = false
    if isSignalled { isEnding = true }
    return (input.map { !waiter.readiness(of: $0).isEmpty } ?? false, isOutputGone || isSignalled)
  }
}
