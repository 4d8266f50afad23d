/// Names one connection of a server's life, counted from 1; 0 is no connection, as for datagrams.
package struct ConnectionID: Hashable, Sendable {
  package var number: UInt32

  package init(_ number: UInt32) { self.number = number }

  package static let none = ConnectionID(0)
}

/// Who is at the other end: enough to name it without asking anyone.
package struct Peer: Hashable, Sendable {
  // The largest first, so that there are no holes.
  package var address: SocketAddress
  package var transport: Transport
  package var connection: ConnectionID

  package init(connection: ConnectionID, transport: Transport, address: SocketAddress) {
    self.connection = connection
    self.transport = transport
    self.address = address
  }
}

extension Peer: CustomStringConvertible {
  /// `tcp 127.0.0.1:53124`.
  package var description: String { "\(transport.rawValue) \(address)" }
}
