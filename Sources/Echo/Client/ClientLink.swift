import Screen
import Wire

/// What is known of a client's connection.
struct ClientLink: Hashable, Sendable {
  enum Phase: Hashable, Sendable {
    case starting
    case resolving(String)
    /// One of the addresses is tried; Unix endpoints have none.
    case connecting(SocketAddress?)
    case up(since: Timestamp)
    /// Everything has been said; receipts may still come.
    case closing
    case down(ClientEnd)
  }

  var phase = Phase.starting
  /// The peer sends nothing any more.
  private(set) var peerHasFinished = false
  /// Which of the addresses is tried, from 1, and how many there are.
  private var place = 0
  private var addressCount = 1

  mutating func resolve(_ host: String) {
    phase = .resolving(host)
    addressCount = 1
  }

  mutating func resolved(addressCount: Int) { self.addressCount = addressCount }

  mutating func connect(to address: SocketAddress?) {
    if case .up = phase {} else { phase = .connecting(address) }
    place += 1
  }

  mutating func connected(at time: Timestamp) {
    phase = .up(since: time)
    peerHasFinished = false
  }

  mutating func peerFinished() { peerHasFinished = true }

  /// Another connection is asked for.
  mutating func restart() { self = ClientLink() }

  /// The state, for a title. `hasWritten`: nothing waits for the socket; `isStream`: it has two directions to close.
  func state(at now: Timestamp?, hasWritten: Bool, isStream: Bool) -> String {
    switch phase {
    case .starting: return "START"
    case .resolving: return "RESOLVING"
    case .connecting: return "CONNECTING"
    case .up(let since):
      let word = peerHasFinished ? "HALF-CLOSED by peer" : "UP"
      return now.map { "\(word) \(Figures.elapsed(nanoseconds: $0.nanoseconds - since.nanoseconds))" } ?? word
    case .closing: return isStream && hasWritten ? "HALF-CLOSED by us" : "CLOSING"
    case .down: return "DOWN"
    }
  }

  /// What the title adds to the state where there is room: whom, or why.
  var detail: String {
    switch phase {
    case .starting, .up, .closing: return ""
    case .resolving(let host): return Printable.text(host.utf8)
    case .connecting(let address):
      let place = addressCount > 1 ? "\(min(place, addressCount)) of \(addressCount)" : ""
      return [address?.description ?? "", place].filter { !$0.isEmpty }.joined(separator: "  ")
    case .down(let end): return end.cause
    }
  }
}
