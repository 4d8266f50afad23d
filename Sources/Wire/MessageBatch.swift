/// One received message: its bytes are a range of its batch.
package struct MessageRecord: Hashable, Sendable {
  package struct Flags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Longer than the limit: only the first bytes were kept.
    package static let truncated = Flags(rawValue: 1)
    /// The connection ended before the frame did.
    package static let partial = Flags(rawValue: 2)
    /// A stop message that ends the server.
    package static let stop = Flags(rawValue: 4)
    /// A stop message from someone who may not.
    package static let stopRefused = Flags(rawValue: 8)
    /// A receipt was queued for it.
    package static let answered = Flags(rawValue: 16)
    /// No message: something that a log says in its place among them.
    package static let notice = Flags(rawValue: 32)
    /// A notice of something that went wrong.
    package static let alert = Flags(rawValue: 64)
    /// What is shown of it holds controls, hidden scalars or bytes that are not UTF-8; set by whoever looks.
    package static let hostile = Flags(rawValue: 128)
    /// Of a client's messages, which are rows of its log as well: one that it sent.
    package static let sent = Flags(rawValue: 256)
    /// Sent, and not answered in time, or never.
    package static let unanswered = Flags(rawValue: 512)
    /// Sent, and answered after its time.
    package static let late = Flags(rawValue: 1024)
    /// Of a client's recording: one that it received.
    package static let heard = Flags(rawValue: 2048)
  }

  /// Counts from 1 without gaps over a server's life.
  package var sequence: UInt64
  package var time: Timestamp
  /// Bytes on the wire, framing included.
  package var wireCount: UInt64
  /// Where the payload begins in the batch's bytes.
  package var offset: UInt32
  /// Payload bytes kept.
  package var count: UInt32
  /// The sender's place in the batch's peers.
  package var peer: UInt32
  package var flags: Flags
  /// From `time` until the kernel took the receipt.
  package var replyTime: ReplyTime

  package init(
    sequence: UInt64,
    time: Timestamp,
    wireCount: UInt64,
    offset: UInt32,
    count: UInt32,
    peer: UInt32,
    flags: Flags,
    replyTime: ReplyTime = .none
  ) {
    self.sequence = sequence
    self.time = time
    self.wireCount = wireCount
    self.offset = offset
    self.count = count
    self.peer = peer
    self.flags = flags
    self.replyTime = replyTime
  }

  /// Whether there is nothing to say of it but that it came, and perhaps was answered.
  @inlinable package var isOrdinary: Bool { flags.rawValue & ~Flags.answered.rawValue == 0 }

  /// The payload, in the bytes of the record's batch.
  package func payload(in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let start = Int(offset)
    return UnsafeRawBufferPointer(rebasing: bytes[start..<(start &+ Int(count))])
  }
}

/// What a message of a client's recording answers.
package struct MessageReply: Hashable, Sendable {
  /// The number of the message that it answers.
  package var answers: UInt64?
  /// From that message to this one, in nanoseconds.
  package var roundTrip: Int64?

  package init(answers: UInt64? = nil, roundTrip: Int64? = nil) {
    self.answers = answers
    self.roundTrip = roundTrip
  }

  package static let none = MessageReply()
}

/// What one round of reads brought, in the order of its arrival: many messages, three allocations.
package struct MessageBatch: Sendable {
  package var peers: [Peer] = []
  package var records: [MessageRecord] = []
  package var bytes: [UInt8] = []
  /// Of a client's recording, what each of the messages answers; otherwise there are none.
  package var replies: [MessageReply] = []

  /// What its three arrays take beside their elements.
  static let overhead = 3 * 48

  package init() {}

  package var isEmpty: Bool { records.isEmpty }

  /// Says what the record that comes next answers.
  package mutating func append(reply: MessageReply) {
    guard reply != .none || !replies.isEmpty else { return }
    replies.append(contentsOf: repeatElement(.none, count: records.count - replies.count))
    replies.append(reply)
  }

  /// The payload of one of the batch's records.
  package func payload(of record: MessageRecord) -> ArraySlice<UInt8> {
    bytes[Int(record.offset)..<(Int(record.offset) + Int(record.count))]
  }

  package func peer(of record: MessageRecord) -> Peer { peers[Int(record.peer)] }
}
