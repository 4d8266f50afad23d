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

  private var streams = Waiting<Stream>()
  private var datagrams = Waiting<Datagram>()

  var datagramCount: Int { datagrams.count }

  mutating func append(_ stream: Stream) { streams.append(stream) }
  mutating func append(_ datagram: Datagram) { datagrams.append(datagram) }

  /// Takes out what answers messages up to this one.
  mutating func take(upTo sequence: UInt64) -> (streams: [Stream], datagrams: [Datagram]) {
    (streams.take { $0.sequence <= sequence }, datagrams.take { $0.sequence <= sequence })
  }
}

/// A queue from which the first elements are taken at the cost of those alone.
private struct Waiting<Element> {
  private var elements: [Element] = []
  private var head = 0

  var count: Int { elements.count - head }

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func take(while isDue: (Element) -> Bool) -> [Element] {
    let taken = Array(elements[head...].prefix(while: isDue))
    head += taken.count
    if head > elements.count / 2 {
      elements.removeFirst(head)
      head = 0
    }
    return taken
  }
}
