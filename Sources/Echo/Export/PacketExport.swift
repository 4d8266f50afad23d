import Wire

/// A recording as a capture file: the packets that could have carried its messages and what they were answered.
struct PacketExport {
  /// So many connections may be open at once: one that is forgotten begins anew.
  private static let connectionLimit = 1 << 16

  private var run = ExportedRun(started: Timestamp(nanoseconds: 0), framing: "", reply: "", endpoints: [])
  private var streamReply: ServerReply?
  private var datagramReply: ServerReply?
  private var connections: [ConnectionID: CapturedConnection] = [:]
  /// Of a client's run, where its latest connection was made from.
  private var clientAddress: SocketAddress?
  private var framed: [UInt8] = []
  /// Messages of peers on a Unix socket, which no packets have carried.
  private(set) var leftOutCount: UInt64 = 0

  init(to output: inout [UInt8]) { CaptureFile.appendStart(to: &output) }

  mutating func begin(_ run: ExportedRun) {
    self.run = run
    streamReply = run.reply.map { ServerReply($0, framing: run.framing, transport: .tcp) }
    datagramReply = run.reply.map { ServerReply($0, framing: run.framing, transport: .udp) }
    connections.removeAll()
    clientAddress = nil
  }

  mutating func add(
    _ message: MessageRecord,
    from peer: Peer,
    _ payload: UnsafeRawBufferPointer,
    to output: inout [UInt8]
  ) {
    switch peer.transport {
    case .unix: leftOutCount += 1
    case .udp where run.isClients: addClients(message, peer, payload, to: &output)
    case .udp: addDatagram(message, from: peer, payload, to: &output)
    case .tcp: addToStream(message, from: peer, payload, to: &output)
    }
  }

  mutating func add(_ event: ServerEvent, to output: inout [UInt8]) {
    switch event {
    case .connected(let peer, let time) where peer.transport == .tcp: open(peer, at: time, to: &output)
    case .disconnected(let peer, let reason, _, let time):
      guard var connection = connections.removeValue(forKey: peer.connection) else { return }
      switch reason {
      case .finished: connection.finish(from: .client, at: time, to: &output)
      case .idle, .stalled, .closed, .stopping: connection.finish(from: .server, at: time, to: &output)
      case .reset: connection.reset(from: .client, at: time, to: &output)
      case .failed: connection.reset(from: .server, at: time, to: &output)
      }
    default: break
    }
  }

  /// Adds an event of a client's.
  mutating func add(clients event: String, _ object: JSONObject, at time: Timestamp, to output: inout [UInt8]) {
    // A Unix socket has no addresses.
    guard event == "connected" || event == "finished",
      let number = object.count("connection").map(UInt32.init(clamping:))
    else { return }
    let id = ConnectionID(number)
    if event == "connected" {
      let local = object.text("local").flatMap { SocketAddress(written: object.raw($0)) }
      guard let peer = try? object.peer(), let local, local.family == peer.address.family else { return }
      clientAddress = local
      if peer.transport == .tcp { open(peer, at: time, to: &output) }
      return
    }
    guard var connection = connections.removeValue(forKey: id) else { return }
    switch object.string("reason") {
    case "failed": connection.reset(from: .server, at: time, to: &output)
    case "peer_closed": connection.finish(from: .server, at: time, to: &output)
    default: connection.finish(from: .client, at: time, to: &output)
    }
  }

  /// Who is at the client's end of a connection with the peer, and who at the server's.
  private func ends(of peer: Peer) -> (client: SocketAddress, server: SocketAddress) {
    guard run.isClients else { return (peer.address, run.address(facing: peer)) }
    let known = clientAddress.flatMap { $0.family == peer.address.family ? $0 : nil }
    return (known ?? run.clientAddress(facing: peer.address), peer.address)
  }

  private mutating func open(_ peer: Peer, at time: Timestamp, to output: inout [UInt8]) {
    if connections.count >= PacketExport.connectionLimit { connections.removeAll(keepingCapacity: true) }
    let ends = ends(of: peer)
    var connection = CapturedConnection(client: ends.client, server: ends.server)
    connection.open(at: time, to: &output)
    connections[peer.connection] = connection
  }

  private mutating func addToStream(
    _ message: MessageRecord,
    from peer: Peer,
    _ payload: UnsafeRawBufferPointer,
    to output: inout [UInt8]
  ) {
    // The file may begin in the middle of a connection.
    if connections[peer.connection] == nil { open(peer, at: message.time, to: &output) }
    frame(message, payload)
    let missing = message.wireCount - min(message.wireCount, UInt64(framed.count))
    framed.withUnsafeBytes { bytes in
      let side = run.isClients && !message.flags.contains(.sent) ? CapturedConnection.Side.server : .client
      connections[peer.connection]?.send(bytes, missing: missing, from: side, at: message.time, to: &output)
    }
    guard !run.isClients, message.flags.contains(.answered), let streamReply else { return }
    framed.removeAll(keepingCapacity: true)
    streamReply.append(answerTo: payload, isPartial: message.flags.contains(.partial), to: &framed)
    framed.withUnsafeBytes { bytes in
      connections[peer.connection]?.send(bytes, missing: 0, from: .server, at: message.time, to: &output)
    }
  }

  /// Makes again what came over a stream; where that is not known to the last byte, what is known.
  private mutating func frame(_ message: MessageRecord, _ payload: UnsafeRawBufferPointer) {
    framed.removeAll(keepingCapacity: true)
    if message.flags.isDisjoint(with: [.truncated, .partial]) {
      // A CR before the LF is part of the payload already.
      let framing = run.framing == .crlf ? .line : run.framing
      try? framing.append(payload, to: &framed)
      if UInt64(framed.count) == message.wireCount { return }
      framed.removeAll(keepingCapacity: true)
    }
    framed.append(contentsOf: payload)
  }

  private mutating func addDatagram(
    _ message: MessageRecord,
    from peer: Peer,
    _ payload: UnsafeRawBufferPointer,
    to output: inout [UInt8]
  ) {
    let server = run.address(facing: peer)
    let request = InternetPacket(source: peer.address, destination: server)
    let kept = append(message, request, payload, to: &output)
    guard message.flags.contains(.answered), let datagramReply, datagramReply.mode != .none else { return }
    framed.removeAll(keepingCapacity: true)
    datagramReply.append(answerTo: kept, to: &framed)
    let answer = InternetPacket(source: server, destination: peer.address)
    framed.withUnsafeBytes { bytes in
      CaptureFile.appendPacket(at: message.time, to: &output) { answer.appendDatagram(bytes, missing: 0, to: &$0) }
    }
  }

  private func addClients(
    _ message: MessageRecord,
    _ peer: Peer,
    _ payload: UnsafeRawBufferPointer,
    to output: inout [UInt8]
  ) {
    let ends = ends(of: peer)
    let packet =
      message.flags.contains(.sent)
      ? InternetPacket(source: ends.client, destination: ends.server)
      : InternetPacket(source: ends.server, destination: ends.client)
    _ = append(message, packet, payload, to: &output)
  }

  /// Appends a message's datagram; gives what there is of it.
  private func append(
    _ message: MessageRecord,
    _ packet: InternetPacket,
    _ payload: UnsafeRawBufferPointer,
    to output: inout [UInt8]
  ) -> UnsafeRawBufferPointer {
    let kept = UnsafeRawBufferPointer(rebasing: payload.prefix(InternetPacket.longestDatagram))
    let count = min(Int(message.wireCount), InternetPacket.longestDatagram)
    let missing = max(0, count - kept.count)
    CaptureFile.appendPacket(at: message.time, missing: missing, to: &output) {
      packet.appendDatagram(kept, missing: missing, to: &$0)
    }
    return kept
  }
}
