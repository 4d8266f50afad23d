import Echo
import Screen
import Testing
import Wire

/// A client's model under a script: events go in, effects and pictures come out.
struct ClientScript {
  static let peer = SocketAddress.ipv4(127, 0, 0, 1, port: 9000)
  static let local = SocketAddress.ipv4(127, 0, 0, 1, port: 50172)

  var model: ClientModel
  var effects: [Effect<ClientRequest>] = []
  /// 2026-11-22 15:47:58.004 UTC.
  private(set) var time = Timestamp(nanoseconds: 1_795_362_478_004_000_000)

  init(
    framing: Framing = .line,
    transport: Transport = .tcp,
    awaitsReceipts: Bool = true,
    reconnects: Bool = false,
    historyCount: Int = 1000,
    remembered: [String]? = nil,
    size: Size = Size(columns: 80, rows: 24)
  ) {
    model = ClientModel(
      title: "\(transport.rawValue) 127.0.0.1:9000",
      framing: framing,
      transport: transport,
      awaitsReceipts: awaitsReceipts,
      reconnects: reconnects,
      historyCount: historyCount,
      remembered: remembered,
      look: Look(theme: .mono)
    )
    _ = model.update(.tick(Moment(time: time)))
    _ = model.update(.resize(size))
  }

  /// Takes the effects so far.
  mutating func take() -> [Effect<ClientRequest>] {
    defer { effects = [] }
    return effects
  }

  mutating func give(_ event: ScreenEvent<ClientEvent>) { effects += model.update(event) }

  mutating func pass(milliseconds: Int64) {
    time.nanoseconds += milliseconds * 1_000_000
    give(.tick(Moment(time: time)))
  }

  mutating func key(_ keys: Key...) { for key in keys { give(.input(.key(key))) } }

  mutating func type(_ text: String) { for character in text { key(.character(character)) } }

  mutating func enter(_ text: String) {
    type(text)
    key(Key(.enter))
  }

  mutating func connect() {
    give(.news(.connecting(ClientScript.peer, at: time)))
    give(.news(.connected(local: ClientScript.local, peer: ClientScript.peer, at: time)))
  }

  mutating func end(_ end: ClientEnd) { give(.news(.ended(end, ClientTotals(), at: time))) }

  mutating func traffic(_ records: [TrafficRecord], bytes: [UInt8] = []) {
    var batch = TrafficBatch(time: time)
    batch.records = records
    batch.bytes = bytes
    give(.news(.traffic(batch)))
  }

  /// The connection breaks by a reset.
  mutating func reset() {
    let endpoint = Endpoint.tcp(host: "127.0.0.1", port: 9000)
    end(.failed(.broken(endpoint, SystemError("recv", code: Errno.connectionReset))))
  }

  /// A try is refused.
  mutating func refuse() {
    let endpoint = Endpoint.tcp(host: "127.0.0.1", port: 9000)
    end(.failed(.cannotConnect(endpoint, SystemError("connect", code: Errno.connectionRefused))))
  }

  mutating func sent(_ id: UInt64, _ wireCount: UInt64) {
    traffic([TrafficRecord(.sent, message: id, wireCount: wireCount)])
  }

  mutating func reply(_ id: UInt64, _ text: String = "OK", roundTrip: Int64 = 410_000) {
    let bytes = Array(text.utf8)
    let count = bytes.count
    traffic(
      [TrafficRecord(.receipt, message: id, wireCount: UInt64(count + 1), roundTrip: roundTrip, count: count)],
      bytes: bytes
    )
  }

  mutating func receive(_ bytes: [UInt8]) {
    let count = bytes.count
    traffic([TrafficRecord(.received, message: 0, wireCount: UInt64(count + 1), count: count)], bytes: bytes)
  }

  var rows: [String] { ClientScript.rows(model.view()) }

  static func rows(_ surface: Surface) -> [String] { (0..<surface.size.rows).map { surface.text(row: $0) } }

  func shows(_ text: String) -> Bool { rows.contains { $0.contains(text) } }

  /// The session of the pictures: answered, hostile, timed out, awaiting.
  static func session(size: Size) -> ClientScript {
    var script = ClientScript(size: size)
    script.connect()
    script.pass(milliseconds: 7119)
    script.enter("hello world")
    script.sent(1, 12)
    script.reply(1)
    script.pass(milliseconds: 5967)
    script.enter("what time is it?")
    script.sent(2, 17)
    script.reply(2, "\u{1b}]0;title\u{7} noon\u{202e}", roundTrip: 12_300_000)
    script.pass(milliseconds: 422)
    script.enter("ping?")
    script.sent(3, 6)
    script.traffic([TrafficRecord(.timedOut, message: 3)])
    script.pass(milliseconds: 1509)
    script.enter("日本語")
    script.sent(4, 10)
    script.type("half a mess")
    return script
  }
}

extension ClientScript: CustomTestStringConvertible {
  var testDescription: String { rows.joined(separator: "\n") }
}
