import Screen

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Why a file was not written.
package enum OutputFileError: Error, Hashable, CustomStringConvertible {
  /// A regular file of that name is there, and overwriting was not asked for.
  case exists(path: String)
  /// What the path names, or how it is written, is nothing to write to.
  case unsuitable(path: String, reason: String)
  case failed(path: String, SystemCallError)

  /// Whether the system refused it to this user, or to this process.
  package var isRefusal: Bool {
    guard case .failed(_, let error) = self else { return false }
    return error.code == EACCES
  }

  /// One sentence that is safe to show.
  package var description: String {
    switch self {
    case .exists(let path): "\(visible(path)) exists"
    case .unsuitable(let path, let reason): "cannot write \(visible(path)): \(reason)"
    case .failed(let path, let error): "cannot write \(visible(path)): \(reason(of: error))"
    }
  }

  private func visible(_ path: String) -> String { path.isEmpty ? "a file" : Printable.text(path.utf8) }

  private func reason(of error: SystemCallError) -> String {
    switch error.code {
    case ENOENT: "the folder does not exist"
    case EACCES, EPERM: "not permitted"
    case EROFS: "the file system is read-only"
    case ENOSPC: "no space is left on the device"
    case EDQUOT: "the disk quota is used up"
    case EFBIG: "it would be larger than a file may be"
    case EIO: "the device failed"
    default: error.description
    }
  }
}
