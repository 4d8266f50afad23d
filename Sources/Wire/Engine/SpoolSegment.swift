/// Events that a spool was told one after the other, and all that was told before them.
///
/// A count before each of them would take more memory than they do, and so would arrays for each batch of one message:
/// those of small batches lie together.
struct SpoolSegment {
  private enum Item {
    /// Of `events`.
    case event(UInt16)
    /// Of the messages of `small`.
    case messages(first: UInt16, count: UInt16)
  }

  /// The most events of one.
  static let eventLimit = 64
  /// What a batch that lies with others has at most: messages, and bytes of them.
  private static let smallLimit = (messages: 4, bytes: 256)
  /// What it takes beside its events, in bytes: its own slot, and the heads of its arrays.
  static let overhead = MemoryLayout<SpoolSegment?>.stride + 2 * 32 + MessageBatch.overhead

  let before: SpoolCount
  /// When the first came.
  let moment: Int64
  private var items: [Item] = []
  private var events: [ServerEvent] = []
  private var small = MessageBatch()
  /// What it and what it holds take, in bytes; its arrays may have room for more.
  private(set) var weight = SpoolSegment.overhead

  init(before: SpoolCount, moment: Int64) {
    self.before = before
    self.moment = moment
  }

  /// The number of its first event, and the one behind its last.
  var first: UInt64 { before.events }
  var end: UInt64 { first + UInt64(items.count) }

  func isFull(_ bounds: EventSpool.Bounds) -> Bool {
    items.count >= bounds.segmentEvents || weight >= bounds.segmentBytes
  }

  /// Adds an event and says what it weighs.
  mutating func append(_ event: ServerEvent) -> Int {
    var added = MemoryLayout<Item>.stride
    if case .messages(let batch) = event, SpoolSegment.isSmall(batch) {
      added += append(small: batch)
    } else {
      items.append(.event(UInt16(events.count)))
      events.append(event)
      added += MemoryLayout<ServerEvent>.stride + event.weight
    }
    weight += added
    return added
  }

  private static func isSmall(_ batch: MessageBatch) -> Bool {
    batch.records.count <= smallLimit.messages && batch.bytes.count <= smallLimit.bytes && batch.replies.isEmpty
  }

  private mutating func append(small batch: MessageBatch) -> Int {
    items.append(.messages(first: UInt16(small.records.count), count: UInt16(batch.records.count)))
    let peerCount = small.peers.count
    small.append(batch.records[...], of: batch)
    return batch.bytes.count + batch.records.count * MemoryLayout<MessageRecord>.stride
      + (small.peers.count - peerCount) * MemoryLayout<Peer>.stride
  }

  /// The event of a number; nil where that is another segment's.
  func event(_ number: UInt64) -> ServerEvent? {
    guard number >= first, number < end else { return nil }
    switch items[Int(number - first)] {
    case .event(let place): return events[Int(place)]
    case .messages(let first, let count):
      var batch = MessageBatch()
      batch.append(small.records[Int(first)..<Int(first + count)], of: small)
      return .messages(batch)
    }
  }

  /// The messages of an item; nil where it is something else.
  private func records(of item: Item) -> ArraySlice<MessageRecord>? {
    switch item {
    case .messages(let first, let count): return small.records[Int(first)..<Int(first + count)]
    case .event(let place):
      guard case .messages(let batch) = events[Int(place)] else { return nil }
      return batch.records[...]
    }
  }

  private func add(_ item: Item, to count: inout SpoolCount) {
    if let records = records(of: item) {
      count.add(records)
    } else if case .event(let place) = item {
      count.add(notice: events[Int(place)])
    }
  }

  /// What was told before one of its events.
  func count(before number: UInt64) -> SpoolCount {
    items.prefix(Int(number - first)).reduce(into: before) { add($1, to: &$0) }
  }

  /// What was told before the batch of a message, and the batch's messages before that; nil where the message is not here.
  func split(atMessage sequence: UInt64) -> (before: SpoolCount, earlier: ArraySlice<MessageRecord>)? {
    var count = before
    for item in items {
      let passed = count.totals.traffic.messages
      if let records = records(of: item), passed + UInt64(records.count) >= sequence {
        return (count, records.prefix(Int(sequence - 1 - passed)))
      }
      add(item, to: &count)
    }
    return nil
  }
}

extension MessageBatch {
  /// Adds messages of another batch, their bytes copied.
  fileprivate mutating func append(_ added: ArraySlice<MessageRecord>, of other: MessageBatch) {
    for var record in added {
      let payload = other.payload(of: record)
      let peer = other.peer(of: record)
      if peers.last != peer { peers.append(peer) }
      record.offset = UInt32(bytes.count)
      record.peer = UInt32(peers.count - 1)
      records.append(record)
      bytes += payload
    }
  }
}
