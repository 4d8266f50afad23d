import Screen
package import Wire

extension Endpoint {
  /// The endpoint as it may be shown: `unix /tmp/a\e[31m`.
  package var text: String { Printable.text(description.utf8) }

  /// The endpoint as it is, without its transport: `127.0.0.1:5000`.
  var addressText: String {
    // In bytes: a path may begin with what makes one character with the blank before it.
    String(decoding: description.utf8.dropFirst(transport.rawValue.utf8.count + 1), as: UTF8.self)
  }
}

extension Endpoint {
  /// Where a program on the server's machine reaches it as a peer did; `endpoints` are those where it listens.
  static func near(_ peer: Peer, among endpoints: [Endpoint]) -> Endpoint? {
    let candidates = endpoints.filter { $0.transport == peer.transport }
    guard peer.transport != .unix else { return candidates.first }
    let addresses = candidates.compactMap { endpoint in
      Array(endpoint.addressText.utf8).withUnsafeBytes { SocketAddress(written: $0) }
    }
    .filter { $0.family == peer.address.family }
    let near = addresses.first { !$0.isUnspecified && $0.isLoopback == peer.address.isLoopback }
    guard var address = near ?? addresses.first else { return nil }
    if address.isUnspecified { address.low = address.family == .ipv4 ? 127 << 24 | 1 : 1 }
    return peer.transport == .udp
      ? .udp(host: address.host, port: address.port) : .tcp(host: address.host, port: address.port)
  }
}
