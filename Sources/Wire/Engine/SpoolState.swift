/// What a spool holds, and what it knows of those who read it.
struct SpoolState {
  /// An event, and all that was told before it.
  private struct Entry {
    let event: ServerEvent
    let before: SpoolCount
    let weight: Int
    let moment: Int64
  }

  private var entries = RingBuffer<Entry>()
  /// How many entries have gone: the number of the oldest that is there.
  private(set) var firstNumber: UInt64 = 0
  private var weight = 0
  /// The number of the entry with the last messages.
  private var newestBatch: UInt64 = 0
  /// When what comes began to fill all faster than anybody reads, and until when it goes on if it does so again.
  private var overflow = (start: Int64.min, end: Int64.min)
  /// Until when that is taken for a flood.
  private var floodEnd = Int64.min
  /// All that was told.
  private var count = SpoolCount()
  /// Those that are open.
  private(set) var connections: Set<ConnectionID> = []
  /// What the recording was from an entry on.
  private var recordings: [(entry: UInt64, status: RecordingStatus)] = []
  var readers = 0
  /// Whether one found nothing.
  var readerWaits = false
  var isOver = false
  /// Whether it was over at once, so that no reader is waited for.
  var isHurried = false

  mutating func append(_ event: ServerEvent, wireCount: UInt64, current: ServerTotals, now: Int64) {
    let weight = event.weight + MemoryLayout<Entry?>.stride
    let number = firstNumber + UInt64(entries.count)
    if case .messages = event { newestBatch = number }
    entries.append(Entry(event: event, before: count, weight: weight, moment: now))
    self.weight += weight
    count.add(event, wireCount: wireCount, current: current)
    switch event {
    case .connected(let peer, _): connections.insert(peer.connection)
    case .disconnected(let peer, _, _, _): connections.remove(peer.connection)
    case .recording(let file, .started, _): recordings.append((number, .going(file: file)))
    case .recordingFailed(let failure, _): recordings.append((number, .failed(failure)))
    case .listening, .messages, .dropped, .refused, .failure, .recording, .stopping, .stopped: break
    }
  }

  mutating func noteFlood(_ bounds: EventSpool.Bounds, now: Int64) {
    guard weight > bounds.bytes, let oldest = entries.first, now - oldest.moment < bounds.floodNanoseconds else {
      return
    }
    if now > overflow.end { overflow.start = now }
    overflow.end = now + bounds.floodNanoseconds
    if now - overflow.start >= bounds.burstNanoseconds { floodEnd = now + bounds.youngNanoseconds }
  }

  /// Whether the oldest entry is one too many.
  func exceeds(_ bounds: EventSpool.Bounds, now: Int64) -> Bool {
    guard let oldest = entries.first else { return false }
    if weight > bounds.bytes || entries.count > bounds.entries { return true }
    // Who reads finds the last of a flood, however large its batch is.
    let isUnread = readers == 0 || (now < floodEnd && firstNumber < newestBatch)
    return isUnread && weight > bounds.youngBytes && now - oldest.moment < bounds.youngNanoseconds
  }

  mutating func removeFirst() {
    guard let oldest = entries.first else { return }
    weight -= oldest.weight
    entries.removeFirst()
    firstNumber += 1
  }

  mutating func takeWaiting() -> Bool {
    defer { readerWaits = false }
    return readerWaits
  }

  var oldestMessage: UInt64 { messages(before: 0) + 1 }
  var nextMessage: UInt64 { count.totals.traffic.messages + 1 }

  /// The event of an entry; nil where that is gone, or still to come.
  func event(_ number: UInt64) -> ServerEvent? {
    number < firstNumber ? nil : entries[Int(number - firstNumber)]?.event
  }

  // Places.

  mutating func place(at point: AttachPoint) -> SpoolPlace? {
    let (oldest, next) = (oldestMessage, nextMessage)
    let wanted: UInt64
    switch point {
    case .now: wanted = next
    case .oldest: return place(atEntry: 0)
    case .tail(let number) where number > next - oldest: return place(atEntry: 0)
    case .tail(let number): wanted = next - number
    case .message(let sequence): wanted = max(1, sequence)
    }
    if wanted < oldest {
      var place = place(atEntry: 0)
      place.missed = MissedEvents(messages: oldest - wanted)
      return place
    }
    if wanted < next { return place(atMessage: wanted) }
    if wanted == next { return place(atEntry: entries.count) }
    // The last word is for everybody.
    if isOver { return place(atEntry: max(0, entries.count - 1)) }
    readerWaits = true
    return nil
  }

  /// Before the entry that is so far behind the first, or behind all.
  func place(atEntry distance: Int) -> SpoolPlace {
    let before = entries[distance]?.before ?? count
    let number = firstNumber + UInt64(distance)
    return SpoolPlace(
      cursor: SpoolCursor(entry: number, behind: before),
      totals: before.totals,
      recording: recordings.last { $0.entry < number }?.status
    )
  }

  /// Before a message that is there.
  private func place(atMessage sequence: UInt64) -> SpoolPlace {
    // The last entry with fewer messages before it; notices before the message's batch have as many.
    var (low, high) = (0, entries.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if messages(before: middle) < sequence { low = middle } else { high = middle }
    }
    var place = place(atEntry: low)
    guard case .messages(let batch)? = entries[low]?.event else { return place }
    let earlier = batch.records[..<Int(sequence - 1 - messages(before: low))]
    place.cursor.skip(earlier)
    place.totals.count(earlier)
    return place
  }

  private func messages(before distance: Int) -> UInt64 {
    (entries[distance]?.before ?? count).totals.traffic.messages
  }
}
