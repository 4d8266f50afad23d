import Wire

/// The keys of the peers that a recording has: those seen of late, because datagrams come from any number of them.
struct RecordedPeers {
  private static let capacity = 16_384

  private var keys: [Peer: Int64] = [:]
  /// The last one that was asked for: most often it is asked for again.
  private var last: (peer: Peer, key: Int64)?

  /// The peer's key; nil if it is not known, or not any more.
  subscript(peer: Peer) -> Int64? {
    mutating get {
      if let last, last.peer == peer { return last.key }
      guard let key = keys[peer] else { return nil }
      last = (peer, key)
      return key
    }
    set {
      last = nil
      if keys.count >= RecordedPeers.capacity { keys.removeAll(keepingCapacity: true) }
      keys[peer] = newValue
    }
  }

  mutating func forget(_ peer: Peer) { self[peer] = nil }
}
