import Echo
import Screen
import Testing
import Wire

@Suite("The playground's screen")
struct PlaygroundTests {
  static func session(size: Size) -> PlaygroundModel {
    let look = Look(theme: .mono)
    var model = PlaygroundModel(
      client: ClientModel(title: "playground", framing: .line, transport: .tcp, look: look),
      server: ServerModel(framing: .line, stopPolicy: .local, historyCount: 1000, historyBytes: 1 << 20, look: look)
    )
    let time = ClientScript().time
    let peer = Peer(connection: ConnectionID(1), transport: .tcp, address: ClientScript.local)
    _ = model.update(.resize(size))
    _ = model.update(.tick(Moment(time: time)))
    _ = model.update(.news(.server(.listening([.tcp(host: "127.0.0.1", port: 9000)]))))
    _ = model.update(.news(.client(.connected(local: ClientScript.local, peer: ClientScript.peer, at: time))))
    _ = model.update(.news(.server(.connected(peer, at: time))))
    for character in "hello" { _ = model.update(.input(.key(.character(character)))) }
    _ = model.update(.input(.key(Key(.enter))))
    var messages = MessageBatch()
    messages.peers = [peer]
    messages.bytes = Array("hello".utf8)
    messages.records = [
      MessageRecord(sequence: 1, time: time, wireCount: 6, offset: 0, count: 5, peer: 0, flags: .answered)
    ]
    _ = model.update(.news(.server(.messages(messages))))
    var batch = TrafficBatch(time: time)
    batch.bytes = Array("OK".utf8)
    batch.records = [
      TrafficRecord(.sent, message: 1, wireCount: 6),
      TrafficRecord(.receipt, message: 1, wireCount: 3, roundTrip: 210_000, count: 2),
    ]
    _ = model.update(.news(.client(.traffic(batch))))
    return model
  }

  @Test("keys go to the client, and its end is the playground's")
  func ends() {
    var model = Self.session(size: Size(columns: 100, rows: 20))
    let time = ClientScript().time
    let asked = model.update(.input(.key(.control("d"))))
    guard asked.count == 1, case .request(.client(.finish)) = asked[0] else {
      Issue.record("^D asked for \(asked)")
      return
    }
    #expect(model.update(.news(.server(.stopped(ServerTotals(), at: time)))).isEmpty)
    let effects = model.update(.news(.client(.ended(.finished, ClientTotals(), at: time))))
    guard effects.count == 2, case .request(.server(.stop)) = effects[0], case .quit = effects[1] else {
      Issue.record("the end asked for \(effects)")
      return
    }
  }

  @Test("both sides show what they know", arguments: [(120, 20), (80, 24), (60, 16)])
  func bothSides(columns: Int, rows: Int) {
    let text = ClientScript.rows(Self.session(size: Size(columns: columns, rows: rows)).view()).joined(separator: "\n")
    #expect(text.contains("playground tcp 127.0.0.1:9000"))
    #expect(text.contains(">ok") && text.contains(" server received  1 msg  6B"))
  }

  @Test("a small screen is the client's alone")
  func small() {
    let rows = ClientScript.rows(Self.session(size: Size(columns: 40, rows: 10)).view())
    #expect(rows.contains { $0.contains(">ok") } && !rows.contains { $0.contains("server received") })
    #expect(rows.last == ">")
  }

  @Test("the help is drawn once, over both halves", arguments: [(140, 40), (80, 24), (40, 10)])
  func help(columns: Int, rows: Int) {
    var model = Self.session(size: Size(columns: columns, rows: rows))
    _ = model.update(.input(.key(Key(.function(1)))))
    let title = ClientScript.rows(model.view()).filter { $0.contains("echo_client ─") }
    #expect(title.count == 1 && title[0].ranges(of: "echo_client").count == 1)
  }

  @Test("the wheel scrolls the half it is over")
  func wheel() {
    var model = Self.session(size: Size(columns: 130, rows: 9))
    let time = ClientScript().time
    let peer = Peer(connection: ConnectionID(1), transport: .tcp, address: ClientScript.local)
    for _ in 0..<20 { _ = model.update(.news(.server(.connected(peer, at: time)))) }
    _ = model.update(.input(.mouse(Mouse(.wheelUp, at: Point(column: 120, row: 5)))))
    let top = model.view().text(row: 0)
    #expect(top.contains("HOLD +0 new"))
    #expect(model.view().text(row: 7).contains("FOLLOW"))
  }

  @Test("every size draws", arguments: 0..<20)
  func everySize(step: Int) {
    for columns in [0, 1, 7, 19, 20, 39, 40, 60, 89, 90, 110, 200, 1000] {
      let size = Size(columns: columns, rows: step == 19 ? 500 : step * 2)
      #expect(Self.session(size: size).view().size == size)
    }
  }
}
