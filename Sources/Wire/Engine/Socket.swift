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

  func listen() throws(SystemError) { try check("listen", csystem_listen(descriptor, 4096)) }

  func shutdownWriting() { _ = csystem_shutdown_write(descriptor) }

  /// Makes the close tell the peer that the connection was broken off.
  func abortOnClose() { _ = csystem_set_abortive_close(descriptor) }

  var localAddress: SocketAddress? {
    var address = csystem_address()
    return csystem_local_address(descriptor, &address) == 0 ? SocketAddress(address) : nil
  }

  /// The error that a background connect or the network has left, taken once; 0 is none.
  func takeError() -> Int32 { csystem_take_error(descriptor) }

  private func check(_ call: String, _ result: Int32) throws(SystemError) {
    if result < 0 { throw SystemError(call, code: -result) }
  }
}
