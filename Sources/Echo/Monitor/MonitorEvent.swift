package import Wire

/// What a server says over its control socket.
package enum MonitorEvent: Sendable {
  /// The first line.
  case greeting(ServerGreeting)
  /// What had been counted before the first event that follows, how many peers were connected, and what the server's
  /// recording was then.
  case attached(ServerTotals, peers: UInt64, RecordingStatus?, at: Timestamp)
  /// What happened; what could not be told to this monitor is a drop of the server's.
  case server(ServerEvent)
  /// What was asked for is done.
  case done
  /// What was asked for is refused, as one clause that is safe to show.
  case refused(String)
}
