package import Wire

/// What a view remembers: received messages and events in the order of their arrival, bounded by count and by bytes.
///
/// A row is a record of a chunk and a range of the chunk's bytes, never an object of its own; whole chunks go at the front.
package struct MessageLog: Sendable {
  /// One row: a message, or a notice whose payload is text of our own.
  package struct Row: Sendable {
    package let record: MessageRecord
    package let peer: Peer
    package let payload: ArraySlice<UInt8>

    package var isNotice: Bool { record.flags.contains(.notice) }
  }

  private struct Chunk: Sendable {
    let firstID: UInt64
    var batch: MessageBatch

    var endID: UInt64 { firstID + UInt64(batch.records.count) }
  }

  private var chunks: [Chunk] = []
  private let countLimit: Int
  private let byteLimit: Int
  private let chunkBytes: Int
  private let chunkRows: Int
  /// Payload bytes held.
  package private(set) var byteCount = 0
  /// The id of the oldest row that is held; rows are numbered from 0.
  package private(set) var firstID: UInt64 = 0
  /// One past the newest row's id.
  package private(set) var endID: UInt64 = 0

  package init(countLimit: Int, byteLimit: Int) {
    self.countLimit = max(1, countLimit)
    self.byteLimit = max(1, byteLimit)
    chunkBytes = min(256 << 10, max(1, byteLimit / 16))
    chunkRows = min(4096, max(1, countLimit / 16))
  }

  package var count: Int { Int(endID - firstID) }

  /// Rows that were held once and are no more.
  package var droppedCount: UInt64 { firstID }

  /// When the oldest row that is held came.
  package var oldestTime: Timestamp? { chunks.first?.batch.records.first?.time }

  package subscript(id: UInt64) -> Row? {
    guard id >= firstID, id < endID else { return nil }
    var low = 0
    var high = chunks.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if chunks[middle].firstID <= id { low = middle } else { high = middle - 1 }
    }
    let chunk = chunks[low]
    let record = chunk.batch.records[Int(id - chunk.firstID)]
    return Row(record: record, peer: chunk.batch.peer(of: record), payload: chunk.batch.payload(of: record))
  }

  /// Adds a batch's messages; a big batch becomes a chunk as it is, without a copy.
  package mutating func append(_ batch: MessageBatch) {
    guard !batch.isEmpty else { return }
    if let last = chunks.last, fits(batch, into: last) {
      merge(batch)
    } else {
      chunks.append(Chunk(firstID: endID, batch: batch))
    }
    byteCount += batch.bytes.count
    endID += UInt64(batch.records.count)
    trim()
  }

  /// Adds a notice of our own.
  package mutating func append(notice: String, isAlert: Bool, peer: Peer?, at time: Timestamp) {
    var batch = MessageBatch()
    batch.bytes = Array(notice.utf8)
    batch.peers = [peer ?? Peer(connection: .none, transport: .tcp, address: SocketAddress(family: .unix))]
    let flags: MessageRecord.Flags = isAlert ? [.notice, .alert] : .notice
    batch.records = [
      MessageRecord(
        sequence: 0,
        time: time,
        wireCount: 0,
        offset: 0,
        count: UInt32(batch.bytes.count),
        peer: 0,
        flags: flags
      )
    ]
    append(batch)
  }

  private func fits(_ batch: MessageBatch, into chunk: Chunk) -> Bool {
    chunk.batch.bytes.count + batch.bytes.count <= chunkBytes
      && chunk.batch.records.count + batch.records.count <= chunkRows
  }

  private mutating func merge(_ batch: MessageBatch) {
    let last = chunks.count - 1
    let byteOffset = UInt32(chunks[last].batch.bytes.count)
    var peerOffset = UInt32(chunks[last].batch.peers.count)
    if batch.peers.count == 1, chunks[last].batch.peers.last == batch.peers[0] {
      peerOffset -= 1
    } else {
      chunks[last].batch.peers.append(contentsOf: batch.peers)
    }
    chunks[last].batch.bytes.append(contentsOf: batch.bytes)
    for var record in batch.records {
      record.offset += byteOffset
      record.peer += peerOffset
      chunks[last].batch.records.append(record)
    }
  }

  private mutating func trim() {
    var excess = 0
    while excess < chunks.count - 1, count > countLimit || byteCount > byteLimit {
      byteCount -= chunks[excess].batch.bytes.count
      firstID = chunks[excess].endID
      excess += 1
    }
    if excess > 0 { chunks.removeFirst(excess) }
  }
}
