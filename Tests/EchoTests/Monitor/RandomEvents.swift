import Screen
import TestKit
import Wire

@testable import Echo

/// Events of every kind, made up from a seed, as far as a server's JSON can tell them: times in microseconds.
struct RandomEvents {
  let framing: Framing
  private var random: TestRandom
  private var sequence: UInt64 = 0
  private var wasListening = false

  init(framing: Framing, seed: UInt64) {
    self.framing = framing
    random = TestRandom(seed: seed)
  }

  private mutating func number(_ range: ClosedRange<UInt64>) -> UInt64 { UInt64.random(in: range, using: &random) }
  private mutating func count() -> UInt64 { number(0...(1 << number(0...53))) }
  private mutating func chance(_ oneIn: UInt64) -> Bool { number(1...oneIn) == 1 }
  private mutating func bytes(_ count: UInt64) -> [UInt8] { (0..<count).map { _ in UInt8(number(0...255)) } }

  private mutating func time() -> Timestamp { Timestamp(nanoseconds: Int64(number(0...9_000_000_000_000_000)) * 1000) }

  private mutating func address(_ transport: Transport) -> SocketAddress {
    let port = UInt16(number(0...65_535))
    if transport == .unix { return SocketAddress(family: .unix, scope: UInt32(number(0...99_999))) }
    switch number(0...4) {
    case 0: return SocketAddress(family: .ipv6, port: port, low: 1)
    case 1: return SocketAddress(family: .ipv6, port: port, low: 0xFFFF_0000_0000 | number(0...0xFFFF_FFFF))
    case 2:
      let (high, low) = (random.next() & random.next() & random.next(), random.next() & 0xFFFF_0000_FFFF)
      return SocketAddress(family: .ipv6, port: port, high: high, low: low, scope: UInt32(number(0...2)))
    default: return SocketAddress(family: .ipv4, port: port, low: number(0...0xFFFF_FFFF))
    }
  }

  private mutating func peer(_ transport: Transport? = nil) -> Peer {
    let transport = transport ?? [.tcp, .udp, .unix].randomElement(using: &random)!
    let connection = transport == .udp ? 0 : UInt32(number(1...0xFFFF_FFFF))
    return Peer(connection: ConnectionID(connection), transport: transport, address: address(transport))
  }

  private mutating func payload() -> [UInt8] {
    switch number(0...4) {
    case 0: bytes(number(0...40))
    case 1: HostileCorpus.payloads.randomElement(using: &random)!
    case 2: Array(HostileCorpus.texts.randomElement(using: &random)!.utf8) + (chance(2) ? [0x0D] : [])
    case 3: Array("e\u{301} 日本語 \u{10FFFF}".utf8)
    default: Array("line \(number(0...1_000_000))".utf8) + Array(repeating: 0x0D, count: Int(number(0...2)))
    }
  }

  /// A message as the framing can bring it.
  private mutating func append(to batch: inout MessageBatch) {
    if batch.peers.isEmpty || chance(4) { batch.peers.append(peer()) }
    let place = UInt32(batch.peers.count - 1)
    let transport = batch.peers[Int(place)].transport
    var payload = payload()
    var flags: MessageRecord.Flags = chance(2) ? .answered : []
    var overhead = 0
    if transport.isDatagram {
      if case .fixed = framing { payload.removeAll { $0 == 0 } }
      if chance(3) { payload += [0, 0] }
    } else {
      if chance(5) {
        flags.insert(.partial)
      } else {
        overhead = max(framing.headerCount, framing.delimiter == nil ? 0 : 1)
      }
      if let delimiter = framing.delimiter { payload.removeAll { $0 == delimiter } }
      if chance(5) { flags.insert(.truncated) }
    }
    // Of these, what is left out of a line is gone.
    if case .fixed = framing { payload = payload.prefix { $0 != 0 } + [] }
    if flags.contains(.truncated), payload.last == 0x0D { payload.append(0x0D) }
    if chance(9) { flags.insert(chance(2) ? .stop : .stopRefused) }
    let isTimed = flags.contains(.answered) && chance(2)
    let replyTime = isTimed ? ReplyTime(nanoseconds: Int64(number(1...1 << number(1...40)))) : .none
    sequence += number(1...3)
    batch.records.append(
      MessageRecord(
        sequence: sequence,
        time: chance(3) ? batch.records.last?.time ?? time() : time(),
        wireCount: UInt64(payload.count + overhead) + (flags.contains(.truncated) ? number(1...5000) : 0),
        offset: UInt32(batch.bytes.count),
        count: UInt32(payload.count),
        peer: place,
        flags: flags,
        replyTime: replyTime
      )
    )
    batch.bytes += payload
  }

  private mutating func error() -> SystemError {
    SystemError(["recv", "accept4", "send"].randomElement(using: &random)!, code: Int32(number(1...40)))
  }

  private mutating func traffic() -> Traffic {
    var traffic = Traffic()
    (traffic.messages, traffic.bytesReceived, traffic.bytesSent) = (count(), count(), count())
    return traffic
  }

  mutating func totals() -> ServerTotals {
    var totals = ServerTotals()
    totals.traffic = traffic()
    totals.connections = count()
    totals.droppedByKernel = count()
    totals.refused = count()
    totals.stopsRefused = count()
    totals.truncated = count()
    totals.partial = count()
    totals.idle = count()
    totals.stalled = count()
    totals.unrecorded = chance(2) ? 0 : count()
    return totals
  }

  private mutating func reason() -> DisconnectReason {
    let reasons: [DisconnectReason] = [.finished, .reset, .idle, .stalled, .closed, .stopping, .failed(error())]
    return reasons.randomElement(using: &random)!
  }

  mutating func next() -> ServerEvent {
    let kind = number(0...14)
    // Two in a row are one to whoever reads the lines.
    defer { wasListening = kind == 0 && !wasListening }
    switch kind {
    case 0 where !wasListening:
      return .listening([
        .tcp(host: address(.tcp).host, port: 5000), .udp(host: "::1", port: 1), .unix(path: "/tmp/\u{1B}[m é"),
      ])
    case 1: return .connected(peer(chance(2) ? .tcp : .unix), at: time())
    case 2: return .disconnected(peer(.tcp), reason(), traffic(), at: time())
    case 3:
      return .dropped(
        Drop(by: chance(2) ? .kernel : .server, count: count(), bytes: count(), notices: count()),
        at: time()
      )
    case 4: return .refused(.connections(count: count(), limit: 10_000), at: time())
    case 5:
      return .refused(
        chance(2) ? .stops(count: count(), lastPeer: peer()) : .replies(count: count(), lastPeer: peer(.udp)),
        at: time()
      )
    case 6: return .failure(error(), peer: chance(2) ? peer() : nil, at: time())
    case 7:
      return .recordingFailed(
        RecordingFailure(reason: "no space \\e[m", lastSequence: count(), endsProgram: chance(2)),
        at: time()
      )
    case 8:
      let step = chance(2) ? RecordingStep.started(durability: "group") : .rotated(to: "messages\\e.db.17")
      return .recording(file: "messages\\e.db", step, at: time())
    case 9: return .stopping(chance(2) ? .asked : .message(peer()), at: time())
    case 10: return .stopped(totals(), at: time())
    default:
      var batch = MessageBatch()
      for _ in 0..<number(1...9) { append(to: &batch) }
      return .messages(batch)
    }
  }
}
