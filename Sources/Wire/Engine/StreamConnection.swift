/// One accepted stream connection: its socket, and what is known of the peer.
final class StreamConnection {
  // In an order that leaves few holes: there are many of it.
  let socket: Socket
  var interest: Poller.Interest = .read
  let peer: Peer
  /// Whether a Unix peer is this server's own user; nil for Internet peers, whose addresses tell.
  let isSameUser: Bool?
  let slot: Int
  var framer: Framer
  /// Bytes of an unfinished message, as the engine has counted them.
  var unfinishedCount = 0
  var life: ConnectionLife
  var output = SendBuffer()
  var traffic = Traffic()
  /// In the batch that is gathered, if it stands there already.
  var place = PeerPlace()
  private var opening = StreamOpening()

  init(
    socket: consuming Socket,
    peer: Peer,
    isSameUser: Bool?,
    slot: Int,
    framer: Framer,
    life: ConnectionLife
  ) {
    self.socket = socket
    self.peer = peer
    self.isSameUser = isSameUser
    self.slot = slot
    self.framer = framer
    self.life = life
  }

  /// The poller's name for this connection: its slot, and its number so that an event for a predecessor is recognised.
  var token: UInt64 { UInt64(slot) << 32 | UInt64(peer.connection.number) }

  /// Whether both ends are on this machine (asked only for stop messages, and the kernel only once).
  private(set) lazy var isLocal: Bool =
    isSameUser ?? (peer.address.isLoopback && socket.localAddress?.isLoopback == true)

  var isForeign: Bool { opening.isForeign }

  /// Counts bytes that were read, and looks at the first of them.
  @inline(__always)
  func noteReceived(_ bytes: UnsafeRawBufferPointer, now: Int64) {
    traffic.bytesReceived &+= UInt64(bytes.count)
    life.received(now: now)
    opening.note(bytes)
  }
}
