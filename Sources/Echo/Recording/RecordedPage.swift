package import Wire

/// A stretch of a recording's rows as they were read.
package struct RecordedPage: LogStretch, Sendable {
  /// Rows and bytes after which a page ends: one is read in less than a tenth of a millisecond.
  static let rowLimit = 128
  private static let byteLimit = 256 << 10

  package private(set) var range: Range<UInt64>
  /// The ids of its rows, in order.
  private(set) var ids: [UInt64] = []
  /// The rows, events among them as notices whose bytes are their words.
  private(set) var batch = MessageBatch()
  private let framing: Framing

  /// The page of an id, without rows.
  package init(of id: UInt64, framing: Framing) {
    range = id..<(id + 1)
    self.framing = framing
  }

  /// No page: what the id is of can't be read yet.
  package init(before id: UInt64, framing: Framing) {
    range = id..<id
    self.framing = framing
  }

  package var rowCount: Int { ids.count }
  package var isFull: Bool { ids.count >= RecordedPage.rowLimit || batch.bytes.count >= RecordedPage.byteLimit }
  /// The memory that it takes, in bytes.
  package var byteCount: Int { batch.bytes.count + ids.count * 128 }

  // MARK: Rows come, in order or the other way round

  /// `record`: its place among bytes and peers is not known yet.
  package mutating func append(
    _ id: UInt64,
    _ record: MessageRecord,
    _ peer: Peer?,
    _ bytes: UnsafeRawBufferPointer,
    reply: MessageReply = .none
  ) {
    var record = record
    record.offset = UInt32(batch.bytes.count)
    record.count = UInt32(clamping: bytes.count)
    record.peer = place(of: peer, isNotice: record.flags.contains(.notice))
    let payload = UnsafeRawBufferPointer(rebasing: bytes.prefix(Int(record.count)))
    record.markHostile(peer, payload, framing)
    batch.append(reply: reply)
    ids.append(id)
    batch.records.append(record)
    batch.bytes.append(contentsOf: payload)
  }

  /// Says what the row at a place answers, the places counted as the rows came.
  package mutating func answer(_ number: UInt64?, at place: Int) {
    if !batch.replies.isEmpty { batch.replies[place].answers = number }
  }

  /// The number of the message of an id; nil where the page has none.
  package func sequence(of id: UInt64) -> UInt64? {
    ids.firstIndex(of: id).flatMap { batch.records[$0].flags.contains(.notice) ? nil : batch.records[$0].sequence }
  }

  private mutating func place(of peer: Peer?, isNotice: Bool) -> UInt32 {
    if peer == nil, isNotice { return MessageChunk.noPeer }
    let peer = peer ?? MessageChunk.nobody
    if let place = batch.peers.lastIndex(of: peer) { return UInt32(place) }
    batch.peers.append(peer)
    return UInt32(batch.peers.count - 1)
  }

  /// The rows are all there: those of `range`, of which at least the page's own id is one. What was read last to first
  /// is put in order.
  package mutating func close(_ range: Range<UInt64>, isReversed: Bool) {
    self.range = range
    guard isReversed else { return }
    ids.reverse()
    batch.records.reverse()
    batch.replies.reverse()
  }

  // MARK: Rows are read

  func places(of ids: Range<UInt64>) -> Range<Int> { place(from: ids.lowerBound)..<place(from: ids.upperBound) }

  func visit(_ places: Range<Int>, isReversed: Bool, _ body: RowVisitor) -> UInt64? {
    batch.bytes.withUnsafeBytes { bytes in
      for step in 0..<places.count {
        let place = isReversed ? places.upperBound - 1 - step : places.lowerBound + step
        let record = batch.records[place]
        if !body(ids[place], record, peer(of: record), record.payload(in: bytes)) { return ids[place] }
      }
      return nil
    }
  }

  /// The place of the first row whose id is `id` or greater.
  func place(from id: UInt64) -> Int {
    var (low, high) = (0, ids.count)
    while low < high {
      let middle = (low + high) / 2
      if ids[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func row(of id: UInt64) -> MessageLog.Row? {
    let place = place(from: id)
    guard place < ids.count, ids[place] == id else { return nil }
    let record = batch.records[place]
    let peer = peer(of: record) ?? MessageChunk.nobody
    let reply = batch.replies.isEmpty ? MessageReply.none : batch.replies[place]
    return MessageLog.Row(
      record: record,
      peer: peer,
      payload: batch.payload(of: record),
      event: nil,
      reply: reply
    )
  }

  /// nil for an event of nobody's.
  func peer(of record: MessageRecord) -> Peer? {
    record.peer == MessageChunk.noPeer ? nil : batch.peer(of: record)
  }
}
