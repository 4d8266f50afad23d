import Wire

/// Messages one after the other that failed in the same way, as a quiet transcript tells of them: in one line.
struct FailureRun: Hashable {
  /// What became of a message.
  enum Outcome: Hashable {
    case timedOut, unanswered, unsent
  }

  private let outcome: Outcome
  private let first: UInt64
  private var last: UInt64

  /// Nil if the message did not fail.
  init?(_ record: TrafficRecord) {
    guard let outcome = Outcome(record) else { return nil }
    self.outcome = outcome
    first = record.message
    last = record.message
  }

  /// Whether nothing more belongs to it for long: what the connection's end leaves open is told in many pieces.
  var isPrompt: Bool { outcome == .timedOut }

  /// Takes in the next message; false if that is another story.
  mutating func extend(by record: TrafficRecord) -> Bool {
    guard Outcome(record) == outcome, record.message == last + 1 else { return false }
    last += 1
    return true
  }

  /// Its line, without the line's end.
  func text(timeout: String) -> String {
    let messages = first == last ? "message \(first)" : "messages \(first) to \(last)"
    return switch outcome {
    case .timedOut: "server failed to reply to \(messages) (\(timeout))"
    case .unanswered: "server failed to reply to \(messages) (connection closed)"
    case .unsent: "client failed to send \(messages)"
    }
  }
}

extension FailureRun.Outcome {
  fileprivate init?(_ record: TrafficRecord) {
    switch record.kind {
    case .timedOut: self = .timedOut
    case .failed: self = record.isUnsent ? .unsent : .unanswered
    case .sent, .receipt, .lateReceipt, .received: return nil
    }
  }
}

extension TrafficRecord {
  /// Whether it tells of a message that was not sent as a whole, and so can't be answered.
  var isUnsent: Bool { kind == .failed && (!isAwaited || detail == .unsent || detail == .refused) }
}
