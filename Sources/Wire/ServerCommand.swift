/// What the user of a server asks of its wire.
package enum ServerCommand: Hashable, Sendable {
  /// Answer what has come, close, end; asked twice, end at once.
  case stop
  case disconnect(ConnectionID)
}
