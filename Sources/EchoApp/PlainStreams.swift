import Echo
import Terminal

/// The plain mode's two output streams, and the one place where its thread waits.
///
/// A reader is waited for however long it takes; once the program has been asked to end, a terminal that takes nothing for a
/// moment is not, nor is a pipe's reader that takes nothing for as long as the end may take.
struct PlainStreams: ~Copyable {
  /// How long the program may take to end once it was asked to.
  private static let patience = Duration.seconds(5)
  /// The same once its terminal is gone, and for a reader that takes nothing: the end is promised within a second.
  private static let farewell = Duration.milliseconds(800)

  let wake: WakeDescriptor
  var output = StandardOutput()
  var notices = StandardOutput(descriptor: 2)
  private let signals: SignalWatch
  private let isTerminal: Bool
  private var waiter = Waiter()
  private var watched: Int32?
  /// Until when the program may take to end; nil while nothing has asked for that.
  private var deadline: ContinuousClock.Instant?
  private var isOverdue = false
  /// The end was asked for, and `wait` has not told of it.
  private var isEndUntold = false
  /// Whether somebody still reads the output.
  private(set) var hasReader = true
  /// The reader of a pipe did not take all.
  private var isIncomplete = false

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
    isTerminal = output.isTerminal
    waiter.watch(wake.descriptor, for: .readable)
    waiter.watch(output.descriptor, for: .hangUp)
  }

  /// Nothing more is written to the output: its reader may go.
  mutating func forgetReader() { waiter.watch(output.descriptor, for: []) }

  /// Writes and forgets what has gathered, in the order in which it came about.
  mutating func write(_ plain: inout PlainOutput) throws(Failure) {
    defer { plain.removeAll() }
    do throws(SystemCallError) {
      tell(plain.notices)
      output.append(plain.output)
      while try !output.flushWithoutBlocking() {
        guard try !awaitRoom(in: output.descriptor) else { continue }
        output.giveUp()
        isIncomplete = !isTerminal
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
    while try waiter.wait(timeout: readerPatience) {
      if !waiter.readiness(of: descriptor).isEmpty { return true }
      wake.clear()
      let wasEnding = deadline != nil
      if takeSignals(), wasEnding { return false }
    }
    return false
  }

  /// How long a reader may take nothing; nil is for ever.
  private var readerPatience: Duration? {
    guard let deadline else { return nil }
    return isTerminal ? PlainStreams.farewell : max(PlainStreams.farewell, ContinuousClock.now.duration(to: deadline))
  }

  /// Throws if a reader, which was not to miss anything, has.
  func judge() throws(Failure) {
    guard isIncomplete else { return }
    throw Failure(.ioError, "cannot write the output: its reader takes nothing; what came last is not in it")
  }

  /// Sleeps until there is something to do, at most for the timeout; says whether `input` has something to read, and
  /// whether the program is to end.
  ///
  /// That is told when a signal or the reader's leaving asks for it, again for each further signal, and once more when the
  /// end takes too long.
  mutating func wait(input: Int32? = nil, timeout: Duration? = nil) throws(Failure) -> (hasInput: Bool, isToEnd: Bool) {
    if let watched, watched != input { waiter.watch(watched, for: []) }
    if let input { waiter.watch(input, for: .readable) }
    watched = input
    let left = isOverdue ? nil : deadline.map { ContinuousClock.now.duration(to: $0) }
    let limit = [timeout, left].compactMap { $0 }.min()
    _ = try Failure.onError(.systemError) { try waiter.wait(timeout: limit) }
    if !waiter.readiness(of: wake.descriptor).isEmpty { wake.clear() }
    if output.isClosed || waiter.readiness(of: output.descriptor).contains(.hangUp) {
      hasReader = false
      forgetReader()
      end(within: isTerminal ? PlainStreams.farewell : PlainStreams.patience)
    }
    takeSignals()
    if let deadline, !isOverdue, ContinuousClock.now >= deadline { (isOverdue, isEndUntold) = (true, true) }
    defer { isEndUntold = false }
    return (input.map { !waiter.readiness(of: $0).isEmpty } ?? false, isEndUntold)
  }

  /// True if somebody has asked for the end; that the terminal is gone is nobody's word.
  @discardableResult
  private mutating func takeSignals() -> Bool {
    let signals = signals.take()
    if signals.contains(.hangUp) { end(within: PlainStreams.farewell) }
    guard !signals.isDisjoint(with: [.terminate, .interrupt]) else { return false }
    end(within: PlainStreams.patience)
    isEndUntold = true
    return true
  }

  private mutating func end(within time: Duration) {
    if deadline == nil { isEndUntold = true }
    let end = ContinuousClock.now + time
    deadline = min(deadline ?? end, end)
  }
}
