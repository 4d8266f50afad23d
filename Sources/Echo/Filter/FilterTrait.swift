import Screen
import Wire

/// What `is:` asks of a row.
enum FilterTrait: String, CaseIterable, Sendable {
  /// A control byte other than TAB, LF and CR.
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

  func matches(_ row: FilterRow) -> Bool {
    let flags = row.record.flags
    switch self {
    case .ctl: return !row.isEvent && FilterTrait.hasControl(row.shown)
    case .bidi:
      return !row.isEvent && FilterTrait.hasUnit(row.shown) { $0.scalar.map(FilterTrait.isDirection) ?? false }
    case .badutf8: return !row.isEvent && FilterTrait.hasUnit(row.shown) { $0.scalar == nil }
    case .trunc: return flags.contains(.truncated)
    case .partial: return flags.contains(.partial)
    case .stop: return !flags.isDisjoint(with: [.stop, .stopRefused])
    case .event: return row.isEvent
    case .error: return !flags.isDisjoint(with: [.alert, .truncated, .partial, .stopRefused])
    case .hostile: return flags.contains(MessageRecord.Flags(rawValue: 128))
    case .answered: return flags.contains(.answered)
    }
  }

  /// Whether it has to look at bytes.
  var readsBytes: Bool {
    switch self {
    case .ctl, .bidi, .badutf8: true
    case .trunc, .partial, .stop, .event, .error, .hostile, .answered: false
    }
  }

  private static func hasControl(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.contains { ($0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D) || $0 == 0x7F }
  }

  private static func hasUnit(_ bytes: UnsafeRawBufferPointer, _ isMeant: (Printable.Unit) -> Bool) -> Bool {
    var index = 0
    while index < bytes.count {
      if bytes[index] < 0x80 {
        index += 1
        continue
      }
      let unit = Printable.Unit(bytes, at: index)
      if isMeant(unit) { return true }
      index += unit.length
    }
    return false
  }

  /// The property Bidi_Control of Unicode (UAX #9, 2).
  private static func isDirection(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
