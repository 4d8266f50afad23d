import Wire

/// The peers that a chunk's records name by their place, in 23 bytes each where a `Peer` takes 40.
///
/// A value for each field, in columns, so that nothing is lost to alignment; and what a kind of address never has takes
/// no room. An address that has it all the same is kept whole.
struct PeerList: Sendable {
  private enum Kind {
    case ipv4(Transport)
    case ipv6(Transport)
    /// In fe80::/64, which is all that is link-local (RFC 4291, 2.5.6), with its interface.
    case linkLocal(Transport)
    case unix(Transport)
    /// An address that is none of these.
    case other(Transport)
  }

  private struct Numbers {
    /// The upper half of an IPv6 address, the scope of another, or the place of one that is kept whole.
    let first: UInt64
    /// The lower half.
    let low: UInt64
  }

  private static let linkLocalHigh: UInt64 = 0xFE80 << 48

  private var numbers: [Numbers] = []
  private var connections: [UInt32] = []
  private var ports: [UInt16] = []
  private var kinds: [Kind] = []
  private var others: [SocketAddress] = []

  init() {}

  init(_ peers: [Peer]) {
    for peer in peers { append(peer) }
  }

  var count: Int { kinds.count }

  /// The memory it takes, in bytes.
  var byteCount: Int { count * PeerList.peerBytes + others.count * MemoryLayout<SocketAddress>.stride }

  /// What a peer takes, unless its address is kept whole.
  static let peerBytes =
    MemoryLayout<Numbers>.stride + MemoryLayout<UInt32>.stride + MemoryLayout<UInt16>.stride
    + MemoryLayout<Kind>.stride

  subscript(place: Int) -> Peer {
    let numbers = numbers[place]
    let transport: Transport
    var address = SocketAddress(family: .ipv4, port: ports[place], low: numbers.low)
    switch kinds[place] {
    case .ipv4(let carrier): transport = carrier
    case .ipv6(let carrier):
      transport = carrier
      address.family = .ipv6
      address.high = numbers.first
    case .linkLocal(let carrier):
      transport = carrier
      address.family = .ipv6
      address.high = PeerList.linkLocalHigh
      address.scope = UInt32(numbers.first)
    case .unix(let carrier):
      transport = carrier
      address.family = .unix
      address.scope = UInt32(numbers.first)
    case .other(let carrier):
      transport = carrier
      address = others[Int(numbers.first)]
    }
    return Peer(connection: ConnectionID(connections[place]), transport: transport, address: address)
  }

  /// Whether a peer stands at a place; most who don't differ in what is looked at first.
  func holds(_ peer: Peer, at place: Int) -> Bool {
    ports[place] == peer.address.port && connections[place] == peer.connection.number && self[place] == peer
  }

  mutating func append(_ peer: Peer) {
    let address = peer.address
    let kind: Kind
    var first = UInt64(address.scope)
    switch address.family {
    case .ipv4 where address.high == 0 && address.scope == 0: kind = .ipv4(peer.transport)
    case .unix where address.high == 0: kind = .unix(peer.transport)
    case .ipv6 where address.scope == 0:
      kind = .ipv6(peer.transport)
      first = address.high
    case .ipv6 where address.high == PeerList.linkLocalHigh: kind = .linkLocal(peer.transport)
    case .ipv4, .ipv6, .unix:
      kind = .other(peer.transport)
      first = UInt64(others.count)
      others.append(address)
    }
    numbers.append(Numbers(first: first, low: address.low))
    connections.append(peer.connection.number)
    ports.append(address.port)
    kinds.append(kind)
  }

  /// Gives back the room that growing left.
  mutating func shrink() {
    numbers.shrink()
    connections.shrink()
    ports.shrink()
    kinds.shrink()
    others.shrink()
  }
}

extension Array {
  /// Gives back room that growing left, if it is more than an eighth.
  mutating func shrink() {
    guard capacity - count > 16 + count / 8 else { return }
    self = Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = buffer.initialize(fromContentsOf: self)
    }
  }
}
