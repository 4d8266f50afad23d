/// Where in a server's story a monitor begins.
package enum MonitorStart: Hashable, Sendable {
  case now
  /// With the oldest that the server still has.
  case oldest
  /// With so many of the newest messages.
  case tail(UInt64)
  /// With the message of this number.
  case message(UInt64)

  /// Reads `now`, `oldest`, `tail:100` or `4711`.
  package init?(_ text: String) {
    switch text {
    case "now": self = .now
    case "oldest": self = .oldest
    default:
      let digits = text.hasPrefix("tail:") ? text.dropFirst("tail:".count) : text[...]
      guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt64(digits) else {
        return nil
      }
      self = digits.count == text.count ? .message(number) : .tail(number)
    }
  }
}

extension MonitorStart: CustomStringConvertible {
  package var description: String {
    switch self {
    case .now: "now"
    case .oldest: "oldest"
    case .tail(let count): "tail:\(count)"
    case .message(let number): "\(number)"
    }
  }
}
