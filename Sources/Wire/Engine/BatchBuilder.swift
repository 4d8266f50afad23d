/// Where a peer stands in a batch, as whoever has a place of its own for it remembers.
struct PeerPlace {
  fileprivate var batch: UInt64 = 0
  fileprivate var index: UInt32 = 0
}

/// Gathers the messages of one round of reads; numbers them over the server's life.
struct BatchBuilder {
  /// The weight at which a batch is handed on before its round ends, in bytes.
  static let fullBytes = 256 << 10

  /// The most frames that are cut in one run.
  private static let runCount = 512

  private(set) var batch = MessageBatch()
  private(set) var lastSequence: UInt64 = 0
  /// Which batch it is, counted from 1; one without its peers is another.
  private var number: UInt64 = 1
  /// Records of the batch whose receipts are on their way, in a queue, or not to be.
  private var settledCount = 0
  /// Bytes on the wire of the messages in the batch.
  private(set) var wireCount: UInt64 = 0

  var isFull: Bool { cost >= BatchBuilder.fullBytes }
  /// Where the next payload bytes will be.
  var nextOffset: Int { batch.bytes.count }
  /// What the batch weighs in a mailbox, in bytes.
  var cost: Int {
    batch.bytes.count &+ batch.records.count &* MemoryLayout<MessageRecord>.stride
      &+ batch.peers.count &* MemoryLayout<Peer>.stride
  }

  /// The place of a connection, which remembers it.
  @inline(__always)
  mutating func place(of connection: StreamConnection) -> UInt32 {
    if connection.place.batch != number { connection.place = addPlace(of: connection.peer) }
    return connection.place.index
  }

  private mutating func addPlace(of peer: Peer) -> PeerPlace {
    batch.peers.append(peer)
    return PeerPlace(batch: number, index: UInt32(truncatingIfNeeded: batch.peers.count &- 1))
  }

  /// The place of whom nothing is remembered, such as the source of a datagram.
  mutating func place(of peer: Peer) -> UInt32 {
    if batch.peers.last != peer { batch.peers.append(peer) }
    return UInt32(truncatingIfNeeded: batch.peers.count &- 1)
  }

  /// Forgets the peers of reads that finished no message, of which there is no end.
  mutating func forgetPeers() {
    guard !batch.peers.isEmpty else { return }
    batch.peers.removeAll(keepingCapacity: true)
    number &+= 1
  }

  /// Adds a message whose payload is, or will be put, at `offset`.
  @inline(__always)
  mutating func append(
    offset: Int,
    count: Int,
    wireCount: UInt64,
    flags: MessageRecord.Flags,
    peer: UInt32,
    time: Timestamp,
    replyTime: ReplyTime = .none
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
        flags: flags,
        replyTime: replyTime
      )
    )
  }

  /// Adds the whole frames that a framer cuts in one run from `position` on, and says how many they are; their bytes are
  /// copied as they lie in the input, delimiters included.
  mutating func appendRun(
    of input: UnsafeRawBufferPointer,
    from position: inout Int,
    by framer: inout Framer,
    flags: MessageRecord.Flags,
    peer: UInt32,
    time: Timestamp
  ) -> Int {
    let first = lastSequence &+ 1
    let before = batch.records.count
    let runStart = position
    let base = nextOffset &- runStart
    // Room for lines of sixteen bytes, so that a batch of one message takes little memory.
    let room = min(BatchBuilder.runCount, (input.count &- position) / 16 &+ 1)
    batch.records.append(addingCapacity: room) { records in
      framer.cutRun(in: input, from: &position, except: Responder.stopByte, room: room) { start, count in
        records.append(
          MessageRecord(
            sequence: first &+ UInt64(truncatingIfNeeded: records.count),
            time: time,
            wireCount: UInt64(truncatingIfNeeded: count &+ 1),
            offset: UInt32(truncatingIfNeeded: base &+ start),
            count: UInt32(truncatingIfNeeded: count),
            peer: peer,
            flags: flags
          )
        )
      }
    }
    let count = batch.records.count &- before
    lastSequence &+= UInt64(truncatingIfNeeded: count)
    wireCount &+= UInt64(truncatingIfNeeded: position &- runStart)
    append(bytes: UnsafeRawBufferPointer(rebasing: input[runStart..<position]))
    return count
  }

  @inline(__always)
  mutating func append(bytes: UnsafeRawBufferPointer) {
    batch.bytes.append(addingCapacity: bytes.count) { room in
      room.withUnsafeMutableBufferPointer { room, count in
        UnsafeMutableRawBufferPointer(room).copyMemory(from: bytes)
        count = bytes.count
      }
    }
  }

  /// The receipts of all messages so far left this program's hands; `replyTime` tells when if the kernel has them all.
  @inline(__always)
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

  /// The kernel did not take those answers whose bits are set, of all since the last that were settled.
  mutating func settle(unsent: UInt64) {
    var left = unsent
    for index in settledCount..<batch.records.count where batch.records[index].flags.contains(.answered) {
      if left & 1 != 0 { batch.records[index].flags.remove(.answered) }
      left >>= 1
    }
    settledCount = batch.records.count
  }

  mutating func take() -> MessageBatch {
    let taken = batch
    batch = MessageBatch()
    number &+= 1
    wireCount = 0
    settledCount = 0
    batch.records.reserveCapacity(taken.records.count)
    batch.bytes.reserveCapacity(taken.bytes.count)
    batch.peers.reserveCapacity(taken.peers.count)
    return taken
  }
}
