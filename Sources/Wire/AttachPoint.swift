/// Where in a server's story a viewer begins.
package enum AttachPoint: Hashable, Sendable {
  /// With what comes next.
  case now
  /// With the oldest that is still there.
  case oldest
  /// With so many of the newest messages, as far as they are still there.
  case tail(UInt64)
  /// With the message of this sequence, which may be gone, or still to come.
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
      self = digits.count == text.utf8.count ? .message(number) : .tail(number)
    }
  }
}
