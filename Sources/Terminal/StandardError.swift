#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Lines for whoever watches standard error, each written at once and whole.
package enum StandardError {
  /// Writes the line and a line feed; a failure has nowhere to be told.
  package static func writeLine(_ line: String) {
    var output = StandardOutput(descriptor: STDERR_FILENO)
    output.append(line)
    output.append([0x0A])
    try? output.flush()
  }
}
