/// What a server says to a viewer on its control socket.
package enum ControlRecord: Sendable {
  /// The first.
  case hello(ControlHello)
  /// What was counted before the first event that follows, of which `first` is the first message, how many peers were
  /// connected, and what the recording was then, if there was one.
  case attached(first: UInt64, ServerTotals, peers: UInt64, RecordingStatus?, at: Timestamp)
  case event(ServerEvent)
  case lost(MissedEvents, at: Timestamp)
  case done(ControlRequest)
  case refused(ControlRefusal)
}

/// Who a server is.
package struct ControlHello: Hashable, Sendable {
  /// Random, and another one after each start.
  package var instance: UInt64
  package var name: String
  package var process: UInt32
  package var started: Timestamp
  package var endpoints: [Endpoint]
  /// The sequence of the oldest message that is still there, and that of the next to come.
  package var oldest: UInt64 = 1
  package var next: UInt64 = 1

  package init(instance: UInt64, name: String, process: UInt32, started: Timestamp, endpoints: [Endpoint]) {
    self.instance = instance
    self.name = name
    self.process = process
    self.started = started
    self.endpoints = endpoints
  }
}

/// What a viewer did not get, because it was too slow or came too late.
package struct MissedEvents: Hashable, Sendable {
  package var messages: UInt64
  /// Their bytes on the wire, as far as that is known.
  package var bytes: UInt64
  /// Events other than messages, as far as that is known.
  package var notices: UInt64

  package init(messages: UInt64, bytes: UInt64 = 0, notices: UInt64 = 0) {
    self.messages = messages
    self.bytes = bytes
    self.notices = notices
  }
}
