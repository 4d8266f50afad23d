/// What carries the messages.
package enum Transport: String, Hashable, Sendable, CaseIterable {
  case tcp, udp, unix

  /// Whether the transport keeps messages apart by itself.
  package var isDatagram: Bool { self == .udp }
}
