import Wire

extension Peer {
  /// A peer as a recording describes it; nil if it is none.
  init?(connection: Int64, transport: String, address: String) {
    guard let connection = UInt32(exactly: connection), let transport = Transport(rawValue: transport),
      let address = SocketAddress(written: address), (address.family == .unix) == (transport == .unix)
    else { return nil }
    self.init(connection: ConnectionID(connection), transport: transport, address: address)
  }
}
