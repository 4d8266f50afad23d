/// What a spool holds, and what it knows of those who read it.
struct SpoolState {
  private var segments = RingBuffer<SpoolSegment>()
  private var weight = 0
  /// The number of the event with the last messages.
  private var newestBatch: UInt64 = 0
  /// When what comes began to fill all faster than anybody reads, and until when it goes on if it does so again.
  private var overflow = (start: Int64.min, end: Int64.min)
  /// Until when that is taken for a flood.
  private var floodEnd = Int64.min
  /// All that was told.
  private var count = SpoolCount()
  /// Those that are open.
  private(set) var connections: Set<ConnectionID> = []
  /// What the recording was from an event on.
  private var recordings: [(number: UInt64, status: RecordingStatus)] = []
  var readers = 0
  /// Whether one found nothing.
  var readerWaits = false
  var isOver = false
  /// Whether it was over at once, so that no reader is waited for.
  var isHurried = false

  /// The number of the oldest event that is there, which is how many have gone.
  var firstNumber: UInt64 { segments.first?.first ?? nextNumber }
  private var nextNumber: UInt64 { count.events }

  mutating func append(
    _ event: ServerEvent,
    wireCount: UInt64,
    current: ServerTotals,
    now: Int64,
    within bounds: EventSpool.Bounds
  ) {
    let number = nextNumber
    if case .messages = event { newestBatch = number }
    if segments.last?.isFull(bounds) ?? true {
      segments.append(SpoolSegment(before: count, moment: now))
      weight += SpoolSegment.overhead
    }
    weight += segments.last?.append(event) ?? 0
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
    guard weight > bounds.bytes, let oldest = segments.first, now - oldest.moment < bounds.floodNanoseconds else {
      return
    }
    if now > overflow.end { overflow.start = now }
    overflow.end = now + bounds.floodNanoseconds
    if now - overflow.start >= bounds.burstNanoseconds { floodEnd = now + bounds.youngNanoseconds }
  }

  /// Whether the oldest events are too many.
  func exceeds(_ bounds: EventSpool.Bounds, now: Int64) -> Bool {
    guard let oldest = segments.first else { return false }
    if weight > bounds.bytes || nextNumber - oldest.first > bounds.events { return true }
    // Who reads finds the last of a flood, however large its batch is.
    let isUnread = readers == 0 || (now < floodEnd && oldest.end <= newestBatch)
    return isUnread && weight > bounds.youngBytes && now - oldest.moment < bounds.youngNanoseconds
  }

  mutating func removeOldest() {
    guard let oldest = segments.first else { return }
    weight -= oldest.weight
    segments.removeFirst()
  }

  mutating func takeWaiting() -> Bool {
    defer { readerWaits = false }
    return readerWaits
  }

  var oldestMessage: UInt64 { (segments.first?.before ?? count).totals.traffic.messages + 1 }
  var nextMessage: UInt64 { count.totals.traffic.messages + 1 }

  /// The event of a number; nil where that is gone, or still to come.
  func event(_ number: UInt64) -> ServerEvent? {
    // Most readers are near the end.
    if let last = segments.last, last.first <= number { return last.event(number) }
    return segment { $0.first <= number }?.event(number)
  }

  /// The last segment of which this is true, as it is of all before it.
  private func segment(where isBefore: (SpoolSegment) -> Bool) -> SpoolSegment? {
    var (low, high) = (0, segments.count)
    while low < high {
      let middle = (low + high) / 2
      if segments[middle].map(isBefore) ?? false { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? segments[low - 1] : nil
  }

  // Places.

  mutating func place(at point: AttachPoint) -> SpoolPlace? {
    let (oldest, next) = (oldestMessage, nextMessage)
    let wanted: UInt64
    switch point {
    case .now: wanted = next
    case .oldest: return oldestPlace
    case .tail(let number) where number > next - oldest: return oldestPlace
    case .tail(let number): wanted = next - number
    case .message(let sequence): wanted = max(1, sequence)
    }
    if wanted < oldest {
      var place = oldestPlace
      place.missed = MissedEvents(messages: oldest - wanted)
      return place
    }
    if wanted < next { return place(atMessage: wanted) }
    if wanted == next { return place(behind: count) }
    // The last word is for everybody.
    if isOver { return lastPlace }
    readerWaits = true
    return nil
  }

  /// Before all that is there.
  var oldestPlace: SpoolPlace { place(behind: segments.first?.before ?? count) }

  /// Before the last event.
  private var lastPlace: SpoolPlace {
    guard let last = segments.last else { return place(behind: count) }
    return place(behind: last.count(before: last.end - 1))
  }

  /// Before a message that is there.
  private func place(atMessage sequence: UInt64) -> SpoolPlace {
    guard let segment = segment(where: { $0.before.totals.traffic.messages < sequence }),
      let (before, earlier) = segment.split(atMessage: sequence)
    else { return oldestPlace }
    var place = place(behind: before)
    place.cursor.skip(earlier)
    place.totals.count(earlier)
    return place
  }

  private func place(behind count: SpoolCount) -> SpoolPlace {
    var totals = count.totals
    totals.traffic.bytesSent = self.count.totals.traffic.bytesSent
    totals.droppedByServer = self.count.totals.droppedByServer
    return SpoolPlace(
      cursor: SpoolCursor(behind: count),
      totals: totals,
      peers: count.open,
      recording: recordings.last { $0.number < count.events }?.status
    )
  }
}
