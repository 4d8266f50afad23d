import Wire

/// Who has sent what: open connections, the sources of datagrams, and the connections that ended last.
///
/// Noting a message costs the same whatever the number of peers. Of sources and of ended connections only the most recent
/// are remembered.
struct PeerTable: Sendable {
  struct Summary: Hashable, Sendable {
    var messages: UInt64 = 0
    var bytes: UInt64 = 0
    var lastSeen: Timestamp
    /// Whether its connection is over.
    var isEnded = false
    /// Counts peers from 1 in the order in which they came.
    var arrival: UInt64 = 0
    fileprivate var pace = Pace()

    /// Messages and bytes of the last whole second before a moment.
    func rate(at now: Timestamp) -> RateWindow.Bucket { pace.rate(at: PeerTable.second(now)) }
  }

  /// What peers can be put in order by; the greatest and the latest first.
  enum Order: CaseIterable, Hashable, Sendable {
    case lastSeen, messages, bytes, rate, arrival
  }

  /// Datagram sources remembered at once; forged ones must not fill the memory.
  static let sourceLimit = 1024
  /// Connections open at once that are remembered; a server allows no more.
  static let connectionLimit = 1_000_000
  /// Connections remembered beyond their end, for whoever is looking at them.
  static let endedLimit = 1024

  private var entries = RecencyLists<Peer, Summary>(lists: List.allCases.count)
  private(set) var arrivals: UInt64 = 0

  private enum List: Int, CaseIterable {
    case connections, sources, ended
  }

  /// Connections that were open before, and of which nothing has come yet.
  private(set) var unheardCount = 0

  var connectedCount: Int { entries.count(in: List.connections.rawValue) }
  var sourceCount: Int { entries.count(in: List.sources.rawValue) }
  /// Everyone who is connected, or has sent a datagram that is remembered.
  var count: Int { connectedCount + sourceCount }

  subscript(peer: Peer) -> Summary? { entries[peer] }

  /// So many connections are open of which it has not heard.
  mutating func expect(_ connections: UInt64) {
    unheardCount = Int(min(connections, UInt64(PeerTable.connectionLimit)))
  }

  mutating func connect(_ peer: Peer, at time: Timestamp) { _ = note(messages: 0, bytes: 0, from: peer, at: time) }

  mutating func disconnect(_ peer: Peer) {
    guard let summary = entries[peer] else { return hear() }
    if entries.count(in: List.ended.rawValue) >= PeerTable.endedLimit { entries.removeOldest(of: List.ended.rawValue) }
    entries.update(peer, in: List.ended.rawValue, initial: summary) { $0.isEnded = true }
  }

  mutating func receive(messages: UInt64, bytes: UInt64, from peer: Peer, at time: Timestamp) {
    let isNew = note(messages: messages, bytes: bytes, from: peer, at: time)
    if isNew, peer.connection != .none { hear() }
  }

  /// Something has come of a connection that nobody told of.
  private mutating func hear() { unheardCount = max(0, unheardCount - 1) }

  /// Whether the peer is new.
  private mutating func note(messages: UInt64, bytes: UInt64, from peer: Peer, at time: Timestamp) -> Bool {
    let list: List = peer.connection == .none ? .sources : .connections
    let arrival = arrivals + 1
    // It may be new: under load the news that it connected is among what is dropped.
    let first = Summary(lastSeen: time, arrival: arrival)
    let isNew = entries.update(peer, in: list.rawValue, initial: first) { summary in
      summary.isEnded = false
      summary.add(messages: messages, bytes: bytes, at: time)
    }
    guard isNew else { return false }
    arrivals += 1
    let limit = list == .sources ? PeerTable.sourceLimit : PeerTable.connectionLimit
    if entries.count(in: list.rawValue) > limit { entries.removeOldest(of: list.rawValue) }
    return true
  }

  /// The peers heard last, at most `limit`, the latest first; costs what it returns.
  func latest(_ limit: Int) -> [(peer: Peer, summary: Summary)] {
    var latest: [(peer: Peer, summary: Summary)] = []
    for list in [List.connections, .sources] {
      for (peer, summary) in entries.newest(limit, of: list.rawValue) { latest.append((peer, summary)) }
    }
    latest.sort { PeerTable.isAhead($0.summary, $1.summary, by: .lastSeen, at: nil) }
    return Array(latest.prefix(max(0, limit)))
  }

  /// All peers that are not ended, in an order as it is at a moment.
  func ordered(by order: Order, at now: Timestamp) -> [Peer] {
    var all: [(peer: Peer, summary: Summary)] = []
    all.reserveCapacity(count)
    entries.forEach { peer, summary in
      if !summary.isEnded { all.append((peer, summary)) }
    }
    all.sort { PeerTable.isAhead($0.summary, $1.summary, by: order, at: now) }
    return all.map(\.peer)
  }

  /// Those who came after so many others and are not ended, in the order in which they came.
  func newcomers(since arrival: UInt64) -> [Peer] {
    guard arrival < arrivals else { return [] }
    var found: [(peer: Peer, arrival: UInt64)] = []
    entries.forEach { peer, summary in
      if summary.arrival > arrival, !summary.isEnded { found.append((peer, summary.arrival)) }
    }
    return found.sorted { $0.arrival < $1.arrival }.map(\.peer)
  }

  /// Those who are equal in what counts stand in the order of their arrival, so that none flickers.
  private static func isAhead(_ left: Summary, _ right: Summary, by order: Order, at now: Timestamp?) -> Bool {
    func key(_ summary: Summary) -> (UInt64, UInt64) {
      switch order {
      case .lastSeen: (UInt64(max(0, summary.lastSeen.nanoseconds)), 0)
      case .messages: (summary.messages, summary.bytes)
      case .bytes: (summary.bytes, summary.messages)
      case .rate:
        now.map { moment in
          let rate = summary.rate(at: moment)
          return (rate.messages, rate.bytes)
        } ?? (0, 0)
      case .arrival: (0, 0)
      }
    }
    let (leftKey, rightKey) = (key(left), key(right))
    return leftKey == rightKey ? left.arrival < right.arrival : leftKey > rightKey
  }

  fileprivate static func second(_ time: Timestamp) -> Int64 { time.nanoseconds / 1_000_000_000 }
}

extension PeerTable.Summary {
  fileprivate mutating func add(messages: UInt64, bytes: UInt64, at time: Timestamp) {
    self.messages &+= messages
    self.bytes &+= bytes
    lastSeen = max(lastSeen, time)
    pace.add(messages: messages, bytes: bytes, at: PeerTable.second(time))
  }
}

/// What one peer sent in the second that is filling and in the one before it.
private struct Pace: Hashable, Sendable {
  private var second: Int64 = .min
  private var current = RateWindow.Bucket()
  private var previous = RateWindow.Bucket()

  /// Time that goes backwards counts as now.
  mutating func add(messages: UInt64, bytes: UInt64, at moment: Int64) {
    if moment > second {
      previous = moment - 1 == second ? current : RateWindow.Bucket()
      current = RateWindow.Bucket()
      second = moment
    }
    current.messages &+= messages
    current.bytes &+= bytes
  }

  func rate(at moment: Int64) -> RateWindow.Bucket {
    if moment <= second { return previous }
    return moment - 1 == second ? current : RateWindow.Bucket()
  }
}
