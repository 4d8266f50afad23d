/// What the server answers to a message.
package enum ReplyMode: String, Hashable, Sendable, CaseIterable {
  /// `OK` in the stream's framing, or the four bytes `OK\0\0` cut to the datagram's length.
  case ok
  /// The message's own bytes (RFC 862).
  case echo
  case none
}
