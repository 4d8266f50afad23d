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
