import Screen
import Wire

/// What `is:` asks of a row.
enum FilterTrait: String, CaseIterable, Sendable {
  /// A control character other than TAB, LF and CR.
  case ctl
  /// A scalar that changes the direction of text.
  case bidi
  /// A byte that is not UTF-8.
  case badutf8
  /// Longer than the limit.
  case trunc
  /// Cut off by the end of its connection.
  case partial
  /// A stop message, obeyed or refused.
  case stop
  /// No message: a connect, a disconnect and the like.
  case event
  /// Something went wrong: an alert, a message that was cut, a refused stop.
  case error
  /// A message of bytes that could act on a terminal or deceive a reader.
  case hostile
  case answered
  /// In a client's log: sent, or received; not answered in time; answered after it.
  case sent, received, unanswered, late

  /// Whether a row has it by what its record says.
  func matches(_ row: FilterRow) -> Bool {
    let flags = row.record.flags
    switch self {
    case .ctl, .bidi, .badutf8: return false
    case .trunc: return flags.contains(.truncated)
    case .partial: return flags.contains(.partial)
    case .stop: return !flags.isDisjoint(with: [.stop, .stopRefused])
    case .event: return row.isEvent
    case .error: return !flags.isDisjoint(with: MessageRecord.Flags.wrong)
    case .hostile: return flags.contains(.hostile)
    case .answered: return flags.contains(.answered)
    case .sent: return flags.contains(.sent)
    case .received: return flags.isDisjoint(with: [.sent, .notice])
    case .unanswered: return flags.contains(.unanswered)
    case .late: return flags.contains(.late)
    }
  }

  /// What has to be in a message's bytes instead.
  var oddity: Printable.Oddity? {
    switch self {
    case .ctl: .control
    case .bidi: .bidirectional
    case .badutf8: .illFormed
    case .trunc, .partial, .stop, .event, .error, .hostile, .answered, .sent, .received, .unanswered, .late: nil
    }
  }
}
