import Screen
import Wire

/// What a view remembers: received messages and events in the order of their arrival, bounded by count and by bytes.
///
/// A row is a record of a chunk and a range of the chunk's bytes, never an object of its own; the oldest go first.
/// A copy is a snapshot: it shares the chunks with the original, which goes on without it.
struct MessageLog: StretchedLog {
  /// One row: a message, or an event.
  struct Row: Sendable {
    let record: MessageRecord
    /// Who it came from; for an event of nobody's a placeholder without connection and address.
    let peer: Peer
    /// The message's bytes as they were kept, or an event's words as UTF-8.
    let payload: ArraySlice<UInt8>
    /// What happened; nil for a message.
    let event: ServerEvent?
    /// What it answers, in a client's recording.
    var reply = MessageReply.none

    var isNotice: Bool { record.flags.contains(.notice) }
  }

  /// Tells what of a payload is shown.
  let framing: Framing
  /// Messages that were `.hostile`, of all that ever came.
  private(set) var hostileCount: UInt64 = 0
  private var chunks: LogChunks<MessageChunk>

  /// `byteLimit` bounds all that the rows take: payloads, records, peers and events; `firstID` is the first row's id.
  init(countLimit: Int, byteLimit: Int, framing: Framing = .line, firstID: UInt64 = 0) {
    self.framing = framing
    self.byteLimit = byteLimit
    chunks = LogChunks(countLimit: countLimit, byteLimit: byteLimit, firstID: firstID)
  }

  var count: Int { chunks.count }
  var isNearlyFull: Bool { chunks.isNearlyFull }
  /// The memory that the rows may take, in bytes.
  let byteLimit: Int
  /// The memory that they take.
  var byteCount: Int { chunks.byteCount }
  /// The id of the oldest row that is held.
  var firstID: UInt64 { chunks.firstID }
  /// One past the newest row's id.
  var endID: UInt64 { chunks.endID }

  func holds(_ id: UInt64) -> Bool { chunks.place(of: id) != nil }

  subscript(id: UInt64) -> Row? {
    guard let place = chunks.place(of: id) else { return nil }
    return chunks[place.chunk].row(at: place.row)
  }

  func stretch(of id: UInt64, isReversed: Bool) -> MessageChunk? { chunks.place(of: id).map { chunks[$0.chunk] } }

  // MARK: Rows come and go

  /// Adds a batch's messages; a big batch becomes a chunk as it is, without a copy, unless its peers repeat.
  mutating func append(_ batch: MessageBatch) {
    guard !batch.isEmpty else { return }
    let batch = marked(batch)
    _ = chunks.append(
      rows: batch.records.count,
      bytes: batch.bytes.count + batch.records.count * MessageChunk.recordBytes
        + batch.peers.count * MessageChunk.peerBytes,
      extend: { $0.append(batch) },
      make: { firstID in
        if batch.peers.count * 8 < batch.records.count { return MessageChunk(firstID: firstID, adopting: batch) }
        var chunk = MessageChunk(firstID: firstID)
        chunk.append(batch)
        return chunk
      }
    )
  }

  /// Adds an event, which is kept as it is: its words are made when they are shown. One that has none makes no row.
  mutating func append(event: ServerEvent) {
    guard let (peer, time) = event.noticeOrigin else { return }
    let isAlert = event.isAlert
    _ = chunks.append(
      rows: 1,
      bytes: MessageChunk.recordBytes + MessageChunk.peerBytes + MessageChunk.eventBytes,
      extend: { $0.append(event, peer, isAlert: isAlert, at: time) },
      make: { firstID in
        var chunk = MessageChunk(firstID: firstID)
        chunk.append(event, peer, isAlert: isAlert, at: time)
        return chunk
      }
    )
  }

  /// So many rows are not for it: ids go on after them.
  mutating func skip(_ count: UInt64) { chunks.skip(count) }

  /// The ids around one that is not held, up to those that are.
  func gap(around id: UInt64) -> Range<UInt64> { chunks.gap(around: id) }

  /// The first id from which on every row is held, as far as they are not those before `id`.
  func gaplessID(after id: UInt64) -> UInt64 { chunks.gaplessID(after: id) }

  /// Forgets every row; ids go on counting.
  mutating func clear() { chunks.removeAll() }

  /// The batch with `.hostile` on the messages that deserve it; as it was when there are none.
  private mutating func marked(_ batch: MessageBatch) -> MessageBatch {
    var hostile: [Int] = []
    batch.bytes.withUnsafeBytes { bytes in
      // Bytes known to be plain: most messages lie in one stretch.
      var plain = 0..<0
      for (row, record) in batch.records.enumerated() {
        let start = Int(record.offset)
        let end = start + Int(record.count)
        if start >= plain.upperBound { plain = start..<Printable.plainEnd(of: bytes, from: start) }
        if plain.lowerBound <= start, end <= plain.upperBound { continue }
        let payload = record.payload(in: bytes)
        let count = framing.shownCount(of: payload, transport: batch.peers[Int(record.peer)].transport)
        if Printable.isHostile(UnsafeRawBufferPointer(rebasing: payload[..<count])) { hostile.append(row) }
      }
    }
    guard !hostile.isEmpty else { return batch }
    hostileCount += UInt64(hostile.count)
    var batch = batch
    for row in hostile { batch.records[row].flags.insert(.hostile) }
    return batch
  }
}
