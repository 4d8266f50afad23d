#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Files that are neither folders nor sockets nor devices.
package enum RegularFile {
  /// Whether one stands at a path, or at what it links to.
  package static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}
