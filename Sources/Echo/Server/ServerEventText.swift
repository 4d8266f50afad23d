package import Wire

extension Endpoint {
  /// The endpoint without its transport: `127.0.0.1:5000`.
  package var addressText: String { String(description.dropFirst(transport.rawValue.utf8.count + 1)) }
}

extension DisconnectReason {
  /// The word of JSON output.
  var word: String {
    switch self {
    case .finished: "finished"
    case .reset: "reset"
    case .idle: "idle"
    case .stalled: "stalled"
    case .closed: "closed"
    case .stopping: "stopping"
    case .failed: "failed"
    }
  }

  /// What to tell people of an end that is not the usual one.
  package var abnormalText: String? {
    switch self {
    case .finished, .stopping, .closed: nil
    case .reset: "reset by peer"
    case .idle: "idle for too long"
    case .stalled: "does not take its receipts"
    case .failed(let error): "\(error.call): \(error.reason)"
    }
  }
}

extension Drop {
  package var text: String {
    switch agent {
    case .kernel: "\(count) datagrams dropped by the kernel: the receive buffer was full"
    case .server: "\(count) messages received but not shown: the output is too slow"
    }
  }
}

extension Refusal {
  package var text: String {
    switch self {
    case .connections(let count, let limit): "\(count) connections refused: the limit is \(limit)"
    case .stop(let peer): "stop refused for \(peer)"
    case .replies(let count, let peer):
      "\(count) datagrams left unanswered, the last from \(peer): they could make a loop"
    }
  }
}

extension ServerTotals {
  /// The line that a server leaves behind.
  package var text: String {
    var parts = [
      "\(traffic.messages) messages, \(traffic.bytesReceived) bytes received",
      "\(connections) connections",
    ]
    if droppedByKernel > 0 { parts.append("\(droppedByKernel) dropped by the kernel") }
    if droppedByServer > 0 { parts.append("\(droppedByServer) not shown") }
    if refused > 0 { parts.append("\(refused) refused") }
    return parts.joined(separator: "; ")
  }
}

extension DisconnectReason {
  /// The end of a connection as a row of the log.
  func text(_ traffic: Traffic) -> String {
    let counts = "\(Figures.quantity(traffic.messages, "message")), \(Figures.bytes(traffic.bytesReceived))"
    let how =
      switch self {
      case .finished: "closed by peer"
      case .closed: "closed by us"
      case .stopping: "closed: the server stops"
      case .reset, .idle, .stalled, .failed: abnormalText ?? word
      }
    return "\(how); \(counts)"
  }
}

extension Refusal {
  /// How many were refused.
  var count: UInt64 {
    switch self {
    case .connections(let count, _), .replies(let count, _): count
    case .stop: 1
    }
  }
}
