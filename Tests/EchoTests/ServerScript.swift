import Screen
import Testing
import Wire

@testable import Echo

/// A server's model under a script: events go in, effects and pictures come out; the clock stands unless it is moved.
struct ServerScript {
  /// 2026-11-22 15:47:58.004 UTC.
  static let start = Timestamp(nanoseconds: 1_795_362_478_004_000_000)

  var model: ServerModel
  private(set) var time = ServerScript.start
  private(set) var sequence: UInt64 = 0

  init(
    framing: Framing = .line,
    stopPolicy: StopPolicy = .local,
    historyCount: Int = 1000,
    historyBytes: Int = 1 << 20,
    look: Look = Look(),
    size: Size = Size(columns: 80, rows: 24)
  ) {
    model = ServerModel(
      framing: framing,
      stopPolicy: stopPolicy,
      historyCount: historyCount,
      historyBytes: historyBytes,
      look: look
    )
    _ = model.update(.tick(Moment(time: time)))
    _ = model.update(.resize(size))
  }

  static func peer(_ number: UInt32, _ transport: Transport = .tcp) -> Peer {
    Peer(
      connection: transport == .tcp ? ConnectionID(number) : .none,
      transport: transport,
      address: .ipv4(127, 0, 0, 1, port: UInt16(50_170 + number))
    )
  }

  @discardableResult
  mutating func give(_ event: ScreenEvent<ServerEvent>) -> [Effect<ServerCommand>] { model.update(event) }

  @discardableResult
  mutating func press(_ keys: Key...) -> [Effect<ServerCommand>] {
    keys.flatMap { model.update(.input(.key($0))) }
  }

  mutating func pass(milliseconds: Int64) {
    time.nanoseconds += milliseconds * 1_000_000
    give(.tick(Moment(time: time)))
  }

  mutating func listen() {
    give(.news(.listening([.tcp(host: "127.0.0.1", port: 9000), .udp(host: "127.0.0.1", port: 9000)])))
  }

  mutating func record() {
    give(.news(.recording(file: "messages.db", .started(durability: "group"), at: time)))
  }

  mutating func connect(_ number: UInt32) { give(.news(.connected(ServerScript.peer(number), at: time))) }

  mutating func receive(
    _ payload: [UInt8],
    from peer: Peer = ServerScript.peer(1),
    wireCount: UInt64? = nil,
    flags: MessageRecord.Flags = .answered
  ) {
    give(.news(.messages(ServerScript.batch([payload], from: peer, first: sequence + 1, at: time, wireCount, flags))))
    sequence += 1
  }

  mutating func receive(_ text: String, from peer: Peer = ServerScript.peer(1)) {
    receive(Array(text.utf8), from: peer)
  }

  /// A batch of messages of one peer.
  static func batch(
    _ payloads: [[UInt8]],
    from peer: Peer = ServerScript.peer(1),
    first: UInt64 = 1,
    at time: Timestamp = ServerScript.start,
    _ wireCount: UInt64? = nil,
    _ flags: MessageRecord.Flags = .answered
  ) -> MessageBatch {
    var batch = MessageBatch()
    batch.peers = [peer]
    for payload in payloads {
      batch.records.append(
        MessageRecord(
          sequence: first + UInt64(batch.records.count),
          time: time,
          wireCount: wireCount ?? UInt64(payload.count + (peer.transport == .tcp ? 1 : 0)),
          offset: UInt32(batch.bytes.count),
          count: UInt32(payload.count),
          peer: 0,
          flags: flags
        )
      )
      batch.bytes += payload
    }
    return batch
  }

  /// The picture's rows as text, blanks at their ends left out.
  var rows: [String] {
    let surface = model.view()
    return (0..<surface.size.rows).map { row in
      var line = (0..<surface.size.columns).map { surface[$0, row].text }.joined()
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  func contains(_ text: String) -> Bool { rows.contains { $0.contains(text) } }

  /// A life that shows every kind of row.
  static func session(size: Size, look: Look = Look()) -> ServerScript {
    var script = ServerScript(look: look, size: size)
    script.listen()
    script.pass(milliseconds: 1500)
    script.connect(1)
    script.receive("hello world")
    script.pass(milliseconds: 700)
    script.connect(2)
    script.receive("日本語 e\u{301}", from: peer(2))
    script.receive("sensor=21.5\0\0\0\0\0", from: peer(3, .udp))
    script.pass(milliseconds: 1200)
    script.receive([0x1B, 0x5D, 0x30, 0x3B, 0x74, 0x07, 0x20, 0xE2, 0x80, 0xAE, 0x66, 0xFF], from: peer(2))
    script.receive(Array(repeating: 0x78, count: 300), wireCount: 1472, flags: [.answered, .truncated])
    script.receive(Array("the end".utf8), wireCount: 7, flags: [.answered, .partial])
    script.receive(Array(".".utf8), from: peer(4, .udp), flags: [.answered, .stopRefused])
    script.give(.news(.dropped(Drop(by: .kernel, count: 12), at: script.time)))
    script.give(.news(.disconnected(peer(1), .reset, Traffic(), at: script.time)))
    script.pass(milliseconds: 62_000)
    script.receive("one message more", from: peer(2))
    script.pass(milliseconds: 1000)
    return script
  }
}

extension ServerScript: CustomTestStringConvertible {
  var testDescription: String { rows.joined(separator: "\n") }
}
