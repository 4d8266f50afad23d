/// Events that a spool was told one after the other, and all that was told before them: a count for each would take more
/// memory than they do.
struct SpoolSegment {
  /// What it takes beside its events, in bytes: its own slot, and the head of their array.
  static let overhead = MemoryLayout<SpoolSegment?>.stride + 32

  let before: SpoolCount
  /// When the first came.
  let moment: Int64
  private var events: [ServerEvent] = []
  /// What it holds in memory, in bytes.
  private(set) var weight = SpoolSegment.overhead

  init(before: SpoolCount, moment: Int64) {
    self.before = before
    self.moment = moment
  }

  /// The number of its first event, and the one behind its last.
  var first: UInt64 { before.events }
  var end: UInt64 { first + UInt64(events.count) }

  func isFull(_ bounds: EventSpool.Bounds) -> Bool {
    events.count >= bounds.segmentEvents || weight >= bounds.segmentBytes
  }

  /// Adds an event and says what it weighs.
  mutating func append(_ event: ServerEvent) -> Int {
    let added = event.weight + MemoryLayout<ServerEvent>.stride
    events.append(event)
    weight += added
    return added
  }

  /// The event of a number; nil where that is another segment's.
  func event(_ number: UInt64) -> ServerEvent? {
    number < first || number >= end ? nil : events[Int(number - first)]
  }

  /// What was told before one of its events.
  func count(before number: UInt64) -> SpoolCount {
    events.prefix(Int(number - first)).reduce(into: before) { count, event in count.add(event) }
  }

  /// What was told before the batch of a message, and the batch's messages before that; nil where the message is not here.
  func split(atMessage sequence: UInt64) -> (before: SpoolCount, earlier: ArraySlice<MessageRecord>)? {
    var count = before
    for event in events {
      var next = count
      next.add(event)
      if case .messages(let batch) = event, next.totals.traffic.messages >= sequence {
        return (count, batch.records.prefix(Int(sequence - 1 - count.totals.traffic.messages)))
      }
      count = next
    }
    return nil
  }
}
