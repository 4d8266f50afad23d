/// A client's socket, from its first attempt to connect to its close.
final class ClientSocket {
  let socket: Socket
  /// Nil for Unix sockets.
  let address: SocketAddress?
  /// Names the socket to the poller.
  let token: UInt64

  init(_ socket: consuming Socket, address: SocketAddress?, token: UInt64) {
    self.socket = socket
    self.address = address
    self.token = token
  }

  var descriptor: Int32 { socket.descriptor }
}

/// What a round of reads came to.
enum ReadOutcome {
  /// Nothing is there.
  case empty
  /// Something came, and nothing more is likely to be there.
  case taken
  /// More may be there.
  case more
  /// The peer has closed its end.
  case finished
  case failed(SystemError)
}

/// What a write came to.
enum WriteOutcome {
  /// All that was offered went.
  case taken
  /// The socket has no room.
  case blocked
  /// The system has no room, and will not say when it has.
  case exhausted
  /// The datagram is larger than the network's path to the peer takes.
  case tooLong
  case failed(SystemError)

  init(failure code: Int32) {
    switch code {
    case Errno.interrupted: self = .taken
    case Errno.again: self = .blocked
    case Errno.noBuffers, Errno.noMemory: self = .exhausted
    case Errno.messageTooLong: self = .tooLong
    default: self = .failed(SystemError("send", code: code))
    }
  }
}
