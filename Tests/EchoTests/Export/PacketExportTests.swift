import Testing
import Wire

@testable import Echo

/// A recording as packets.
@Suite struct PacketExportTests {
  /// 2³² nanoseconds and two: both halves of the time are seen.
  private static let time = Timestamp(nanoseconds: 0x1_0000_0002)
  private static let tcp = Peer(
    connection: ConnectionID(1),
    transport: .tcp,
    address: .ipv4(127, 0, 0, 2, port: 0x1234)
  )
  private static let udp = Peer(
    connection: .none,
    transport: .udp,
    address: SocketAddress(family: .ipv6, port: 0x1234, low: 1)
  )

  private var export = RecordingExport(.pcapng)

  init() { begin() }

  private mutating func begin(reply: String = "ok", framing: String = "line") {
    export.begin(
      ExportedRun(
        started: PacketExportTests.time,
        framing: framing,
        reply: reply,
        endpoints: ["tcp 127.0.0.1:5000", "udp [::1]:5000"]
      )
    )
  }

  private mutating func add(
    _ payload: String,
    from peer: Peer = PacketExportTests.tcp,
    wireCount: UInt64? = nil,
    flags: MessageRecord.Flags = []
  ) {
    let message = MessageRecord(
      sequence: 1,
      time: PacketExportTests.time,
      wireCount: wireCount ?? UInt64(payload.utf8.count + (peer.transport == .tcp ? 1 : 0)),
      offset: 0,
      count: 0,
      peer: 0,
      flags: flags
    )
    Array(payload.utf8).withUnsafeBytes { export.add(message, from: peer, $0) }
  }

  private mutating func add(event json: String) {
    Array(json.utf8).withUnsafeBytes { export.add(event: $0, at: PacketExportTests.time) }
  }

  /// The packets that have come out, without their blocks.
  private mutating func packets() -> [[UInt8]] {
    var rest = export.takeOutput()[...]
    var packets: [[UInt8]] = []
    while rest.count >= 12 {
      let block = rest.prefix(PacketExportTests.little(rest.dropFirst(4)))
      if block.first == 6 {
        packets.append(Array(block.dropFirst(28).prefix(PacketExportTests.little(block.dropFirst(20)))))
      }
      rest = rest.dropFirst(block.count)
    }
    return packets
  }

  private static func little(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// A TCP segment over IPv4 as its flags, numbers and payload.
  private static func segment(_ packet: [UInt8]) -> String {
    let numbers = [24, 28].map { start in packet[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) } }
    let names = [(2, "SYN"), (1, "FIN"), (4, "RST"), (16, "ACK")] as [(UInt8, String)]
    let flags = names.filter { packet[33] & $0.0 != 0 }.map(\.1).joined(separator: " ")
    let side = packet[20] == 0x12 ? ">" : "<"
    let text = String(decoding: packet[40...], as: UTF8.self).replacing("\n", with: "|")
    return "\(side) \(flags) \(numbers[0]) \(numbers[1])\(text.isEmpty ? "" : " \(text)")"
  }

  @Test("The file begins with a section and one interface of bare IP, whose times are nanoseconds")
  func start() {
    var export = RecordingExport(.pcapng)
    #expect(
      export.takeOutput() == [
        0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 28, 0, 0, 0,
        1, 0, 0, 0, 32, 0, 0, 0, 101, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0,
      ]
    )
  }

  @Test("A datagram is a packet of its own, to the byte")
  mutating func datagram() {
    _ = export.takeOutput()
    add("hello", from: PacketExportTests.udp)
    let block: [UInt8] = [6, 0, 0, 0, 88, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 53, 0, 0, 0, 53, 0, 0, 0]
    let header: [UInt8] = [0x60, 0, 0, 0, 0, 13, 17, 64]
    let loopback: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    let datagram: [UInt8] = [0x12, 0x34, 0x13, 0x88, 0, 13, 0x96, 0x44] + Array("hello".utf8)
    #expect(export.takeOutput() == block + header + loopback + loopback + datagram + [0, 0, 0, 88, 0, 0, 0])
  }

  @Test("A segment over IPv4 is right to the byte, both checksums included")
  mutating func segmentBytes() throws {
    add("hi")
    let packet = try #require(packets().last)
    #expect(
      packet == [
        0x45, 0, 0, 43, 0, 0, 0x40, 0, 64, 6, 0x3c, 0xca, 127, 0, 0, 2, 127, 0, 0, 1,
        0x12, 0x34, 0x13, 0x88, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 0xff, 0xff, 0x19, 0x9f, 0, 0,
        0x68, 0x69, 0x0a,
      ]
    )
  }

  @Test("A connection is a handshake, its messages with their answers, and an end by whoever ended it")
  mutating func connection() {
    let peer = #""time":"2026-11-22T16:30:01.123456Z","transport":"tcp","peer":"127.0.0.2:4660","connection":1"#
    let traffic = #""messages":2,"bytes":6,"bytes_sent":3"#
    add(event: #"{"event":"connected",\#(peer)}"#)
    add("hi", flags: .answered)
    add("ho")
    add(event: #"{"event":"disconnected",\#(peer),"reason":"finished",\#(traffic)}"#)
    #expect(
      packets().map(PacketExportTests.segment) == [
        "> SYN 0 0", "< SYN ACK 0 1", "> ACK 1 1", "> ACK 1 1 hi|", "< ACK 1 4 OK|", "> ACK 4 4 ho|",
        "> FIN ACK 7 4", "< FIN ACK 4 8", "> ACK 8 5",
      ]
    )
    add("hi")
    add(event: #"{"event":"disconnected",\#(peer),"reason":"reset",\#(traffic)}"#)
    #expect(
      packets().map(PacketExportTests.segment) == [
        "> SYN 0 0", "< SYN ACK 0 1", "> ACK 1 1", "> ACK 1 1 hi|", "> RST ACK 4 1",
      ]
    )
  }

  @Test("What a truncated message lacks is a gap in the stream, and a datagram is shorter than it was")
  mutating func truncated() {
    add("hi", wireCount: 100, flags: .truncated)
    add("ho")
    #expect(packets().suffix(3).map(PacketExportTests.segment) == ["> ACK 1 1 hi", "< ACK 1 101", "> ACK 101 1 ho|"])
    add("hi", from: PacketExportTests.udp, wireCount: 100, flags: .truncated)
    let block = export.takeOutput()
    #expect([block[20], block[24]] == [50, 148])
  }

  @Test("A long message is segments, which the other side acknowledges before the window is full")
  mutating func segments() {
    add(String(repeating: "x", count: 99_999), flags: .answered)
    let packets = packets()
    #expect(packets.map(\.count).max() == 40 + 16_384)
    #expect(packets.filter { $0[20] == 0x12 }.map { $0.count - 40 }.reduce(0, +) == 100_000)
    #expect(packets.count == 3 + 7 + 3 + 1)
  }

  @Test("Echoes are in the framing of the run; a mode that is not known gives no answers")
  mutating func replies() {
    begin(reply: "echo", framing: "length16")
    add("hi", wireCount: 4, flags: .answered)
    #expect(packets().suffix(2).map(PacketExportTests.segment) == ["> ACK 1 1 \0\u{2}hi", "< ACK 1 5 \0\u{2}hi"])
    begin(reply: "shout")
    add("hi", flags: .answered)
    #expect(packets().count == 4)
  }

  @Test("Messages of Unix peers, and what is no event, are left out and counted")
  mutating func leftOut() {
    _ = export.takeOutput()
    add(
      "hi",
      from: Peer(connection: ConnectionID(3), transport: .unix, address: SocketAddress(family: .unix, scope: 9))
    )
    add(event: "nonsense")
    #expect(packets() == [])
    #expect(
      export.finish() == [
        "1 message of Unix peers left out: no packets have carried them",
        "1 row left out: not as our programs write them",
      ]
    )
  }

  @Test("In a client's run what was sent goes from its port to the server's, what came the other way, each at its time")
  mutating func clients() {
    export.begin(
      ExportedRun(
        started: PacketExportTests.time,
        framing: "line",
        reply: "awaited",
        endpoints: ["tcp localhost:4660"],
        isClients: true
      )
    )
    _ = export.takeOutput()
    let origin = #""transport":"tcp","local":"127.0.0.1:5000","peer":"127.0.0.2:4660","connection":1"#
    add(event: #"{"event":"connected","time":"2026-11-22T15:47:58.004000Z",\#(origin)}"#)
    add("hello", flags: .sent)
    add("OK", flags: .heard)
    add(event: #"{"event":"finished","time":"2026-11-22T15:47:58.004000Z","connection":1,"reason":"peer_closed"}"#)
    // Port 4660, which the peer has, is `>` here.
    #expect(
      packets().map(PacketExportTests.segment) == [
        "< SYN 0 0", "> SYN ACK 0 1", "< ACK 1 1", "< ACK 1 1 hello|", "> ACK 1 7 OK|", "> FIN ACK 4 7",
        "< FIN ACK 7 5", "> ACK 5 8",
      ]
    )
  }

  @Test("A client's connection that the file has no beginning of has a port that stands for its own")
  mutating func clientsWithoutBeginning() {
    export.begin(
      ExportedRun(started: PacketExportTests.time, framing: "line", reply: "", endpoints: [], isClients: true)
    )
    _ = export.takeOutput()
    add("hello", from: PacketExportTests.udp, flags: .sent)
    add("OK", from: PacketExportTests.udp, flags: .heard)
    #expect(packets().map { Array($0[40..<44]) } == [[0xC0, 0, 0x12, 0x34], [0x12, 0x34, 0xC0, 0]])
  }
}
