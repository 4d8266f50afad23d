#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// An open file or folder, closed with its owner.
struct FileHandle: ~Copyable {
  let number: CInt

  init(_ number: CInt) { self.number = number }

  deinit { if number >= 0 { close(number) } }

  var isOpen: Bool { number >= 0 }

  /// What fstat(2) tells.
  func status() throws(RecordingError) -> stat {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw .system("fstat") }
    return status
  }
}

/// Which file it is, whatever its name.
struct FileIdentity: Hashable {
  private let device: dev_t
  private let number: ino_t

  init(_ status: stat) { (device, number) = (status.st_dev, status.st_ino) }
}

extension RecordingError {
  /// What errno says of a call that has just failed.
  static func system(_ call: String, code: CInt = errno) -> RecordingError {
    switch code {
    case EACCES, EPERM: .forbidden
    case ELOOP: .linked
    case EISDIR: .unsuitable(reason: "it is a folder")
    case ENOENT, ENOTDIR: .unsuitable(reason: "the folder does not exist")
    default: .failed(reason: "\(call): \(String(cString: strerror(code)))")
    }
  }
}
