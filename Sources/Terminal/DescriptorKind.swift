#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What an open descriptor leads to, as far as it matters to who writes to it.
enum DescriptorKind {
  case terminal, pipe, file
  /// Not a terminal: `/dev/null`.
  case device
  /// A socket.
  case other
  /// It is not open.
  case nothing

  init(of descriptor: CInt) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      self = .nothing
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFIFO: self = .pipe
    case S_IFCHR: self = isatty(descriptor) == 1 ? .terminal : .device
    default: self = .other
    }
  }
}
