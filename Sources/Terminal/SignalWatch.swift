import CNcurses

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Signals, as a set.
package struct Signals: OptionSet, Hashable, Sendable {
  /// A bit for each signal: 1 << its number.
  package let rawValue: UInt64

  package init(rawValue: UInt64) { self.rawValue = rawValue }

  package init(number: CInt) { rawValue = 1 << UInt64(number) }

  package static let terminate = Signals(number: SIGTERM)
  package static let interrupt = Signals(number: SIGINT)
  package static let hangUp = Signals(number: SIGHUP)
  package static let quit = Signals(number: SIGQUIT)
  package static let windowChange = Signals(number: SIGWINCH)
  package static let resume = Signals(number: SIGCONT)
  package static let stop = Signals(number: SIGTSTP)
  package static let child = Signals(number: SIGCHLD)
}

/// Turns signals into something a loop can wait for; there is one at a time, and SIGPIPE is ignored from the first on.
///
/// SIGHUP and SIGTSTP stay ignored where whoever started the program had them ignored (nohup(1)).
package struct SignalWatch: ~Copyable {
  private let wake: WakeDescriptor

  /// `wake` becomes readable whenever one of `signals` comes; it may serve other purposes as well.
  package init(_ signals: Signals, wake: WakeDescriptor) throws(SystemCallError) {
    let code = cncurses_signals_watch(signals.rawValue, wake.signalEnd)
    guard code == 0 else { throw SystemCallError(call: "sigaction", code: code) }
    self.wake = wake
  }

  deinit { cncurses_signals_unwatch() }

  /// The signals that came since the last call; several of one kind are one.
  package func take() -> Signals { Signals(rawValue: cncurses_signals_take()) }
}
