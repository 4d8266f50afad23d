package import Wire

/// A run of a program as its recording tells of it, every text as it stands there.
package struct ExportedRun: Sendable {
  package var started: Timestamp
  let framing: Framing
  /// nil where it is none that this program knows.
  let reply: ReplyMode?
  let endpoints: [Endpoint]
  /// Whether a client recorded it: then messages go both ways.
  let isClients: Bool

  /// `endpoints`: each as its description is.
  package init(started: Timestamp, framing: String, reply: String, endpoints: [String], isClients: Bool = false) {
    self.started = started
    self.isClients = isClients
    self.framing = Framing(framing) ?? .line
    self.reply = ReplyMode(rawValue: reply)
    self.endpoints = endpoints.compactMap { text in
      let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
      return Transport(rawValue: parts.first ?? "").flatMap { Endpoint($0, written: parts.last ?? "") }
    }
  }

  /// An address at which a peer could have reached the server: the one where it listened, or, where it listened on all, one
  /// that stands for it.
  func address(facing peer: Peer) -> SocketAddress {
    let listeners = endpoints.filter { $0.transport == peer.transport }.compactMap {
      SocketAddress(written: $0.addressText)
    }
    .filter { $0.family == peer.address.family }
    let near = listeners.first { $0.isLoopback == peer.address.isLoopback && !$0.isUnspecified }
    if let address = near ?? listeners.first(where: { !$0.isUnspecified }) { return address }
    var address = SocketAddress.stand(for: peer.address)
    address.port = listeners.first?.port ?? ExportedRun.unknownPort
    return address
  }

  /// An address from which a client could have reached the peer.
  func clientAddress(facing peer: SocketAddress) -> SocketAddress {
    var address = SocketAddress.stand(for: peer)
    address.port = ExportedRun.unknownClientPort
    return address
  }

  /// The first that no service has (RFC 6335, 6).
  private static let unknownClientPort: UInt16 = 49_152
  /// The echo service (RFC 862).
  private static let unknownPort: UInt16 = 7
}

extension SocketAddress {
  /// The loopback address where the peer has it, too; otherwise one for documents (RFC 5737, RFC 3849).
  fileprivate static func stand(for peer: SocketAddress) -> SocketAddress {
    switch (peer.family, peer.isLoopback) {
    case (.ipv4, true): .ipv4(127, 0, 0, 1, port: 0)
    case (.ipv4, false): .ipv4(192, 0, 2, 1, port: 0)
    case (_, true): SocketAddress(family: .ipv6, low: 1)
    case (_, false): SocketAddress(family: .ipv6, high: 0x2001_0db8 << 32, low: 1)
    }
  }
}
