/// Messages on their way out, framed, in order: many messages, two allocations.
package struct OutgoingBatch: Sendable {
  package struct Message: Hashable, Sendable {
    /// The sender's own number for it, rising.
    package var id: UInt64
    /// Bytes on the wire, framing included.
    package var wireCount: UInt32
    /// Whether the peer is to answer it.
    package var expectsReceipt: Bool
  }

  /// Bytes of a payload at most: so that its length and what frames it fit the count of a `Message`.
  package static let longestMessage = Int(UInt32.max) - 4

  package private(set) var messages: [Message] = []
  package private(set) var bytes: [UInt8] = []
  /// The most messages that are added in one run.
  private static let runCount = 512

  private let framing: Framing
  private let transport: Transport

  /// `capacity`: bytes that are likely to come.
  package init(framing: Framing, transport: Transport, capacity: Int = 0) {
    self.framing = framing
    self.transport = transport
    bytes.reserveCapacity(capacity)
  }

  package var isEmpty: Bool { messages.isEmpty }

  /// Adds one message, framed for the transport; throws, and changes nothing, when it does not fit.
  ///
  /// A datagram that is itself like a receipt is never answered (`Responder`), so none is awaited for it.
  @specialized(where Payload == UnsafeRawBufferPointer)
  package mutating func append<Payload: Collection<UInt8>>(
    _ payload: Payload,
    id: UInt64,
    expectsReceipt: Bool
  ) throws(FramingError) {
    guard payload.count <= OutgoingBatch.longestMessage else {
      throw .tooLong(count: payload.count, limit: OutgoingBatch.longestMessage)
    }
    let start = bytes.count
    if transport.isDatagram {
      try framing.appendDatagram(payload, to: &bytes)
    } else {
      try framing.append(payload, to: &bytes)
    }
    let isAnswerable = !transport.isDatagram || !Responder.isReceipt(bytes[start...])
    messages.append(
      Message(id: id, wireCount: UInt32(bytes.count - start), expectsReceipt: expectsReceipt && isAnswerable)
    )
  }

  /// Adds, numbered from `first` on, the lines that a framer cuts in one run from `position` on, and says how many they are:
  /// none where they don't go out as they lie in the input, and never one that begins with the stop byte.
  package mutating func appendRun(
    of input: UnsafeRawBufferPointer,
    from position: inout Int,
    by framer: inout Framer,
    first: UInt64,
    expectsReceipt: Bool
  ) -> Int {
    guard framing == .line, framer.framing == .line, !transport.isDatagram else { return 0 }
    let start = position
    var id = first
    // Room for lines of sixteen bytes, so that a batch of one message takes little memory.
    let room = min(OutgoingBatch.runCount, (input.count &- start) / 16 &+ 1)
    messages.append(addingCapacity: room) { messages in
      framer.cutRun(in: input, from: &position, except: Responder.stopByte, room: room) { _, count in
        messages.append(
          Message(id: id, wireCount: UInt32(truncatingIfNeeded: count &+ 1), expectsReceipt: expectsReceipt)
        )
        id &+= 1
      }
    }
    bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[start..<position]))
    return Int(truncatingIfNeeded: id &- first)
  }

  /// What a message costs in memory beside its bytes.
  package static let messageCost = MemoryLayout<Message>.stride

  /// What the batch costs in memory, in bytes.
  package var cost: Int { bytes.count + messages.count * OutgoingBatch.messageCost }

  /// Adds the messages of another batch.
  package mutating func append(_ other: OutgoingBatch) {
    messages.append(contentsOf: other.messages)
    bytes.append(contentsOf: other.bytes)
  }

  /// Adds a message that is framed already; `bytes` are `message.wireCount` long.
  mutating func append(_ message: Message, bytes framed: UnsafeRawBufferPointer) {
    messages.append(message)
    bytes.append(contentsOf: framed)
  }
}
