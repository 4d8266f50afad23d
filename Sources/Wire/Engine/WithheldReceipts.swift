/// The receipts that wait until what they acknowledge is recorded, in the order of the messages.
struct WithheldReceipts {
  /// Some of a connection's withheld bytes.
  struct Stream {
    /// The last message that they answer.
    let sequence: UInt64
    let slot: Int
    let connection: ConnectionID
    let count: Int
  }

  struct Datagram {
    let sequence: UInt64
    let socket: BoundSocket
    let peer: SocketAddress
    /// The address that the message was sent to, where it is known.
    let source: SocketAddress?
    let bytes: [UInt8]
  }

  private(set) var streams: [Stream] = []
  private(set) var datagrams: [Datagram] = []

  mutating func append(_ stream: Stream) { streams.append(stream) }
  mutating func append(_ datagram: Datagram) { datagrams.append(datagram) }

  /// Takes out what answers messages up to this one.
  mutating func take(upTo sequence: UInt64) -> (streams: ArraySlice<Stream>, datagrams: ArraySlice<Datagram>) {
    let due = (
      streams: streams.prefix { $0.sequence <= sequence }, datagrams: datagrams.prefix { $0.sequence <= sequence }
    )
    streams.removeFirst(due.streams.count)
    datagrams.removeFirst(due.datagrams.count)
    return due
  }
}
