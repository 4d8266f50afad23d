internal import CSystem

/// The system calls that a peer or the kernel can make fail, as values: tests put a script in their place.
///
/// Each returns what the call returns, or the negated errno.
package struct SystemCalls: Sendable {
  package var accept: @Sendable (_ listener: Int32) -> (descriptor: Int32, peer: SocketAddress)
  package var connect: @Sendable (_ descriptor: Int32, _ address: SocketAddress) -> Int32
  package var receive: @Sendable (_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int
  package var send: @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int
  package var receiveDatagrams: @Sendable (_ group: DatagramGroup, _ descriptor: Int32) -> Int
  package var sendDatagrams: @Sendable (_ group: DatagramGroup, _ descriptor: Int32) -> Int
  package var transmitDatagrams: @Sendable (_ group: DatagramGroup, _ descriptor: Int32) -> Int = { group, descriptor in
    group.transmit(to: descriptor)
  }
  /// Waits by `kernel` until a socket is ready.
  package var awaitEvents: @Sendable (_ kernel: () -> Int) -> Int = { $0() }
  /// Tells the poller by `kernel` what to wait for on a socket.
  package var changeInterest: @Sendable (_ kernel: () -> Int32) -> Int32 = { $0() }
  /// The user at the other end of a Unix stream socket.
  package var peerUser: @Sendable (_ descriptor: Int32) -> UInt32? = { descriptor in
    var process: Int32 = 0
    var user: UInt32 = 0
    return csystem_peer_credentials(descriptor, &process, &user) == 0 ? user : nil
  }
  /// Finds a name's addresses, in the order in which they are to be tried; may block.
  package var resolve: @Sendable (_ host: String) -> Result<[SocketAddress], ResolverError> = { Resolver.system($0) }

  /// The kernel's own.
  package static let kernel = SystemCalls(
    accept: { listener in
      var address = csystem_address()
      let descriptor = csystem_accept(listener, &address)
      return (descriptor, SocketAddress(address))
    },
    connect: { descriptor, address in
      var address = csystem_address(address)
      return csystem_connect(descriptor, &address)
    },
    receive: { descriptor, buffer in csystem_receive(descriptor, buffer.baseAddress, buffer.count) },
    send: { descriptor, bytes in csystem_send(descriptor, bytes.baseAddress, bytes.count) },
    receiveDatagrams: { group, descriptor in group.receive(from: descriptor) },
    sendDatagrams: { group, descriptor in group.send(to: descriptor) }
  )
}

extension SocketAddress {
  /// IPv4 in IPv6, as a socket of both families has it, is IPv4.
  init(_ address: csystem_address) {
    if address.family == CSYSTEM_IPV6, address.high == 0, address.low >> 32 == 0xffff {
      self.init(family: .ipv4, port: address.port, low: address.low & 0xffff_ffff)
      return
    }
    self.init(
      family: Family(rawValue: address.family) ?? .unix,
      port: address.port,
      high: address.high,
      low: address.low,
      scope: address.scope
    )
  }
}

extension csystem_address {
  init(_ address: SocketAddress) {
    self.init(
      high: address.high,
      low: address.low,
      scope: address.scope,
      port: address.port,
      family: address.family.rawValue
    )
  }
}
