internal import CSystem

/// A socket with one owner, closed when the owner lets go of it.
package struct Socket: ~Copyable {
  package let descriptor: Int32

  /// Takes over an open descriptor.
  package init(owning descriptor: Int32) { self.descriptor = descriptor }

  /// A new non-blocking socket.
  init(family: SocketAddress.Family, isDatagram: Bool) throws(SystemError) {
    let descriptor = csystem_socket(Int32(family.rawValue), isDatagram ? 1 : 0)
    guard descriptor >= 0 else { throw SystemError("socket", code: -descriptor) }
    self.descriptor = descriptor
  }

  deinit { _ = csystem_close(descriptor) }

  func bind(to address: SocketAddress) throws(SystemError) {
    var address = csystem_address(address)
    try check("bind", csystem_bind(descriptor, &address))
  }

  func bind(toPath path: String) throws(SystemError) { try check("bind", csystem_bind_path(descriptor, path)) }

  /// connect(2) to a Unix socket: 0, or the negated errno.
  func connect(toPath path: String) -> Int32 { csystem_connect_path(descriptor, path) }

  func listen() throws(SystemError) { try check("listen", csystem_listen(descriptor, 4096)) }

  func shutdownWriting() { _ = csystem_shutdown_write(descriptor) }

  /// Makes the close tell the peer that the connection was broken off.
  func abortOnClose() { _ = csystem_set_abortive_close(descriptor) }

  /// The address that it has been bound to.
  func boundAddress() throws(SystemError) -> SocketAddress {
    var address = csystem_address()
    try check("getsockname", csystem_local_address(descriptor, &address))
    return SocketAddress(address)
  }

  var localAddress: SocketAddress? { try? boundAddress() }

  /// The error that a background connect or the network has left, taken once; 0 is none.
  func takeError() -> Int32 { csystem_take_error(descriptor) }

  private func check(_ call: String, _ result: Int32) throws(SystemError) {
    if result < 0 { throw SystemError(call, code: -result) }
  }
}

extension Socket {
  /// Listens at a path, with mode 0600; a stale socket of this user is replaced, anything else there is left alone.
  static func listener(atPath path: String) throws(SystemError) -> Socket {
    // Of two that start at once, the later one would take the other's socket for stale before it listens, or remove it in the
    // place of the one that was.
    let lock = FolderLock(path: SocketFolder.path(of: path))
    defer { withExtendedLifetime(lock) {} }
    switch csystem_path_kind(path) {
    case 0: break
    case 1:
      let probe = try Socket(family: .unix, isDatagram: false)
      guard probe.connect(toPath: path) == -Errno.connectionRefused else {
        throw SystemError("bind", code: Errno.addressInUse)
      }
      _ = csystem_unlink(path)
    case let kind where kind < 0: throw SystemError("lstat", code: -kind)
    default: throw SystemError("lstat", code: Errno.fileExists)
    }
    let socket = try Socket(family: .unix, isDatagram: false)
    try socket.bind(toPath: path)
    try socket.listen()
    return socket
  }

  /// Bytes of datagrams that may wait to be read: at the default, bursts are lost.
  private static let datagramReceiveBuffer: Int32 = 4 << 20

  /// The options that a socket needs before it is bound.
  func prepareToBind(family: SocketAddress.Family, isDatagram: Bool) {
    if family == .ipv6 { _ = csystem_set_version6_only(descriptor) }
    if isDatagram {
      enlargeReceiveBuffer()
      _ = csystem_set_datagram_reports(descriptor, Int32(family.rawValue))
    } else {
      _ = csystem_set_reuse_address(descriptor)
    }
  }

  func enlargeReceiveBuffer() { _ = csystem_set_receive_buffer(descriptor, Socket.datagramReceiveBuffer) }

  /// Sends each write at once instead of waiting for more (TCP_NODELAY).
  func disableDelay() { _ = csystem_set_no_delay(descriptor) }

  /// The process and the user at the other end of a Unix stream socket.
  var peerCredentials: (process: UInt32, user: UInt32)? {
    var process: Int32 = 0
    var user: UInt32 = 0
    guard csystem_peer_credentials(descriptor, &process, &user) == 0 else { return nil }
    return (UInt32(bitPattern: process), user)
  }

  /// The user that this process acts as.
  static var ownUser: UInt32 { csystem_user() }

  static var ownProcess: UInt32 { csystem_process() }

  /// Lets the process open as many sockets as the system allows it.
  static func raiseDescriptorLimit() { _ = csystem_raise_descriptor_limit() }
}
