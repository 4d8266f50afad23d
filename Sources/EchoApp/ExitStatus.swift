import Echo
import Wire

/// How a program ends, as sysexits(3) numbers it.
package enum ExitStatus: Int32, Error {
  case done = 0
  case usage = 64
  /// A message does not fit the framing.
  case dataError = 65
  /// Nobody could be connected to.
  case unavailable = 69
  /// The system refused something that the program needs.
  case systemError = 71
  /// The connection broke.
  case ioError = 74
  /// Receipts did not come in time.
  case temporaryFailure = 75
  case notPermitted = 77
}

/// Why a program ends otherwise than asked: its exit status, and the one line that tells the user.
package struct Failure: Error {
  package var status: ExitStatus
  package var line: String

  package init(_ status: ExitStatus, _ line: String) {
    self.status = status
    self.line = line
  }

  init(_ error: WireError) {
    self.init(error.status, error.text)
  }

  /// What kept a server from listening: a name that is no address is then the system's no, too.
  init(listening error: WireError) {
    self.init(error)
    if status == .unavailable { status = .systemError }
  }

  /// Runs something of the system's that can fail, and gives its failure an exit status.
  static func onError<Result: ~Copyable>(
    _ status: ExitStatus,
    _ body: () throws -> Result
  ) throws(Failure) -> Result {
    do { return try body() } catch { throw Failure(status, "\(error)") }
  }
}

extension WireError {
  fileprivate var status: ExitStatus {
    switch self {
    case .cannotListen(_, let error): error.cause == .notPermitted ? .notPermitted : .systemError
    case .pathTaken, .cannotAdopt, .system: .systemError
    case .unsafeFolder, .foreignServer: .notPermitted
    case .unknownHost, .connectTimeout: .unavailable
    case .cannotConnect(_, let error): error.cause == .notPermitted ? .notPermitted : .unavailable
    case .broken: .ioError
    }
  }
}
