import Wire

/// Who has sent what: open connections, and the sources of datagrams, of which the most recent are kept.
struct PeerTable: Sendable {
  struct Summary: Hashable, Sendable {
    var messages: UInt64 = 0
    var bytes: UInt64 = 0
    var lastSeen: Timestamp
  }

  /// Datagram sources remembered at once; forged ones must not fill the memory.
  static let sourceLimit = 1024

  private(set) var connections: [Peer: Summary] = [:]
  private(set) var sources: [Peer: Summary] = [:]

  var connectedCount: Int { connections.count }
  /// Everyone who is connected, or has sent a datagram that is remembered.
  var count: Int { connections.count + sources.count }

  mutating func connect(_ peer: Peer, at time: Timestamp) { connections[peer] = Summary(lastSeen: time) }

  mutating func disconnect(_ peer: Peer) { connections[peer] = nil }

  mutating func receive(messages: UInt64, bytes: UInt64, from peer: Peer, at time: Timestamp) {
    if peer.connection != .none {
      // It may be new: under load the news that it connected is among what is dropped.
      connections[peer, default: Summary(lastSeen: time)].add(messages: messages, bytes: bytes, at: time)
      return
    }
    if sources[peer] == nil, sources.count >= PeerTable.sourceLimit { forgetOldestSources() }
    sources[peer, default: Summary(lastSeen: time)].add(messages: messages, bytes: bytes, at: time)
  }

  /// The peers heard last, at most `limit`, the latest first.
  func latest(_ limit: Int) -> [(peer: Peer, summary: Summary)] {
    var latest: [(peer: Peer, summary: Summary)] = []
    for (peer, summary) in [connections, sources].joined() {
      if latest.count == limit, let last = latest.last, !PeerTable.isAhead((peer, summary), last) { continue }
      let place = latest.firstIndex { PeerTable.isAhead((peer, summary), $0) } ?? latest.count
      latest.insert((peer, summary), at: place)
      if latest.count > limit { latest.removeLast() }
    }
    return latest
  }

  /// By time, and at the same time by address, so that the order never flickers.
  private static func isAhead(
    _ left: (peer: Peer, summary: Summary),
    _ right: (peer: Peer, summary: Summary)
  ) -> Bool {
    if left.summary.lastSeen != right.summary.lastSeen { return left.summary.lastSeen > right.summary.lastSeen }
    if left.peer.connection != right.peer.connection {
      return left.peer.connection.number < right.peer.connection.number
    }
    return (left.peer.address.high, left.peer.address.low, left.peer.address.port)
      < (right.peer.address.high, right.peer.address.low, right.peer.address.port)
  }

  /// Half of them go at once, so that a flood of new ones costs little each.
  private mutating func forgetOldestSources() {
    let times = sources.values.map(\.lastSeen).sorted()
    let middle = times[times.count / 2]
    sources = sources.filter { $0.value.lastSeen > middle }
  }
}

extension PeerTable.Summary {
  fileprivate mutating func add(messages: UInt64, bytes: UInt64, at time: Timestamp) {
    self.messages += messages
    self.bytes += bytes
    lastSeen = max(lastSeen, time)
  }
}
