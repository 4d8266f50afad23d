/// What a viewer asks of a server on its control socket.
package enum ControlRequest: Hashable, Sendable {
  case attach(AttachPoint)
  case stop
  case disconnect(ConnectionID)
}

/// Why a viewer does not get what it asks for.
package enum ControlRefusal: Error, Hashable, Sendable {
  /// What it said is no request; the reason is safe to show.
  case malformed(String)
  case tooLong(limit: Int)
  case alreadyAttached
  case noSuchConnection(ConnectionID)
  case tooManyViewers(limit: Int)
  /// It is another user.
  case notPermitted
}
