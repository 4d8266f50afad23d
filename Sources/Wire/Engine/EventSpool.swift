/// The most recent of what a server told, for any number of readers, who come and go and never hold it up.
///
/// The wire thread adds, a batch in one step, and without a copy but of what is small; what is beyond the bounds goes, read
/// or not. A reader whose place is gone learns how much it missed.
final class EventSpool: Sendable {
  /// How much is kept.
  struct Bounds {
    /// Bytes of memory; an event takes some hundred beside its messages.
    var bytes = 16 << 20
    /// Of what is younger than a moment, while nobody reads or could: memory that goes round quickly stays in the processor's
    /// caches.
    var youngBytes = 512 << 10
    var youngNanoseconds: Int64 = 1_000_000_000
    /// What fills all of `bytes` in so short a time nobody reads as fast: after a burst of that it is a flood, for as long as
    /// what comes is young.
    var floodNanoseconds: Int64 = 25_000_000
    var burstNanoseconds: Int64 = 100_000_000
    var events = 16 << 10

    /// How finely: events go in segments, of so many and of about so much.
    var segmentEvents: Int { min(SpoolSegment.eventLimit, max(1, events / 256)) }
    var segmentBytes: Int { min(bytes, youngBytes) / 16 }
  }

  private let state = Guarded(SpoolState())
  private let bounds: Bounds
  private let wakeReader: @Sendable () -> Void

  /// `wakeReader` is called when there is something again for a reader who found nothing.
  init(bounds: Bounds = Bounds(), wakeReader: @escaping @Sendable () -> Void) {
    self.bounds = bounds
    self.wakeReader = wakeReader
  }

  // The wire thread's side.

  /// Adds what was told; `wireCount` are the bytes of its messages, and of `current` is taken what no event tells.
  func append(_ event: ServerEvent, wireCount: UInt64 = 0, current: ServerTotals, now: Int64) {
    let wakes = state.withLock { state in
      guard !state.isOver else { return false }
      state.append(event, wireCount: wireCount, current: current, now: now, within: bounds)
      state.noteFlood(bounds, now: now)
      // A bounded number at a time: no batch waits until thousands are gone.
      for _ in 0..<4 {
        guard state.exceeds(bounds, now: now) else { break }
        state.removeOldest()
      }
      return state.takeWaiting()
    }
    if wakes { wakeReader() }
  }

  /// Nothing is added any more: of that everybody is woken. `isHurried`: nobody is to be waited for.
  func end(isHurried: Bool = false) {
    state.withLock { ($0.isOver, $0.isHurried) = (true, isHurried) }
    wakeReader()
  }

  // The readers' side.

  var isOver: Bool { state.withLock { $0.isOver } }
  var isHurried: Bool { state.withLock { $0.isHurried } }

  /// The sequence of the oldest message that is there, and that of the next to come.
  var messages: (oldest: UInt64, next: UInt64) { state.withLock { ($0.oldestMessage, $0.nextMessage) } }

  func isOpen(_ connection: ConnectionID) -> Bool { state.withLock { $0.connections.contains(connection) } }

  /// Says that so many more, or fewer, read.
  func addReaders(_ change: Int) { state.withLock { $0.readers += change } }

  /// Where reading begins; nil while the message is still to come, and the reader is then woken when there is more.
  func place(at point: AttachPoint) -> SpoolPlace? { state.withLock { $0.place(at: point) } }

  /// What comes next, of a batch about as much as makes so many bytes of text; the cursor then stands behind it.
  ///
  /// Where nothing does, the reader is woken when there is more.
  func read(_ cursor: inout SpoolCursor, bytes: Int) -> SpoolReading {
    let number = cursor.event
    let (event, first, isOver) = state.withLock { state in
      let event = state.event(number)
      let isGone = number < state.firstNumber
      if event == nil, !isGone { state.readerWaits = true }
      return (event, isGone ? state.oldestPlace.cursor : nil, state.isOver)
    }
    if let event { return .event(cursor.take(event, bytes: bytes)) }
    guard let first else { return isOver ? .over : .nothing }
    let missed = cursor.missed(before: first)
    cursor = first
    return .missed(missed)
  }
}
