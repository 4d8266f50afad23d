/// Bound sockets that fail are left alone for a while, so that a fault that lasts costs neither processor nor log.
extension ServerEngine {
  static let restMilliseconds: Int32 = 100

  /// Leaves a socket alone for a while, and tells why unless that is known.
  func rest(_ socket: BoundSocket, after error: SystemError) {
    if socket.failure != error { tell(.failure(error, peer: nil, at: time)) }
    socket.failure = error
    socket.restsUntil = now + Int64(ServerEngine.restMilliseconds) * 1_000_000
    isResting = true
    // What can't be silenced is only left alone for less long.
    try? watch(socket, for: [])
  }

  func endRests() {
    for socket in bound {
      guard let end = socket.restsUntil, now >= end else { continue }
      socket.restsUntil = nil
      do throws(SystemError) { try watch(socket, for: .read) } catch { rest(socket, after: error) }
    }
    isResting = bound.contains { $0.restsUntil != nil }
  }

  func watch(_ socket: BoundSocket, for interest: Poller.Interest) throws(SystemError) {
    guard let index = bound.firstIndex(where: { $0 === socket }) else { return }
    try poller.change(socket.socket.descriptor, interest, token: ServerEngine.token(ofBound: index), by: calls)
  }
}
