import TestKit
import Testing
import Wire

@testable import Echo

/// What a view remembers.
@Suite struct MessageLogTests {
  private func batch(_ texts: [String], _ peer: Peer = ServerScript.peer(1), first: UInt64 = 1) -> MessageBatch {
    ServerScript.batch(texts.map { Array($0.utf8) }, from: peer, first: first)
  }

  private func texts(_ log: MessageLog) -> [String] {
    (log.firstID..<log.endID).map { String(decoding: log[$0]?.payload ?? [], as: UTF8.self) }
  }

  /// A batch of one message from each of the peers, as datagrams that alternate come.
  private func mixed(_ peers: [Peer], first: UInt64 = 1) -> MessageBatch {
    var batch = MessageBatch()
    for (index, peer) in peers.enumerated() {
      let one = ServerScript.batch([Array("\(first + UInt64(index))".utf8)], from: peer, first: first + UInt64(index))
      var record = one.records[0]
      record.offset = UInt32(batch.bytes.count)
      record.peer = UInt32(index)
      batch.records.append(record)
      batch.bytes += one.bytes
      batch.peers.append(peer)
    }
    return batch
  }

  @Test("Of batches as long as the history only what is too many goes, and the rest is read from its middle")
  func hugeBatches() {
    var log = MessageLog(countLimit: 1000, byteLimit: 1 << 30)
    for (first, count) in [(1, 990), (991, 990), (1981, 20)] {
      let payloads = (first..<first + count).map { Array("message \($0)".utf8) }
      log.append(ServerScript.batch(payloads, first: UInt64(first)))
    }
    #expect(log.count == 1000 && log.firstID == 1000 && log.endID == 2000)
    #expect(
      log[999] == nil && log[1000]?.record.sequence == 1001 && log[log.firstID]?.record.time == ServerScript.start
    )
    var seen: [UInt64] = []
    _ = log.scan(0..<2000) { id, record, _, _ in
      seen.append(record.sequence)
      return record.sequence == id + 1
    }
    #expect(seen == Array(1001...2000))
    seen = []
    _ = log.scanReversed(0..<2000) { _, record, _, _ in
      seen.append(record.sequence)
      return true
    }
    #expect(seen == (1001...2000).reversed())
  }

  @Test("Rows come back by id, with their record, peer and payload, however they came")
  func rows() {
    var log = MessageLog(countLimit: 1000, byteLimit: 1 << 20)
    log.append(batch(["a", "bb"]))
    log.append(batch(["", "ccc"], ServerScript.peer(2), first: 3))
    log.append(event: .dropped(Drop(by: .kernel, count: 2), at: ServerScript.start))
    log.append(batch(["d"], first: 5))
    #expect(log.count == 6 && log.firstID == 0 && log.endID == 6)
    let words = "2 datagrams dropped by the kernel: the receive buffer was full"
    #expect(texts(log) == ["a", "bb", "", "ccc", words, "d"])
    #expect((0..<6).map { log[$0]?.record.sequence } == [1, 2, 3, 4, 0, 5])
    #expect([0, 2, 3, 5].map { log[$0]?.peer } == [1, 2, 2, 1].map { ServerScript.peer($0) })
    #expect((0..<6).map { log[$0]?.isNotice } == [false, false, false, false, true, false])
    #expect((0..<6).map { log[$0]?.event != nil } == [false, false, false, false, true, false])
    #expect(log[4]?.record.flags == [.notice, .alert])
    #expect(log[6] == nil)
    #expect(log[log.firstID]?.record.time == ServerScript.start)
  }

  @Test("An empty batch and an event that is no row change nothing")
  func empty() {
    var log = MessageLog(countLimit: 10, byteLimit: 100)
    log.append(MessageBatch())
    log.append(event: .listening([]))
    log.append(event: .stopped(ServerTotals(), at: ServerScript.start))
    #expect(log.count == 0 && log.byteCount == 0 && log[0] == nil)
  }

  @Test("An event keeps what it is, whose it is, when it was, and has words and a sign")
  func events() {
    let (peer, time) = (ServerScript.peer(3), ServerScript.start)
    let events: [(ServerEvent, Peer?, String, isAlert: Bool)] = [
      (.connected(peer, at: time), peer, "connected", false),
      (.disconnected(peer, .finished, Traffic(), at: time), peer, "closed by peer; 0 messages, 0B", false),
      (.disconnected(peer, .reset, Traffic(), at: time), peer, "reset by peer; 0 messages, 0B", true),
      (
        .refused(.connections(count: 2, limit: 9), at: time), nil, "2 connections refused: the limit is 9", true
      ),
      (
        .failure(SystemError("accept4", code: 24), peer: peer, at: time), peer, "accept4 failed: too many open files",
        true
      ),
      (.stopping(.message(peer), at: time), peer, "sent the stop message: stopping", false),
      (.stopping(.asked, at: time), nil, "stopping", false),
    ]
    var log = MessageLog(countLimit: 1000, byteLimit: 1 << 20)
    for (event, _, _, _) in events { log.append(event: event) }
    var scanned: [(Peer?, String)] = []
    _ = log.scan(0..<log.endID) { _, _, peer, words in
      scanned.append((peer, String(decoding: words, as: UTF8.self)))
      return true
    }
    for (id, (event, peer, words, isAlert)) in events.enumerated() {
      let row = log[UInt64(id)]
      #expect(row?.event?.noticeText == event.noticeText && row?.event?.isAlert == isAlert)
      #expect(row.map { String(decoding: $0.payload, as: UTF8.self) } == words)
      #expect(row?.record.flags == (isAlert ? [.notice, .alert] : .notice) && row?.record.time == time)
      #expect(row?.peer.connection == peer?.connection ?? ConnectionID.none)
      #expect(scanned[id].0 == peer && scanned[id].1 == words)
    }
  }

  @Test(
    "The count is bounded: the oldest go, ids stay, and nearly as many as allowed are kept",
    arguments: [1, 2, 16, 100, 5000]
  )
  func countLimit(_ limit: Int) {
    var log = MessageLog(countLimit: limit, byteLimit: 1 << 30)
    for number in 0..<20_000 { log.append(batch(["\(number)"], first: UInt64(number + 1))) }
    #expect(log.endID == 20_000)
    #expect(log.count <= limit)
    #expect(log.count >= limit - max(1, limit / 16))
    #expect(log[log.firstID - 1] == nil)
    #expect(texts(log) == (log.firstID..<log.endID).map { "\($0)" })
  }

  @Test("The bytes are bounded, all that rows take counted, but for the newest batch, which is kept whole")
  func byteLimit() {
    var log = MessageLog(countLimit: 1 << 20, byteLimit: 100_000)
    for number in 0..<5000 { log.append(batch([String(repeating: "x", count: 100)], first: UInt64(number + 1))) }
    #expect(log.byteCount <= 100_000 && log.byteCount >= 90_000)
    #expect(log.byteCount >= log.count * (100 + MemoryLayout<MessageRecord>.stride))
    log.append(batch([String(repeating: "y", count: 500_000)], first: 5001))
    #expect(log.count == 1 && log.byteCount > 500_000)
    log.append(batch(["z"], first: 5002))
    #expect(log.count == 1 && texts(log) == ["z"])
    #expect(log.byteCount < 1000)
  }

  @Test("Messages without bytes and events are bounded by what they take")
  func smallRows() {
    var log = MessageLog(countLimit: 1 << 20, byteLimit: 100_000)
    for number in 0..<5000 { log.append(batch([""], first: UInt64(number + 1))) }
    #expect(log.byteCount <= 100_000 && log.count > 1000 && log.count <= 2500)
    for _ in 0..<5000 { log.append(event: .connected(ServerScript.peer(1), at: ServerScript.start)) }
    #expect(log.byteCount <= 100_000 && log.count > 200 && log.count < 1000)
  }

  /// Peers for a test of what they take: each a function of its number.
  enum PeerKind: CaseIterable {
    case datagrams, connections, alternating, ipv6, linkLocal, unix

    func peer(_ number: UInt32) -> Peer {
      let port = UInt16(truncatingIfNeeded: number)
      let low = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
      let connection = ConnectionID(.max - number)
      switch self {
      case .datagrams:
        return Peer(
          connection: .none,
          transport: .udp,
          address: SocketAddress(family: .ipv4, port: port, low: low >> 32)
        )
      case .connections:
        return Peer(connection: connection, transport: .tcp, address: .ipv4(10, 255, 0, 1, port: port))
      case .alternating: return ServerScript.peer(number % 7, .udp)
      case .ipv6:
        let address = SocketAddress(family: .ipv6, port: port, high: ~low, low: low)
        return Peer(connection: connection, transport: .tcp, address: address)
      case .linkLocal:
        let address = SocketAddress(family: .ipv6, port: port, high: 0xFE80 << 48, low: low, scope: .max - number)
        return Peer(connection: connection, transport: .tcp, address: address)
      case .unix:
        return Peer(
          connection: connection,
          transport: .unix,
          address: SocketAddress(family: .unix, scope: .max - number)
        )
      }
    }
  }

  @Test(
    "A message takes at most 64 bytes beside its own, whoever sends and however it comes",
    arguments: PeerKind.allCases,
    [1, 32, 10_000]
  )
  func overhead(kind: PeerKind, batchCount: Int) {
    var log = MessageLog(countLimit: 1 << 20, byteLimit: 64 << 20)
    let payload = Array(repeating: UInt8(ascii: "x"), count: 20)
    var sent = 0
    while sent < 50_000 {
      var batch = ServerScript.batch(Array(repeating: payload, count: batchCount), first: UInt64(sent + 1))
      batch.peers = []
      for row in batch.records.indices {
        let peer = kind.peer(UInt32(sent + row))
        if batch.peers.last != peer { batch.peers.append(peer) }
        batch.records[row].peer = UInt32(batch.peers.count - 1)
      }
      log.append(batch)
      sent += batchCount
    }
    #expect(log.count == sent)
    #expect(log.byteCount - 20 * sent <= 64 * sent, "\((log.byteCount - 20 * sent) / sent)")
    #expect((0..<UInt64(sent)).allSatisfy { log[$0]?.peer == kind.peer(UInt32($0)) })
  }

  @Test("Every peer reads back as it was, the one whose address has what its kind never has too")
  func unusualPeers() {
    let halves: [UInt64] = [0, 1, 0xFE80 << 48, 0xFE80_0000_0000_0001, .max]
    var peers: [Peer] = []
    for family in [SocketAddress.Family.ipv4, .ipv6, .unix] {
      for transport in Transport.allCases {
        for high in halves {
          for (index, low) in halves.enumerated() {
            let scope: UInt32 = [0, 1, .max][index % 3]
            let address = SocketAddress(family: family, port: UInt16(peers.count), high: high, low: low, scope: scope)
            peers.append(Peer(connection: ConnectionID(scope), transport: transport, address: address))
          }
        }
      }
    }
    var log = MessageLog(countLimit: 10_000, byteLimit: 1 << 20)
    for round in 0..<3 { log.append(mixed(peers, first: UInt64(round * peers.count + 1))) }
    #expect((0..<3 * peers.count).allSatisfy { log[UInt64($0)]?.peer == peers[$0 % peers.count] })
  }

  @Test("Many peers in many small batches stay apart")
  func peers() {
    var log = MessageLog(countLimit: 10_000, byteLimit: 1 << 20)
    for number in 0..<1000 {
      log.append(batch(["x"], ServerScript.peer(UInt32(number % 7)), first: UInt64(number + 1)))
    }
    #expect((0..<1000).allSatisfy { log[UInt64($0)]?.peer == ServerScript.peer(UInt32($0 % 7)) })
  }

  @Test("Peers who differ in one thing alone are not taken for each other")
  func similarPeers() {
    let first = Peer(connection: .none, transport: .udp, address: .ipv4(10, 0, 0, 1, port: 5000))
    var peers = [first, first, first, first, first, first, first]
    peers[1].connection = ConnectionID(1)
    peers[2].transport = .tcp
    peers[3].address.port = 5001
    peers[4].address.high = 1
    peers[5].address.scope = 1
    peers[6].address.family = .ipv6
    var log = MessageLog(countLimit: 10_000, byteLimit: 1 << 20)
    for round in 0..<3 { log.append(mixed(peers, first: UInt64(round * 7 + 1))) }
    #expect((0..<21).allSatisfy { log[UInt64($0)]?.peer == peers[$0 % 7] })
  }

  @Test("A copy is a snapshot; a cleared log goes on counting ids")
  func clear() {
    var log = MessageLog(countLimit: 1000, byteLimit: 1 << 20)
    log.append(batch(["a", "b"]))
    let snapshot = log
    log.append(batch(["c"], first: 3))
    #expect(texts(snapshot) == ["a", "b"] && texts(log) == ["a", "b", "c"])
    log.clear()
    #expect(log.count == 0 && log.byteCount == 0 && log.firstID == 3 && log.endID == 3)
    #expect(log[2] == nil && log.scan(0..<9) { _, _, _, _ in true } == 3)
    log.append(batch(["d"], first: 4))
    #expect(log.firstID == 3 && log[3]?.record.sequence == 4 && texts(log) == ["d"])
    #expect(texts(snapshot) == ["a", "b"])
  }

  // MARK: Scans

  @Test("A scan gives the rows in order, from any id to any id, in both directions, and stops where it is told")
  func scan() {
    var log = MessageLog(countLimit: 100, byteLimit: 1 << 20)
    for number in 0..<250 {
      if number % 9 == 0 { log.append(event: .connected(ServerScript.peer(2), at: ServerScript.start)) }
      log.append(batch(["\(number)"], first: UInt64(number + 1)))
    }
    let all = texts(log)
    var random = TestRandom(seed: 1)
    for _ in 0..<500 {
      let start = UInt64.random(in: 0...(log.endID + 5), using: &random)
      let end = UInt64.random(in: start...(log.endID + 10), using: &random)
      let limit = Int.random(in: 1...60, using: &random)
      let held = max(start, log.firstID)..<max(min(end, log.endID), max(start, log.firstID))
      let expected = held.isEmpty ? [] : Array(held)
      var ids: [UInt64] = []
      func visit(_ id: UInt64, _ record: MessageRecord, _ peer: Peer?, _ bytes: UnsafeRawBufferPointer) -> Bool {
        #expect(String(decoding: bytes, as: UTF8.self) == all[Int(id - log.firstID)])
        #expect(record.flags.contains(.notice) == (log[id]?.event != nil))
        #expect(peer == log[id]?.peer)
        ids.append(id)
        return ids.count < limit
      }
      let next = log.scan(start..<end, visit)
      #expect(ids == Array(expected.prefix(limit)))
      if let last = ids.last { #expect(next == last + 1) }
      ids = []
      let previous = log.scanReversed(start..<end, visit)
      #expect(ids == Array(expected.reversed().prefix(limit)))
      if let last = ids.last { #expect(previous == last) }
    }
  }

  // MARK: Hostile messages

  @Test(
    "A message is marked as hostile by what is shown of it",
    arguments: [
      ("plain text, with\ttab and \\ backslash", .line, .tcp, false), ("日本語 Привет é", .line, .tcp, false),
      ("a line's CR\r", .line, .tcp, false), ("padding\0\0\0", .line, .udp, false), ("nul\0inside", .line, .udp, true),
      ("fixed\0\u{1B}[2J", .fixed(12), .tcp, false), ("\u{1B}[2J", .line, .tcp, true),
      ("bidi \u{202E}", .line, .tcp, true), ("", .line, .tcp, false), ("\u{7F}", .line, .tcp, true),
    ] as [(String, Framing, Transport, Bool)]
  )
  func hostile(text: String, framing: Framing, transport: Transport, isHostile: Bool) {
    var log = MessageLog(countLimit: 100, byteLimit: 1 << 20, framing: framing)
    let peer = ServerScript.peer(1, transport)
    // Neither what goes before nor what comes after changes it.
    log.append(batch(["before \u{1B}", text, "after \u{1B}"], peer))
    log.append(batch(["clean", text, "clean"], peer, first: 4))
    let flags = (0..<6).map { log[$0]?.record.flags.contains(.hostile) }
    #expect(flags == [true, isHostile, true, false, isHostile, false])
    #expect(log[1]?.record.flags.contains(.answered) == true)
  }

  @Test("A character cut in two by the end of a message is hostile in both")
  func cutCharacter() {
    var log = MessageLog(countLimit: 100, byteLimit: 1 << 20)
    log.append(ServerScript.batch([[0x41, 0xE6, 0x97], [0xA5, 0x41], [0x41]]))
    #expect((0..<3).map { log[$0]?.record.flags.contains(.hostile) } == [true, true, false])
  }
}
