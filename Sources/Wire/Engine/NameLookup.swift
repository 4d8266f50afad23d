internal import CSystem

/// Turns a host name or literal into addresses, waiting for the system's resolver; getaddrinfo(3).
enum NameLookup {
  private static let capacity = 64

  /// The addresses in the resolver's order (RFC 6724), with port 0; throws `unknownHost` when there are none.
  static func addresses(of host: String) throws(WireError) -> [SocketAddress] {
    var found = [csystem_address](repeating: csystem_address(), count: capacity)
    let count = csystem_resolve(host, &found, Int32(capacity))
    guard count > 0 else {
      throw .unknownHost(host, reason: count == 0 ? "no address" : String(cString: csystem_resolve_error(count)))
    }
    return found.prefix(Int(count)).map(SocketAddress.init)
  }
}
