import Testing
import Wire

@testable import Echo

/// Who has sent what.
@Suite struct PeerTableTests {
  private func moment(_ seconds: Int64) -> Timestamp { Timestamp(nanoseconds: seconds * 1_000_000_000) }

  @Test(
    "A connection counts from its beginning to its end, and from its first message if the news of the former was dropped"
  )
  func connections() throws {
    var table = PeerTable()
    let peer = ServerScript.peer(1)
    table.connect(peer, at: moment(1))
    table.receive(messages: 2, bytes: 20, from: peer, at: moment(2))
    table.receive(messages: 1, bytes: 5, from: peer, at: moment(3))
    let summary = try #require(table[peer])
    #expect(summary.messages == 3 && summary.bytes == 25)
    #expect(summary.lastSeen == moment(3))
    #expect(table.connectedCount == 1 && table.count == 1)
    table.receive(messages: 1, bytes: 5, from: ServerScript.peer(2), at: moment(4))
    #expect(table.connectedCount == 2)
    table.disconnect(peer)
    table.disconnect(ServerScript.peer(2))
    #expect(table.count == 0)
    #expect(table[peer]?.isEnded == true && table[peer]?.messages == 3)
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
      #expect(table.sourceCount <= PeerTable.sourceLimit)
      #expect(table[peer] != nil)
    }
    #expect(table.latest(.max).allSatisfy { $0.summary.lastSeen > moment(8900) })
  }

  @Test("Connections that came and went don't fill the memory either; the last are kept")
  func churn() {
    var table = PeerTable()
    for number in 1...5000 as ClosedRange<UInt32> {
      table.connect(ServerScript.peer(number), at: moment(1))
      table.disconnect(ServerScript.peer(number))
    }
    #expect(table.count == 0)
    #expect(table[ServerScript.peer(5000)]?.isEnded == true)
    #expect(table[ServerScript.peer(5000 - UInt32(PeerTable.endedLimit))] == nil)
  }

  @Test("A peer's rate is what it sent in the last whole second")
  func rate() throws {
    var table = PeerTable()
    let peer = ServerScript.peer(1)
    table.receive(messages: 2, bytes: 20, from: peer, at: moment(10))
    table.receive(messages: 3, bytes: 30, from: peer, at: moment(10))
    table.receive(messages: 7, bytes: 70, from: peer, at: moment(11))
    let summary = try #require(table[peer])
    #expect(summary.rate(at: moment(11)) == RateWindow.Bucket(messages: 5, bytes: 50))
    #expect(summary.rate(at: moment(12)) == RateWindow.Bucket(messages: 7, bytes: 70))
    #expect(summary.rate(at: moment(13)) == RateWindow.Bucket())
    table.receive(messages: 1, bytes: 1, from: peer, at: moment(20))
    #expect(try #require(table[peer]).rate(at: moment(20)) == RateWindow.Bucket())
  }

  @Test("Peers stand in the order asked for, equal ones in that of their arrival", arguments: PeerTable.Order.allCases)
  func order(_ order: PeerTable.Order) {
    var table = PeerTable()
    let counts: [(UInt32, UInt64, UInt64, Int64)] = [(1, 1, 900, 5), (2, 5, 100, 9), (3, 1, 900, 7), (4, 9, 9, 1)]
    for (number, messages, bytes, second) in counts {
      table.receive(messages: messages, bytes: bytes, from: ServerScript.peer(number), at: moment(second))
    }
    table.connect(ServerScript.peer(5), at: moment(20))
    table.disconnect(ServerScript.peer(5))
    let numbers = table.ordered(by: order, at: moment(10)).map(\.connection.number)
    switch order {
    case .lastSeen: #expect(numbers == [2, 3, 1, 4])
    case .messages: #expect(numbers == [4, 2, 1, 3])
    case .bytes: #expect(numbers == [1, 3, 2, 4])
    case .rate: #expect(numbers == [2, 1, 3, 4])
    case .arrival: #expect(numbers == [1, 2, 3, 4])
    }
  }

  @Test("Who came since is known, without those who left")
  func newcomers() {
    var table = PeerTable()
    for number in 1...4 as ClosedRange<UInt32> { table.connect(ServerScript.peer(number), at: moment(1)) }
    table.disconnect(ServerScript.peer(3))
    #expect(table.newcomers(since: 1).map(\.connection.number) == [2, 4])
    #expect(table.newcomers(since: table.arrivals).isEmpty)
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
    #expect(table.sourceCount <= PeerTable.sourceLimit)
  }

  @Test("The latest come first, a given number of them, in an order that never flickers")
  func latest() {
    var table = PeerTable()
    for number in 1...50 as ClosedRange<UInt32> {
      table.connect(ServerScript.peer(number), at: moment(Int64(number / 10)))
    }
    table.receive(messages: 1, bytes: 1, from: ServerScript.peer(7), at: moment(100))
    let latest = table.latest(5).map(\.peer.connection.number)
    #expect(latest == [7, 50, 47, 48, 49])
    #expect(table.latest(100).count == 50)
    #expect(table.latest(0).isEmpty)
  }
}
