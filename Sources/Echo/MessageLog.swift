import Screen
import Wire

/// What a view remembers: received messages and events in the order of their arrival, bounded by count and by bytes.
///
/// A row is a record of a chunk and a range of the chunk's bytes, never an object of its own; the oldest go first.
/// A copy is a snapshot: it shares the chunks with the original, which goes on without it.
struct MessageLog: RowLog {
  /// One row: a message, or an event.
  struct Row: Sendable {
    let record: MessageRecord
    /// Who it came from; for an event of nobody's a placeholder without connection and address.
    let peer: Peer
    /// The message's bytes as they were kept, or an event's words as UTF-8.
    let payload: ArraySlice<UInt8>
    /// What happened; nil for a message.
    let event: ServerEvent?

    var isNotice: Bool { record.flags.contains(.notice) }
  }

  /// Tells what of a payload is shown.
  let framing: Framing
  /// Messages that were `.hostile`, of all that ever came.
  private(set) var hostileCount: UInt64 = 0
  private var chunks: LogChunks<MessageChunk>

  /// `byteLimit` bounds all that the rows take: payloads, records, peers and events.
  init(countLimit: Int, byteLimit: Int, framing: Framing = .line) {
    self.framing = framing
    self.byteLimit = byteLimit
    chunks = LogChunks(countLimit: countLimit, byteLimit: byteLimit)
  }

  var count: Int { chunks.count }
  /// The memory that the rows may take, in bytes.
  let byteLimit: Int
  /// The memory that they take.
  var byteCount: Int { chunks.byteCount }
  /// The id of the oldest row that is held; rows are numbered from 0.
  var firstID: UInt64 { chunks.firstID }
  /// One past the newest row's id.
  var endID: UInt64 { chunks.endID }

  /// Rows that were held once and are no more.
  var droppedCount: UInt64 { firstID }

  /// When the oldest row that is held came.
  var oldestTime: Timestamp? { self[firstID]?.record.time }

  subscript(id: UInt64) -> Row? {
    guard let place = chunks.place(of: id) else { return nil }
    return chunks[place.chunk].row(at: place.row)
  }

  // MARK: Rows are read in bulk

  /// Gives `body` the rows of `ids` that are held, in order, until it returns false; the bytes are a message's payload or an
  /// event's words. Returns the id after the last row that was visited (with none, where it would have begun).
  func scan(
    _ ids: Range<UInt64>,
    _ body: (UInt64, MessageRecord, Peer?, UnsafeRawBufferPointer) -> Bool
  ) -> UInt64 {
    let end = min(ids.upperBound, endID)
    var next = min(max(ids.lowerBound, firstID), endID)
    guard next < end, var index = chunks.place(of: next)?.chunk else { return next }
    while next < end {
      let chunk = chunks[index]
      let rows = Int(next - chunk.firstID)..<min(chunk.rowCount, Int(end - chunk.firstID))
      let (visited, goesOn) = chunk.scan(rows, isReversed: false, body)
      next += UInt64(visited)
      if !goesOn { break }
      index += 1
    }
    return next
  }

  /// Like `scan`, but the other way round: begins with the last of `ids` and returns the id of the last row that was
  /// visited (with none, where it would have begun).
  func scanReversed(
    _ ids: Range<UInt64>,
    _ body: (UInt64, MessageRecord, Peer?, UnsafeRawBufferPointer) -> Bool
  ) -> UInt64 {
    let start = max(ids.lowerBound, firstID)
    var end = max(min(ids.upperBound, endID), firstID)
    guard start < end, var index = chunks.place(of: end - 1)?.chunk else { return end }
    while start < end {
      let chunk = chunks[index]
      let first = max(start, chunk.firstID)
      let rows = Int(first - chunk.firstID)..<Int(end - chunk.firstID)
      let (visited, goesOn) = chunk.scan(rows, isReversed: true, body)
      end -= UInt64(visited)
      if !goesOn { break }
      index -= 1
    }
    return end
  }

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
