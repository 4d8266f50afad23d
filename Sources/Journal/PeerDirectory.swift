import Wire

/// The peers of a recording that is read: those seen of late, because there may be any number of them.
struct PeerDirectory: ~Copyable {
  private static let capacity = 16_384

  private let selection: Statement
  private var peers: [Int64: Peer?] = [:]
  /// The last one that was asked for: most often it is asked for again.
  private var last: (key: Int64, peer: Peer?)?

  init(in database: borrowing Database) throws(RecordingError) {
    // No address is longer.
    selection = try database.prepare(
      "SELECT connection, substr(transport, 1, 8), substr(address, 1, 128) FROM peers NOT INDEXED WHERE peer = ?"
    )
  }

  /// nil where there is none, or one that can't be.
  mutating func peer(_ key: Int64, in database: borrowing Database) throws(RecordingError) -> Peer? {
    if let last, last.key == key { return last.peer }
    let peer: Peer?
    if let known = peers[key] {
      peer = known
    } else {
      peer = try read(key, in: database)
      if peers.count >= PeerDirectory.capacity { peers.removeAll(keepingCapacity: true) }
      peers.updateValue(peer, forKey: key)
    }
    last = (key, peer)
    return peer
  }

  private func read(_ key: Int64, in database: borrowing Database) throws(RecordingError) -> Peer? {
    selection.bind(1, key)
    defer { selection.reset() }
    guard try database.step(selection) else { return nil }
    return Peer(connection: selection.number(0), transport: selection.text(1), address: selection.text(2))
  }
}
