/// Bound sockets that fail are left alone for a while, so that a fault that lasts costs neither processor nor log.
extension ServerEngine {
  private static let restNanoseconds: Int64 = 100_000_000

  /// Leaves a socket alone for a while, and tells why unless that is known.
  func rest(_ socket: BoundSocket, after error: SystemError) {
    if socket.failure != error { tell(.failure(error, peer: nil, at: time)) }
    socket.failure = error
    socket.restsUntil = now + ServerEngine.restNanoseconds
    isResting = true
    watch(socket, for: [])
  }

  func endRests() {
    for socket in bound {
      guard let end = socket.restsUntil, now >= end else { continue }
      socket.restsUntil = nil
      watch(socket, for: .read)
    }
    isResting = bound.contains { $0.restsUntil != nil }
  }

  private func watch(_ socket: BoundSocket, for interest: Poller.Interest) {
    guard let index = bound.firstIndex(where: { $0 === socket }) else { return }
    poller.change(socket.socket.descriptor, interest, token: ServerEngine.token(ofBound: index))
  }
}
