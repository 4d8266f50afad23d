/// Gathers the messages of one round of reads; numbers them over the server's life.
struct BatchBuilder {
  /// The weight at which a batch is handed on before its round ends, in bytes.
  static let fullBytes = 256 << 10

  private(set) var batch = MessageBatch()
  private(set) var lastSequence: UInt64 = 0
  /// Records of the batch whose receipts are on their way, in a queue, or not to be.
  private var settledCount = 0
  /// Bytes on the wire of the messages in the batch.
  private(set) var wireCount: UInt64 = 0

  var isFull: Bool { cost >= BatchBuilder.fullBytes }
  /// Where the next payload bytes will be.
  var nextOffset: Int { batch.bytes.count }
  /// What the batch weighs in a mailbox, in bytes.
  var cost: Int { batch.bytes.count + batch.records.count * MemoryLayout<MessageRecord>.stride }

  /// The peer's place in the batch.
  mutating func place(of peer: Peer) -> UInt32 {
    if batch.peers.last != peer { batch.peers.append(peer) }
    return UInt32(batch.peers.count - 1)
  }

  /// Forgets the peers of reads that finished no message, of which there is no end.
  mutating func forgetPeers() {
    if !batch.peers.isEmpty { batch.peers.removeAll(keepingCapacity: true) }
  }

  /// Adds a message whose payload is, or will be put, at `offset`.
  mutating func append(
    offset: Int,
    count: Int,
    wireCount: UInt64,
    flags: MessageRecord.Flags,
    peer: UInt32,
    time: Timestamp
  ) {
    lastSequence &+= 1
    self.wireCount &+= wireCount
    batch.records.append(
      MessageRecord(
        sequence: lastSequence,
        time: time,
        wireCount: wireCount,
        offset: UInt32(truncatingIfNeeded: offset),
        count: UInt32(truncatingIfNeeded: count),
        peer: peer,
        flags: flags
      )
    )
  }

  mutating func append(bytes: UnsafeRawBufferPointer) { batch.bytes.append(contentsOf: bytes) }

  /// The receipts of all messages so far left this program's hands; `replyTime` tells when if the kernel has them all.
  mutating func settle(_ replyTime: ReplyTime) {
    let first = settledCount
    settledCount = batch.records.count
    guard replyTime != .none else { return }
    batch.records.withUnsafeMutableBufferPointer { records in
      for index in first..<records.count where records[index].flags.contains(.answered) {
        records[index].replyTime = replyTime
      }
    }
  }

  mutating func take() -> MessageBatch {
    let taken = batch
    batch = MessageBatch()
    wireCount = 0
    settledCount = 0
    batch.records.reserveCapacity(taken.records.count)
    batch.bytes.reserveCapacity(taken.bytes.count)
    return taken
  }
}
