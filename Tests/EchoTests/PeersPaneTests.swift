import Screen
import TestKit
import Testing
import Wire

@testable import Echo

/// The list of peers, under a reader and without one.
@Suite struct PeersPaneTests {
  private static let start = ServerScript.start

  private static func moment(_ seconds: Int64) -> Timestamp {
    Timestamp(nanoseconds: start.nanoseconds + seconds * 1_000_000_000)
  }

  /// A table in which the first of `count` peers was heard last.
  private func table(_ count: UInt32) -> PeerTable {
    var table = PeerTable()
    for number in (1...count).reversed() {
      table.receive(messages: 1, bytes: UInt64(number), from: ServerScript.peer(number), at: Self.moment(0))
      table.receive(messages: 1, bytes: 0, from: ServerScript.peer(number), at: Self.moment(Int64(count - number)))
    }
    return table
  }

  private func pane(_ rows: Int, _ table: PeerTable) -> PeersPane {
    var pane = PeersPane()
    pane.resize(rows: rows, table)
    return pane
  }

  private func numbers(_ pane: PeersPane) -> [UInt32] { pane.rows.map(\.connection.number) }

  /// The numbers of the connections in the window.
  private func shown(_ pane: PeersPane, _ table: PeerTable, rows: Int) -> [Int] {
    var surface = Surface(size: Size(columns: 60, rows: rows + PeersPane.headerRows))
    let now = Moment(time: Self.moment(100))
    pane.draw(table, in: Rect(size: surface.size), on: &surface, look: Look(), now: now)
    return (PeersPane.headerRows..<surface.size.rows).compactMap { row in
      let text = surface.text(row: row)
      return text.split(separator: ":").last.flatMap { Int($0.prefix { $0.isNumber }) }.map { $0 - 50_170 }
    }
  }

  @Test("Without a reader the latest that fit are shown, and one that stays among them keeps its row")
  func unattended() {
    var table = table(10)
    var pane = pane(4, table)
    #expect(numbers(pane) == [1, 2, 3, 4])
    #expect(pane.selected == nil)
    table.receive(messages: 1, bytes: 1, from: ServerScript.peer(3), at: Self.moment(50))
    pane.sync(table)
    #expect(numbers(pane) == [1, 2, 3, 4])
    table.receive(messages: 1, bytes: 1, from: ServerScript.peer(9), at: Self.moment(51))
    pane.sync(table)
    #expect(numbers(pane) == [1, 2, 3, 9])
    table.disconnect(ServerScript.peer(2))
    pane.sync(table)
    #expect(numbers(pane) == [1, 4, 3, 9])
    pane.move(by: 1)
    #expect(pane.selected == nil)
  }

  @Test("Under a reader no row moves: not for news, not for an end; newcomers are at the end")
  func attended() {
    var table = table(6)
    var pane = pane(4, table)
    pane.enter(table, at: Self.moment(10))
    pane.move(by: 2)
    #expect(pane.selected == ServerScript.peer(3))
    for number in [6, 1, 5] as [UInt32] {
      table.receive(messages: 100, bytes: 1, from: ServerScript.peer(number), at: Self.moment(60))
    }
    table.disconnect(ServerScript.peer(2))
    table.connect(ServerScript.peer(7), at: Self.moment(61))
    table.connect(ServerScript.peer(8), at: Self.moment(61))
    pane.sync(table)
    #expect(numbers(pane) == [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(pane.selected == ServerScript.peer(3))
    #expect(shown(pane, table, rows: 4) == [1, 2, 3, 4])
    pane.reorder(table, at: Self.moment(61))
    #expect(pane.order == .messages)
    #expect(numbers(pane) == [6, 5, 1, 4, 3, 7, 8])
    #expect(pane.selected == ServerScript.peer(3))
    pane.leave(table)
    #expect(pane.selected == nil && pane.rows.count == 4)
  }

  @Test("At the end of the list too, newcomers move neither the window nor the selection")
  func atEnd() {
    var table = table(6)
    var pane = pane(4, table)
    pane.enter(table, at: Self.moment(10))
    pane.bottom()
    #expect(pane.selected == ServerScript.peer(6))
    #expect(shown(pane, table, rows: 4) == [3, 4, 5, 6])
    table.connect(ServerScript.peer(7), at: Self.moment(61))
    pane.sync(table)
    #expect(pane.selected == ServerScript.peer(6))
    #expect(shown(pane, table, rows: 4) == [3, 4, 5, 6])
    pane.pageDown()
    #expect(pane.selected == ServerScript.peer(7))
    pane.top()
    #expect(pane.selected == ServerScript.peer(1))
    pane.select(line: 2)
    #expect(pane.selected == ServerScript.peer(3))
    pane.select(line: 4)
    #expect(pane.selected == ServerScript.peer(3))
  }

  @Test("Nobody there: a reader may come all the same, and the first to come is selected")
  func empty() {
    var table = PeerTable()
    var pane = pane(4, table)
    pane.enter(table, at: Self.moment(0))
    pane.move(by: 1)
    pane.pageUp()
    #expect(pane.selected == nil)
    table.connect(ServerScript.peer(1), at: Self.moment(1))
    table.connect(ServerScript.peer(2), at: Self.moment(1))
    pane.sync(table)
    #expect(pane.selected == ServerScript.peer(1))
  }

  @Test("However many come and go under a reader, his list is bounded and his window stands still")
  func churn() {
    var table = table(6)
    var pane = pane(3, table)
    pane.enter(table, at: Self.moment(10))
    pane.move(by: 4)
    table.disconnect(ServerScript.peer(1))
    table.disconnect(ServerScript.peer(4))
    let before = shown(pane, table, rows: 3)
    for number in 1000..<11_000 as Range<UInt32> {
      table.connect(ServerScript.peer(number), at: Self.moment(62))
      pane.sync(table)
      table.disconnect(ServerScript.peer(number))
    }
    pane.sync(table)
    #expect(pane.rows.count <= table.count + PeersPane.endedLimit)
    #expect(pane.selected == ServerScript.peer(5))
    #expect(shown(pane, table, rows: 3) == before)
  }

  @Test("A forgotten source that comes again has one row")
  func again() {
    var table = PeerTable()
    func source(_ number: Int) -> Peer {
      let address = SocketAddress.ipv4(10, 0, UInt8(number / 256), UInt8(number % 256), port: 9)
      return Peer(connection: .none, transport: .udp, address: address)
    }
    table.receive(messages: 1, bytes: 1, from: source(0), at: Self.moment(0))
    var pane = pane(3, table)
    pane.enter(table, at: Self.moment(0))
    for number in 1...PeerTable.sourceLimit {
      table.receive(messages: 1, bytes: 1, from: source(number), at: Self.moment(1))
    }
    pane.sync(table)
    #expect(table[source(0)] == nil)
    table.receive(messages: 1, bytes: 1, from: source(0), at: Self.moment(2))
    pane.sync(table)
    #expect(pane.rows.count { $0 == source(0) } == 1)
  }

  /// Peers of every kind, one of them gone, a reader on the second.
  private func session() -> (PeersPane, PeerTable) {
    var table = PeerTable()
    let address = SocketAddress(family: .ipv6, port: 40_001, high: 0x2001_0db8_85a3_0000, low: 0x8a2e_0370_7334)
    let version6 = Peer(connection: .none, transport: .udp, address: address)
    let local = Peer(
      connection: ConnectionID(7),
      transport: .unix,
      address: SocketAddress(family: .unix, scope: 4242)
    )
    table.receive(messages: 1_284, bytes: 1_990_000, from: ServerScript.peer(1), at: Self.moment(88))
    table.receive(messages: 12, bytes: 430, from: ServerScript.peer(1), at: Self.moment(89))
    table.receive(messages: 3_400_000, bytes: 64 << 30, from: version6, at: Self.moment(60))
    table.connect(local, at: Self.moment(-7000))
    table.connect(ServerScript.peer(2), at: Self.moment(-90_000 * 60))
    table.receive(messages: 1, bytes: 6, from: ServerScript.peer(3), at: Self.moment(89))
    var pane = pane(7, table)
    pane.enter(table, at: Self.moment(90))
    table.disconnect(ServerScript.peer(3))
    pane.sync(table)
    pane.move(by: 1)
    return (pane, table)
  }

  @Test("Its picture, at every width", arguments: [80, 40, 38, 30, 20, 8])
  func golden(columns: Int) throws {
    let (pane, table) = session()
    var surface = Surface(size: Size(columns: columns, rows: 8))
    pane.draw(table, in: Rect(size: surface.size), on: &surface, look: Look(), now: Moment(time: Self.moment(90)))
    try Golden.check(surface, "peers-\(columns)x8")
  }

  @Test("No rectangle is too small or out of place")
  func everySize() {
    let (pane, table) = session()
    for columns in [0, 1, 5, 6, 8, 15, 20, 30, 35, 38, 45, 50, 90] {
      for rows in [0, 1, 2, 4, 5, 9] {
        var surface = Surface(size: Size(columns: 60, rows: 6))
        let rect = Rect(column: 10, row: 2, columns: columns, rows: rows)
        pane.draw(table, in: rect, on: &surface, look: Look(glyphs: .ascii), now: Moment(time: Self.moment(90)))
        #expect(surface.isBlank(outside: rect))
      }
    }
  }
}
