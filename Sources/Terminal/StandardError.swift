import Synchronization

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Lines for whoever watches standard error, each written at once.
package enum StandardError {
  /// How long a reader is waited for who takes nothing: such a line is among the last that a program has to say.
  private static let patience = Duration.seconds(1)
  /// When the program has to be over: no reader is waited for any longer.
  private static let lastMoment = Mutex<ContinuousClock.Instant?>(nil)

  package static func end(by moment: ContinuousClock.Instant?) { lastMoment.withLock { $0 = moment } }

  /// Writes the line and a line feed; a failure has nowhere to be told.
  package static func writeLine(_ line: String) {
    var output = StandardOutput(descriptor: STDERR_FILENO)
    output.append(line)
    output.append([0x0A])
    let left = lastMoment.withLock { $0 }.map { ContinuousClock.now.duration(to: $0) }
    try? output.flush(within: min(patience, left ?? patience))
  }
}
