import Wire

/// A TCP connection as packets: the handshake, what either side sends, and its end; sequence numbers begin at 0.
struct CapturedConnection {
  enum Side {
    case client, server

    var other: Side { self == .client ? .server : .client }
  }

  /// What one side sends.
  private struct Stream {
    let packet: InternetPacket
    var next: UInt32 = 0
    /// Bytes that the other side has not acknowledged.
    var openCount = 0
  }

  /// The most bytes of a segment, and of segments that are not acknowledged: together they fit the window.
  private static let segmentCount = 16 << 10
  private static let openCount = 32 << 10

  private var client: Stream
  private var server: Stream

  init(client: SocketAddress, server: SocketAddress) {
    self.client = Stream(packet: InternetPacket(source: client, destination: server))
    self.server = Stream(packet: InternetPacket(source: server, destination: client))
  }

  mutating func open(at time: Timestamp, to output: inout [UInt8]) {
    add([.synchronize], from: .client, at: time, to: &output)
    add([.synchronize, .acknowledge], from: .server, at: time, to: &output)
    acknowledge(from: .client, at: time, to: &output)
  }

  /// Sends what is there of a message, and after it so many bytes that are missing.
  mutating func send(
    _ bytes: UnsafeRawBufferPointer,
    missing: UInt64,
    from side: Side,
    at time: Timestamp,
    to output: inout [UInt8]
  ) {
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + CapturedConnection.segmentCount)
      let segment = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      add([.push, .acknowledge], segment, from: side, at: time, to: &output)
      start = end
      if self[side].openCount >= CapturedConnection.openCount {
        acknowledge(from: side.other, at: time, to: &output)
      }
    }
    guard missing > 0 else { return }
    self[side].next &+= UInt32(truncatingIfNeeded: missing)
    acknowledge(from: side.other, at: time, to: &output)
  }

  /// Ends in order; `side` is the first to say so.
  mutating func finish(from side: Side, at time: Timestamp, to output: inout [UInt8]) {
    add([.finish, .acknowledge], from: side, at: time, to: &output)
    add([.finish, .acknowledge], from: side.other, at: time, to: &output)
    acknowledge(from: side, at: time, to: &output)
  }

  mutating func reset(from side: Side, at time: Timestamp, to output: inout [UInt8]) {
    add([.reset, .acknowledge], from: side, at: time, to: &output)
  }

  private mutating func acknowledge(from side: Side, at time: Timestamp, to output: inout [UInt8]) {
    add([.acknowledge], from: side, at: time, to: &output)
  }

  private mutating func add(
    _ flags: InternetPacket.Flags,
    _ payload: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
    from side: Side,
    at time: Timestamp,
    to output: inout [UInt8]
  ) {
    let isAcknowledging = flags.contains(.acknowledge)
    let place = InternetPacket.Place(
      sequence: self[side].next,
      acknowledgement: isAcknowledging ? self[side.other].next : 0
    )
    let packet = self[side].packet
    CaptureFile.appendPacket(at: time, to: &output) { packet.appendSegment(flags, place, payload, to: &$0) }
    if isAcknowledging { self[side.other].openCount = 0 }
    self[side].openCount += payload.count
    // The beginning and the end take a number each.
    let ends = flags.isDisjoint(with: [.synchronize, .finish]) ? 0 : 1
    self[side].next &+= UInt32(truncatingIfNeeded: payload.count + ends)
  }

  private subscript(side: Side) -> Stream {
    get { side == .client ? client : server }
    set { if side == .client { client = newValue } else { server = newValue } }
  }
}
