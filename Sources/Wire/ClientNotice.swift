/// What a client's recording has between the messages.
package enum ClientNotice: Sendable {
  /// Something about the connection.
  case connection(ClientEvent)
  /// The run's message of this number was not answered in time.
  case timedOut(sequence: UInt64)
  /// The connection ended before the run's message of this number was answered.
  case unanswered(sequence: UInt64)
  /// A message was not sent; it has no number.
  case unsent
}
