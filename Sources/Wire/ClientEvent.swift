/// What the user of a client asks of its wire.
package enum ClientCommand: Sendable {
  case send(OutgoingBatch)
  /// Nothing more will be sent: write what is queued, half-close, await the receipts that are due, and end.
  case finish
  /// End now.
  case close
}

/// What a client's wire tells, in the order in which it happened.
package enum ClientEvent: Sendable {
  case resolving(host: String, at: Timestamp)
  /// The host has so many addresses, which are tried in turn; not told of an endpoint that is an address itself.
  case resolved(addressCount: Int, at: Timestamp)
  /// One of the endpoint's addresses is being tried; Unix endpoints have none.
  case connecting(SocketAddress?, at: Timestamp)
  /// One address did not work; others may.
  case attemptFailed(SocketAddress?, SystemError, at: Timestamp)
  case connected(local: SocketAddress?, peer: SocketAddress?, at: Timestamp)
  case traffic(TrafficBatch)
  /// The peer closed its end and may still read.
  case peerFinished(at: Timestamp)
  /// A datagram was refused by the peer's host (ICMP), or could not be sent; the client goes on.
  case failure(SystemError, at: Timestamp)
  /// What comes is recorded, or goes into a new file; told by whoever keeps the recording, and not by the wire.
  case recording(file: String, RecordingStep, at: Timestamp)
  /// Nothing is recorded any more; told by whoever keeps the recording, and not by the wire.
  case recordingFailed(RecordingFailure, at: Timestamp)
  /// The last event.
  case ended(ClientEnd, ClientTotals, at: Timestamp)
}

/// How a client's connection came to its end.
package enum ClientEnd: Hashable, Sendable {
  /// Everything was sent, and every receipt came or timed out, after `finish`.
  case finished
  /// After `close`.
  case closed
  /// The peer closed the connection in order.
  case peerClosed
  /// Never connected, or broken.
  case failed(WireError)
}

package struct ClientTotals: Hashable, Sendable {
  package var messagesSent: UInt64 = 0
  package var bytesSent: UInt64 = 0
  package var messagesReceived: UInt64 = 0
  package var bytesReceived: UInt64 = 0
  package var receipts: UInt64 = 0
  /// Receipts that did not come in time.
  package var timedOut: UInt64 = 0
  /// Messages queued or written whose fate is unknown at the end.
  package var unresolved: UInt64 = 0
  /// Replies of which only the first bytes were kept.
  package var truncated: UInt64 = 0
  /// Replies whose connection ended before they did.
  package var partial: UInt64 = 0

  package init() {}

  /// Counts what is not whole about a reply.
  package mutating func count(_ flags: MessageRecord.Flags) {
    if flags.contains(.truncated) { truncated += 1 }
    if flags.contains(.partial) { partial += 1 }
  }
}

/// One step in the life of a message that a client sends or receives.
package struct TrafficRecord: Hashable, Sendable {
  package enum Kind: UInt8, Hashable, Sendable {
    /// The message's last byte was taken by the kernel.
    case sent
    /// A reply came for `message`.
    case receipt
    /// A reply came for `message` after it had timed out.
    case lateReceipt
    /// Something came that answers no message.
    case received
    /// No reply came in time for `message`.
    case timedOut
    /// The connection ended before `message` was answered, or sent.
    case failed
  }

  /// What else is known of a step.
  package enum Detail: UInt8, Hashable, Sendable {
    case none
    /// Of a message that `failed`: not a byte of it was written. Otherwise it may have arrived.
    case unsent
    /// Of a message that `failed`: the network did not take it.
    case refused
    /// Of a datagram's reply: its bytes are those of `message`, so that it answers no other.
    case exact
    /// Of a datagram that was `received`: it repeats a reply, for everything that could be answered has been.
    case duplicate
  }

  package var kind: Kind
  package var detail: Detail
  /// Whether a reply is awaited for a message that was `sent`, or was for one that `failed`.
  package var isAwaited: Bool
  package var flags: MessageRecord.Flags
  /// The sender's number of the message; 0 for `received`.
  package var message: UInt64
  /// Bytes on the wire, framing included: of the message when `sent`, otherwise of the reply.
  package var wireCount: UInt64
  /// From the last byte's write to the reply's read, in nanoseconds.
  package var roundTrip: Int64
  /// When the kernel took the last byte of what was `sent`, or gave the reply, in nanoseconds of a clock that is never set
  /// back; otherwise 0. For whoever knows better than the order of arrival what a reply answers.
  package var moment: Int64
  /// The payload in the batch's bytes: of a reply, and where a recorder wants it of what was `sent`.
  package var offset: UInt32
  package var count: UInt32

  package init(
    _ kind: Kind,
    message: UInt64,
    wireCount: UInt64 = 0,
    roundTrip: Int64 = 0,
    moment: Int64 = 0,
    offset: Int = 0,
    count: Int = 0,
    flags: MessageRecord.Flags = [],
    isAwaited: Bool = true,
    detail: Detail = .none
  ) {
    self.kind = kind
    self.detail = detail
    self.isAwaited = isAwaited
    self.flags = flags
    self.message = message
    self.wireCount = wireCount
    self.roundTrip = roundTrip
    self.moment = moment
    self.offset = UInt32(offset)
    self.count = UInt32(count)
  }

  /// The payload, in the bytes of the record's batch.
  package func payload(in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let start = Int(offset)
    return UnsafeRawBufferPointer(rebasing: bytes[start..<(start &+ Int(count))])
  }
}

/// Messages of a quiet client that went well, and have no records.
package struct UneventfulTraffic: Hashable, Sendable {
  package var sent: UInt64 = 0
  /// Those of the sent for which no reply is awaited.
  package var unawaited: UInt64 = 0
  package var receipts: UInt64 = 0

  package init() {}

  package var isEmpty: Bool { sent == 0 && receipts == 0 }
}

/// What some rounds of a client's wire brought.
package struct TrafficBatch: Sendable {
  package var time: Timestamp
  /// When that was by the clock of the records' moments.
  package var moment: Int64 = 0
  package var uneventful = UneventfulTraffic()
  package var records: [TrafficRecord] = []
  package var bytes: [UInt8] = []

  package init(time: Timestamp) { self.time = time }

  /// The payload of one of the batch's records.
  package func payload(of record: TrafficRecord) -> ArraySlice<UInt8> {
    bytes[Int(record.offset)..<(Int(record.offset) + Int(record.count))]
  }
}
