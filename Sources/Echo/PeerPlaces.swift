import Wire

/// Finds a peer's place in a list of peers that grows, so that each stands there once.
///
/// A table of places with linear probes of bounded length: peers who collide on purpose cost a second entry in the list, and
/// no time.
struct PeerPlaces: Sendable {
  private static let longestProbe = 16

  /// Places plus one, by hash; 0 is free. A power of two, or empty.
  private var slots: [UInt32] = []
  /// How many of the list's peers are in the table.
  private var listed = 0

  /// The memory it takes, in bytes.
  var byteCount: Int { slots.count * MemoryLayout<UInt32>.stride }

  /// The place of a peer, who is added to the list when new; `peers` is the same list in every call.
  mutating func place(of peer: Peer, in peers: inout PeerList) -> UInt32 {
    if peers.count > 0, peers.holds(peer, at: peers.count - 1) { return UInt32(peers.count - 1) }
    list(peers)
    let mask = slots.count - 1
    var slot = PeerPlaces.hash(peer) & mask
    for _ in 0..<PeerPlaces.longestProbe {
      let entry = slots[slot]
      if entry == 0 {
        slots[slot] = UInt32(peers.count + 1)
        break
      }
      if peers.holds(peer, at: Int(entry - 1)) { return entry - 1 }
      slot = (slot + 1) & mask
    }
    peers.append(peer)
    listed = peers.count
    return UInt32(peers.count - 1)
  }

  /// Brings the peers that are not in the table into it; afterwards at least half of it is free.
  private mutating func list(_ peers: PeerList) {
    if (peers.count + 1) * 2 > slots.count {
      var size = max(16, slots.count * 2)
      while (peers.count + 1) * 2 > size { size *= 2 }
      slots = Array(repeating: 0, count: size)
      listed = 0
    }
    let mask = slots.count - 1
    while listed < peers.count {
      var slot = PeerPlaces.hash(peers[listed]) & mask
      for _ in 0..<PeerPlaces.longestProbe {
        if slots[slot] == 0 {
          slots[slot] = UInt32(listed + 1)
          break
        }
        slot = (slot + 1) & mask
      }
      listed += 1
    }
  }

  private static func hash(_ peer: Peer) -> Int {
    let address = peer.address
    let numbers = UInt64(address.port) << 32 | UInt64(peer.connection.number)
    var hash = (address.low ^ UInt64(address.scope) << 32) &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ hash >> 29 ^ address.high) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ hash >> 32 ^ numbers) &* 0x94D0_49BB_1331_11EB
    return Int(truncatingIfNeeded: hash >> 32)
  }
}
