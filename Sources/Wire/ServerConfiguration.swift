/// Everything that decides how a server behaves on the wire.
package struct ServerConfiguration: Hashable, Sendable {
  /// 0 takes any free port, the same for all addresses and transports.
  package var port: UInt16
  /// Addresses or names to bind to; empty is loopback, IPv4 and, where the machine has it, IPv6.
  package var hosts: [String] = []
  package var transports: Set<Transport> = [.tcp, .udp]
  package var unixPath: String?
  /// Sockets that are bound already, by whoever started this process: nothing else is bound then.
  package var passedDescriptors: [Int32] = []
  package var framing = Framing.line
  package var reply = ReplyMode.ok
  package var stopPolicy = StopPolicy.local
  package var limits = ServerLimits()
  package var delivery = Delivery.lossy
  /// Whether whoever watches is told of messages, too; one who shows none is only woken in vain.
  package var tellsMessages = true

  /// What happens when whoever watches can't keep up.
  package enum Delivery: Hashable, Sendable {
    /// The watcher's copy is dropped and counted; the network never waits.
    case lossy
    /// Nothing is dropped: the server stops reading until the watcher has caught up.
    case lossless
  }

  package init(port: UInt16) { self.port = port }
}

/// What peers may use up.
package struct ServerLimits: Hashable, Sendable {
  /// Bytes kept of one message; the rest is counted and dropped.
  package var messageBytes = 1 << 20
  package var connections = 10_000
  /// Bytes kept of unfinished messages over all connections; beyond, the longest are cut.
  package var unfinishedBytes: Int {
    get { chosenUnfinishedBytes ?? max(64 << 20, messageBytes) }
    set { chosenUnfinishedBytes = newValue }
  }
  private var chosenUnfinishedBytes: Int?
  /// Seconds without a byte after which a connection is closed; nil never.
  package var idleSeconds: Int?
  /// Bytes of receipts that may wait for a peer before its socket is no longer read.
  package var queuedBytes = 256 << 10
  /// Seconds that a peer may refuse to take its receipts before it is disconnected.
  package var stallSeconds = 30

  package init() {}
}
