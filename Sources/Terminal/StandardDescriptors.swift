#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The three descriptors that every program is given, or ought to be.
package enum StandardDescriptors {
  /// Fills the places of those that were closed, so that nothing opened later takes a place that others read or write.
  ///
  /// Reading then ends at once. Writing fails, as it does on a closed descriptor: what stands in for an output is open for
  /// reading only.
  package static func occupy() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // open(2) takes the lowest free number, and those below are occupied by now.
      _ = open("/dev/null", O_RDONLY)
    }
  }

  /// Has a reader that left (EPIPE) and a limit on the size of files (EFBIG, RLIMIT_FSIZE) be errors of write(2), and not the
  /// end of the process.
  package static func makeEndsErrors() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }
}
