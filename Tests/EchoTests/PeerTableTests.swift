import Testing
import Wire

@testable import Echo

/// Who has sent what.
@Suite struct PeerTableTests {
  private func moment(_ seconds: Int64) -> Timestamp { Timestamp(nanoseconds: seconds * 1_000_000_000) }

  @Test(
    "A connection counts from its beginning to its end, and from its first message if the news of the former was dropped"
  )
  func connections() {
    var table = PeerTable()
    let peer = ServerScript.peer(1)
    table.connect(peer, at: moment(1))
    table.receive(messages: 2, bytes: 20, from: peer, at: moment(2))
    table.receive(messages: 1, bytes: 5, from: peer, at: moment(3))
    #expect(table.connections[peer] == PeerTable.Summary(messages: 3, bytes: 25, lastSeen: moment(3)))
    #expect(table.connectedCount == 1 && table.count == 1)
    table.receive(messages: 1, bytes: 5, from: ServerScript.peer(2), at: moment(4))
    #expect(table.connectedCount == 2)
    table.disconnect(peer)
    table.disconnect(ServerScript.peer(2))
    #expect(table.count == 0)
  }

  @Test("A source of datagrams is somebody from its first one on, without being connected")
  func sources() {
    var table = PeerTable()
    table.receive(messages: 1, bytes: 5, from: ServerScript.peer(1, .udp), at: moment(1))
    #expect(table.connectedCount == 0 && table.count == 1)
  }

  @Test("Forged sources don't fill the memory; the latest are kept")
  func bound() {
    var table = PeerTable()
    for number in 0..<10_000 {
      let peer = Peer(
        connection: .none,
        transport: .udp,
        address: .ipv4(10, 0, UInt8(number / 256), UInt8(number % 256), port: 9)
      )
      table.receive(messages: 1, bytes: 1, from: peer, at: moment(Int64(number)))
      #expect(table.sources.count <= PeerTable.sourceLimit)
      #expect(table.sources[peer] != nil)
    }
    #expect(table.sources.values.allSatisfy { $0.lastSeen > moment(8900) })
  }

  @Test("Sources of one and the same moment are bounded too")
  func sameMoment() {
    var table = PeerTable()
    for number in 0..<5000 {
      let peer = Peer(
        connection: .none,
        transport: .udp,
        address: .ipv4(10, 0, UInt8(number / 256), UInt8(number % 256), port: 9)
      )
      table.receive(messages: 1, bytes: 1, from: peer, at: moment(1))
    }
    #expect(table.sources.count <= PeerTable.sourceLimit)
  }

  @Test("The latest come first, a given number of them, in an order that never flickers")
  func latest() {
    var table = PeerTable()
    for number in 1...50 as ClosedRange<UInt32> {
      table.connect(ServerScript.peer(number), at: moment(Int64(number / 10)))
    }
    table.receive(messages: 1, bytes: 1, from: ServerScript.peer(7), at: moment(100))
    let latest = table.latest(5).map(\.peer.connection.number)
    #expect(latest == [7, 50, 40, 41, 42])
    #expect(table.latest(100).count == 50)
    #expect(table.latest(0).isEmpty)
  }
}
