/// What a server tells whoever watches it, in the order in which it happened.
package enum ServerEvent: Sendable {
  /// Every socket is bound: the first event.
  case listening([Endpoint])
  case messages(MessageBatch)
  case connected(Peer, at: Timestamp)
  case disconnected(Peer, DisconnectReason, Traffic, at: Timestamp)
  case dropped(Drop, at: Timestamp)
  case refused(Refusal, at: Timestamp)
  /// A system call failed and the server went on.
  case failure(SystemError, peer: Peer?, at: Timestamp)
  /// What comes is recorded to a file, whose name is safe to show.
  case recording(file: String, RecordingStep, at: Timestamp)
  /// Nothing is recorded any more.
  case recordingFailed(RecordingFailure, at: Timestamp)
  case stopping(StopReason, at: Timestamp)
  /// The last event; kept apart, for it would make all others as large as it is.
  indirect case stopped(ServerTotals, at: Timestamp)
}

/// How a connection ended, and by whom.
package enum DisconnectReason: Hashable, Sendable {
  /// The peer closed its end (FIN).
  case finished
  /// The peer broke the connection (RST).
  case reset
  /// No byte came for the configured time.
  case idle
  /// The peer did not take its receipts.
  case stalled
  /// The user of this program closed it.
  case closed
  /// The server ended.
  case stopping
  case failed(SystemError)
}

/// What went over one connection, or over all.
package struct Traffic: Hashable, Sendable {
  package var messages: UInt64 = 0
  package var bytesReceived: UInt64 = 0
  package var bytesSent: UInt64 = 0

  package init() {}
}

/// Messages that nobody will see.
package struct Drop: Hashable, Sendable {
  package enum Agent: String, Hashable, Sendable {
    /// Datagrams for which the receive buffer had no room.
    case kernel
    /// Messages received, answered and counted, but not shown: the view could not keep up.
    case server
  }

  package var agent: Agent
  package var count: UInt64
  /// Their bytes on the wire where they are known (those dropped by the server).
  package var bytes: UInt64
  /// Events other than messages that went the same way.
  package var notices: UInt64

  package init(by agent: Agent, count: UInt64 = 0, bytes: UInt64 = 0, notices: UInt64 = 0) {
    self.agent = agent
    self.count = count
    self.bytes = bytes
    self.notices = notices
  }
}

/// What a limit or a policy said no to.
package enum Refusal: Hashable, Sendable {
  /// Connections over the limit.
  case connections(count: UInt64, limit: Int)
  /// Stop messages from those who may not stop the server.
  case stops(count: UInt64, lastPeer: Peer)
  /// Datagrams that a reply could have turned into a loop or an attack on others.
  case replies(count: UInt64, lastPeer: Peer)

  package var count: UInt64 {
    switch self {
    case .connections(let count, _), .stops(let count, _), .replies(let count, _): count
    }
  }
}

package enum StopReason: Hashable, Sendable {
  /// A stop message that the policy allows.
  case message(Peer)
  /// A signal or the user.
  case asked
  /// What comes could not be recorded any more.
  case recordingFailed
}

/// A server's whole life in numbers.
package struct ServerTotals: Hashable, Sendable {
  package var traffic = Traffic()
  package var connections: UInt64 = 0
  package var droppedByKernel: UInt64 = 0
  package var droppedByServer: UInt64 = 0
  /// Events other than messages that were not shown: the view could not keep up. Counted by whoever watches.
  package var noticesDropped: UInt64 = 0
  /// Connections, stop messages and replies that a limit or a policy said no to.
  package var refused: UInt64 = 0
  /// Of what was refused, stop messages.
  package var stopsRefused: UInt64 = 0
  /// Messages of which only the first bytes were kept.
  package var truncated: UInt64 = 0
  /// Messages whose connection ended before they did.
  package var partial: UInt64 = 0
  /// Connections closed because no byte came for the configured time.
  package var idle: UInt64 = 0
  /// Connections closed because their peers did not take their receipts.
  package var stalled: UInt64 = 0
  /// Messages that are not in the recording, because it failed.
  package var unrecorded: UInt64 = 0

  package init() {}

  /// Counts the end of a connection, if a limit made it.
  package mutating func count(_ reason: DisconnectReason) {
    switch reason {
    case .idle: idle += 1
    case .stalled: stalled += 1
    case .finished, .reset, .closed, .stopping, .failed: break
    }
  }

  /// Counts what is not whole about a message.
  package mutating func count(_ flags: MessageRecord.Flags) {
    if flags.contains(.truncated) { truncated += 1 }
    if flags.contains(.partial) { partial += 1 }
  }
}

extension ServerEvent {
  /// What it holds in memory beside its own size, in bytes.
  var weight: Int {
    guard case .messages(let batch) = self else { return 0 }
    return batch.bytes.capacity + batch.records.capacity * MemoryLayout<MessageRecord>.stride
      + batch.peers.capacity * MemoryLayout<Peer>.stride + MessageBatch.overhead
  }
}
