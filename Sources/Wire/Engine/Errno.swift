#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The error codes that the engine treats apart; errno(3).
package enum Errno {
  package static let again = EAGAIN
  package static let interrupted = EINTR
  package static let inProgress = EINPROGRESS
  package static let noMemory = ENOMEM
  package static let noBuffers = ENOBUFS
  package static let tooManyFiles = EMFILE
  package static let tooManyFilesInSystem = ENFILE
  package static let connectionReset = ECONNRESET
  package static let brokenPipe = EPIPE
  package static let connectionRefused = ECONNREFUSED
  package static let timedOut = ETIMEDOUT
  package static let addressInUse = EADDRINUSE
  package static let fileExists = EEXIST
  package static let addressNotAvailable = EADDRNOTAVAIL
  package static let familyNotSupported = EAFNOSUPPORT
  package static let noEntry = ENOENT
  package static let notPermitted = EPERM
  package static let accessDenied = EACCES
  package static let readOnly = EROFS
  package static let hostUnreachable = EHOSTUNREACH
  package static let networkUnreachable = ENETUNREACH
  package static let messageTooLong = EMSGSIZE
  package static let noSystemCall = ENOSYS
  package static let notSupported = EOPNOTSUPP

  /// The system's words for a code, in lower case as they stand inside a sentence.
  package static func text(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    _ = strerror_r(code, &buffer, buffer.count)
    let end = buffer.firstIndex(of: 0) ?? buffer.endIndex
    return String(decoding: buffer[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self).lowercasedFirst
  }
}

extension String {
  /// Connection refused → connection refused; but I/O stays.
  fileprivate var lowercasedFirst: String {
    guard let first, dropFirst().first?.isLowercase == true else { return self }
    return first.lowercased() + dropFirst()
  }
}

extension SystemError {
  /// The system's words for the failure, in lower case as they stand inside a sentence.
  package var reason: String { Errno.text(code) }

  /// The code's name in errno(3), of those that end connections.
  package var name: String? {
    switch code {
    case Errno.connectionReset: "ECONNRESET"
    case Errno.brokenPipe: "EPIPE"
    case Errno.timedOut: "ETIMEDOUT"
    case Errno.connectionRefused: "ECONNREFUSED"
    case Errno.hostUnreachable: "EHOSTUNREACH"
    case Errno.networkUnreachable: "ENETUNREACH"
    default: nil
    }
  }

  /// What the failure means for whoever asked, where the program has advice.
  package var cause: Cause {
    switch code {
    case Errno.connectionRefused: .refused
    case Errno.addressInUse: .addressInUse
    case Errno.addressNotAvailable: .addressNotAvailable
    case Errno.notPermitted, Errno.accessDenied: .notPermitted
    case Errno.connectionReset, Errno.brokenPipe: .reset
    case Errno.noEntry: .noSuchPath
    case Errno.tooManyFiles, Errno.tooManyFilesInSystem: .tooManyFiles
    default: .other
    }
  }
}

extension SystemError {
  /// Finds a failure by the system's words for it; a code that none has where they are another system's.
  package init(_ call: String, reason: String) {
    self.init(call, code: (1...SystemError.lastCode).first { Errno.text($0) == reason } ?? -1)
  }

  /// The greatest that Linux has; macOS has fewer.
  private static let lastCode: Int32 = 133
}
