import Screen
package import Wire

extension ClientEnd {
  /// The word of JSON output.
  var word: String {
    switch self {
    case .finished: "finished"
    case .closed: "closed"
    case .peerClosed: "peer_closed"
    case .failed: "failed"
    }
  }

  /// What to tell people of an end that they did not ask for; one line, safe to show.
  package var failureText: String? {
    switch self {
    case .finished, .closed: nil
    case .peerClosed: "the server closed the connection"
    case .failed(let error): error.text
    }
  }
}

extension ClientEnd {
  /// Who or what ended the connection, in a title.
  var cause: String {
    switch self {
    case .finished, .closed: "closed by us"
    case .peerClosed: "closed by peer"
    case .failed(let error):
      switch error {
      case .broken(_, let error): error.cause == .reset ? "peer reset" : error.reason
      case .cannotConnect(_, let error), .cannotListen(_, let error): error.reason
      case .connectTimeout: "no answer"
      case .unknownHost: "unknown host"
      case .system(let error): "\(error.call): \(error.reason)"
      case .cannotAdopt: "no socket"
      case .pathTaken: "path taken"
      case .unsafeFolder: "unsafe folder"
      case .foreignServer: "another user"
      }
    }
  }

  /// The same in a row of the log, with the sign that the connection gave.
  var loss: String {
    switch self {
    case .peerClosed: return "\(cause) (FIN)"
    case .failed(.broken(_, let error)): return error.name.map { "\(cause) (\($0))" } ?? cause
    case .finished, .closed, .failed: return cause
    }
  }

  /// What to do about a connection that can't be made.
  var advice: String? {
    guard case .failed(let error) = self else { return nil }
    if case .broken = error { return nil }
    return error.text
  }
}

extension ClientTotals {
  /// The line that a client leaves behind; `missing` receipts of sent messages never came, `unsent` messages were given up,
  /// and `misfits` did not fit the framing.
  func text(awaitsReceipts: Bool, missing: UInt64, unsent: UInt64 = 0, misfits: UInt64 = 0) -> String {
    let sent = "\(messagesSent) messages, \(bytesSent) bytes sent"
    var text =
      awaitsReceipts ? "\(sent); \(receipts) receipts; \(missing) missing" : "\(sent); \(bytesReceived) bytes received"
    let others = [(unsent, "not sent"), (truncated, "truncated"), (partial, "partial"), (misfits, "did not fit")]
    for (count, name) in others where count > 0 {
      text += "; \(count) \(name)"
    }
    return text
  }
}

extension Figures {
  /// A timeout without needless decimals: `5 s`, `0.25 s`.
  static func seconds(nanoseconds: Int64) -> String {
    let milliseconds = max(0, nanoseconds) / 1_000_000
    guard milliseconds % 1000 > 0 else { return "\(milliseconds / 1000) s" }
    var decimals = String(milliseconds % 1000 + 1000).dropFirst()
    while decimals.last == "0" { decimals.removeLast() }
    return "\(milliseconds / 1000).\(decimals) s"
  }
}
