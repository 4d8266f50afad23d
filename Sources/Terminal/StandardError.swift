#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Lines for whoever watches standard error, each written at once.
package enum StandardError {
  /// How long a reader is waited for who takes nothing: such a line is among the last that a program has to say.
  private static let patience = Duration.seconds(1)

  /// Writes the line and a line feed; a failure has nowhere to be told.
  package static func writeLine(_ line: String) {
    var output = StandardOutput(descriptor: STDERR_FILENO)
    output.append(line)
    output.append([0x0A])
    try? output.flush(within: patience)
  }
}
