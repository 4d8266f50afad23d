import Echo
import Terminal

/// The plain mode's two output streams, and the one place where its thread waits.
///
/// A reader is waited for however long it takes; once the program has been asked to end, one that takes nothing for a while
/// is not, and none beyond the moment at which the program has to be over.
struct PlainStreams: ~Copyable {
  /// How long a reader may take nothing once the end was asked for: what else ends has to have some time after that.
  private static let patience = (terminal: Duration.milliseconds(200), pipe: Duration.seconds(3))

  let wake: WakeDescriptor
  var output = StandardOutput()
  var notices = StandardOutput(descriptor: 2)
  private let signals: SignalWatch
  private let isTerminal: Bool
  private var waiter = Waiter()
  private var watched: Int32?
  /// Whether somebody still reads the output.
  private(set) var hasReader = true
  private var ending = Ending()
  /// How often the end was asked for without `wait` having told of it.
  private var untold = 0
  /// Called whenever the end is asked for, which `wait` then does not tell: also while a reader is waited for.
  var whenAskedToEnd: (() -> Void)?
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
    var start = ContinuousClock.now
    while true {
      let end = endOfPatience(since: start)
      let next = [end, ending.deadline].compactMap { $0 }.min()
      let isReady = try waiter.wait(timeout: next.map { ContinuousClock.now.duration(to: $0) })
      if isReady, !waiter.readiness(of: descriptor).isEmpty { return true }
      wake.clear()
      let wasEnding = ending.isBegun
      heed()
      if let end, ContinuousClock.now >= end { return false }
      // However long it had taken nothing before.
      if !wasEnding { start = .now }
    }
  }

  /// Until when a reader is waited for that has taken nothing since then; nil is for ever.
  private func endOfPatience(since start: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    ending.lastMoment.map {
      min($0, start + (isTerminal ? PlainStreams.patience.terminal : PlainStreams.patience.pipe))
    }
  }

  /// Throws if a reader, which was not to miss anything, has.
  func judge() throws(Failure) {
    guard isIncomplete else { return }
    throw Failure(
      .ioError,
      "cannot write the output: its reader takes nothing, or too little; what came last is not in it"
    )
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
    let left = ending.deadline.map { ContinuousClock.now.duration(to: $0) }
    let limit = untold > 0 ? .zero : [timeout, left].compactMap { $0 }.min()
    _ = try Failure.onError(.systemError) { try waiter.wait(timeout: limit) }
    if !waiter.readiness(of: wake.descriptor).isEmpty { wake.clear() }
    if output.isClosed || waiter.readiness(of: output.descriptor).contains(.hangUp) {
      hasReader = false
      forgetReader()
      end(isTerminal ? .hangUp : .readerLeft)
    }
    heed()
    let isToEnd = untold > 0
    if isToEnd { untold -= 1 }
    return (input.map { !waiter.readiness(of: $0).isEmpty } ?? false, isToEnd)
  }

  /// Sees to signals, and to the time.
  private mutating func heed() {
    let signals = signals.take()
    if signals.contains(.hangUp) { end(.hangUp) }
    if !signals.isDisjoint(with: [.terminate, .interrupt]) { end(.asked) }
    if ending.isNewlyOverdue() { tellEnd() }
  }

  private mutating func end(_ cause: Ending.Cause) {
    let isNew = ending.begin(cause)
    StandardError.end(by: ending.lastMoment)
    if isNew { tellEnd() }
  }

  private mutating func tellEnd() { if let whenAskedToEnd { whenAskedToEnd() } else { untold += 1 } }
}
