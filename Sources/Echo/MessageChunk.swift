import Wire

/// A stretch of a message log: records, with the bytes, peers and events that they name by their place.
struct MessageChunk: LogChunk, LogStretch {
  /// A record's peer where there is none.
  static let noPeer = UInt32.max

  let firstID: UInt64
  private(set) var records: [MessageRecord] = []
  private(set) var bytes: [UInt8] = []
  private var peers = PeerList()
  private var events: [ServerEvent] = []
  private var places = PeerPlaces()

  init(firstID: UInt64) { self.firstID = firstID }

  /// A chunk that takes a batch's storage over.
  init(firstID: UInt64, adopting batch: MessageBatch) {
    self.firstID = firstID
    records = batch.records
    bytes = batch.bytes
    peers = PeerList(batch.peers)
  }

  var rowCount: Int { records.count }

  var byteCount: Int {
    MessageChunk.ownBytes + bytes.count + records.count * MessageChunk.recordBytes
      + peers.byteCount + events.count * MessageChunk.eventBytes + places.byteCount
  }

  static let recordBytes = MemoryLayout<MessageRecord>.stride
  static let peerBytes = PeerList.peerBytes
  static let eventBytes = MemoryLayout<ServerEvent>.stride
  /// The chunk itself, and the headers of its arrays.
  private static let ownBytes = MemoryLayout<MessageChunk>.stride + 9 * 32

  // MARK: Rows are read

  func row(at place: Int) -> MessageLog.Row {
    let record = records[place]
    let peer = peer(of: record) ?? MessageChunk.nobody
    guard !record.flags.contains(.notice) else {
      let event = events[Int(record.offset)]
      let words = Array((event.noticeText ?? "").utf8)
      return MessageLog.Row(record: record, peer: peer, payload: words[...], event: event)
    }
    let start = Int(record.offset)
    let payload = bytes[start..<(start + Int(record.count))]
    return MessageLog.Row(record: record, peer: peer, payload: payload, event: nil)
  }

  private func peer(of record: MessageRecord) -> Peer? {
    record.peer == MessageChunk.noPeer ? nil : peers[Int(record.peer)]
  }

  /// Who a row is of that is nobody's.
  static let nobody = Peer(connection: .none, transport: .tcp, address: SocketAddress(family: .unix))

  func visit(_ places: Range<Int>, isReversed: Bool, _ body: RowVisitor) -> UInt64? {
    bytes.withUnsafeBytes { bytes in
      for step in 0..<places.count {
        let row = isReversed ? places.upperBound - 1 - step : places.lowerBound + step
        let record = records[row]
        let id = firstID + UInt64(row)
        let goesOn: Bool
        if record.flags.contains(.notice) {
          var words = events[Int(record.offset)].noticeText ?? ""
          goesOn = words.withUTF8 { body(id, record, peer(of: record), UnsafeRawBufferPointer($0)) }
        } else {
          goesOn = body(id, record, peer(of: record), record.payload(in: bytes))
        }
        if !goesOn { return id }
      }
      return nil
    }
  }

  // MARK: Rows come

  mutating func append(_ batch: MessageBatch) {
    let byteOffset = UInt32(bytes.count)
    bytes.append(contentsOf: batch.bytes)
    if batch.peers.count == 1 {
      append(batch.records, byteOffset, peer: places.place(of: batch.peers[0], in: &peers))
      return
    }
    var placeOf: [UInt32] = []
    placeOf.reserveCapacity(batch.peers.count)
    for peer in batch.peers { placeOf.append(places.place(of: peer, in: &peers)) }
    for var record in batch.records {
      record.offset += byteOffset
      record.peer = placeOf[Int(record.peer)]
      records.append(record)
    }
  }

  private mutating func append(_ added: [MessageRecord], _ byteOffset: UInt32, peer: UInt32) {
    for var record in added {
      record.offset += byteOffset
      record.peer = peer
      records.append(record)
    }
  }

  /// Adds an event as a row; it takes no payload bytes.
  mutating func append(_ event: ServerEvent, _ peer: Peer?, isAlert: Bool, at time: Timestamp) {
    let place = peer.map { places.place(of: $0, in: &peers) } ?? MessageChunk.noPeer
    records.append(
      MessageRecord(
        sequence: 0,
        time: time,
        wireCount: 0,
        offset: UInt32(events.count),
        count: 0,
        peer: place,
        flags: isAlert ? [.notice, .alert] : .notice
      )
    )
    events.append(event)
  }

  mutating func seal() {
    places = PeerPlaces()
    records.shrink()
    bytes.shrink()
    peers.shrink()
    events.shrink()
  }
}
