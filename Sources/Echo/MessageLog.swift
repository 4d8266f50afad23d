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

  private struct Chunk: LogChunk {
    let firstID: UInt64
    var batch: MessageBatch

    var rowCount: Int { batch.records.count }
    var byteCount: Int { batch.bytes.count }
  }

  private var chunks: LogChunks<Chunk>

  package init(countLimit: Int, byteLimit: Int) { chunks = LogChunks(countLimit: countLimit, byteLimit: byteLimit) }

  package var count: Int { chunks.count }
  /// Payload bytes held.
  package var byteCount: Int { chunks.byteCount }
  /// The id of the oldest row that is held; rows are numbered from 0.
  package var firstID: UInt64 { chunks.firstID }
  /// One past the newest row's id.
  package var endID: UInt64 { chunks.endID }

  /// Rows that were held once and are no more.
  package var droppedCount: UInt64 { firstID }

  /// When the oldest row that is held came.
  package var oldestTime: Timestamp? { chunks.first?.batch.records.first?.time }

  package subscript(id: UInt64) -> Row? {
    guard let place = chunks.place(of: id) else { return nil }
    let batch = chunks[place.chunk].batch
    let record = batch.records[place.row]
    return Row(record: record, peer: batch.peer(of: record), payload: batch.payload(of: record))
  }

  /// Adds a batch's messages; a big batch becomes a chunk as it is, without a copy.
  package mutating func append(_ batch: MessageBatch) {
    guard !batch.isEmpty else { return }
    _ = chunks.append(
      rows: batch.records.count,
      bytes: batch.bytes.count,
      extend: { MessageLog.merge(batch, into: &$0.batch) },
      make: { Chunk(firstID: $0, batch: batch) }
    )
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

  private static func merge(_ batch: MessageBatch, into chunk: inout MessageBatch) {
    let byteOffset = UInt32(chunk.bytes.count)
    var peerOffset = UInt32(chunk.peers.count)
    if batch.peers.count == 1, chunk.peers.last == batch.peers[0] {
      peerOffset -= 1
    } else {
      chunk.peers.append(contentsOf: batch.peers)
    }
    chunk.bytes.append(contentsOf: batch.bytes)
    for var record in batch.records {
      record.offset += byteOffset
      record.peer += peerOffset
      chunk.records.append(record)
    }
  }
}
