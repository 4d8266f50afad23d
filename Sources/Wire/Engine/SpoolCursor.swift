/// A reader's place in a spool: behind so much of what was told.
struct SpoolCursor: Hashable {
  /// The number of the event that comes next, and how many of its messages were taken.
  private(set) var event: UInt64
  private var record = 0
  /// What was told before.
  private var told: MissedEvents

  init(behind count: SpoolCount) {
    event = count.events
    told = MissedEvents(
      messages: count.totals.traffic.messages,
      bytes: count.totals.traffic.bytesReceived,
      notices: count.notices
    )
  }

  var nextMessage: UInt64 { told.messages + 1 }

  /// What lies between here and a place further on.
  func missed(before later: SpoolCursor) -> MissedEvents {
    MissedEvents(
      messages: later.told.messages - told.messages,
      bytes: later.told.bytes - told.bytes,
      notices: later.told.notices - told.notices
    )
  }

  /// Goes on behind the first messages of its event.
  mutating func skip(_ records: ArraySlice<MessageRecord>) {
    record += records.count
    told.messages += UInt64(records.count)
    for record in records { told.bytes += record.wireCount }
  }

  /// Takes its event: of messages, those that it has not taken yet, up to some bytes of text.
  mutating func take(_ event: ServerEvent, bytes: Int) -> ServerEvent {
    guard case .messages(let batch) = event else {
      told.notices += 1
      self.event += 1
      return event
    }
    let start = record
    var end = start
    var size = 0
    while end < batch.records.count, size < bytes {
      size += SpoolCursor.frame + Int(batch.records[end].count)
      end += 1
    }
    skip(batch.records[start..<end])
    if end == batch.records.count {
      self.event += 1
      record = 0
    }
    guard end - start < batch.records.count else { return event }
    var part = batch
    part.records = Array(batch.records[start..<end])
    return .messages(part)
  }

  /// About as many bytes stand around a message's text.
  private static let frame = 160
}

/// Where a reader begins.
struct SpoolPlace: Hashable {
  var cursor: SpoolCursor
  /// What was counted before; but for what no event tells, which is as it was at the last: bytes that were sent, and messages
  /// that the server's own view was not shown.
  var totals: ServerTotals
  /// Connections that were open then.
  var peers: UInt64
  /// What the recording was then.
  var recording: RecordingStatus?
  /// What was asked for and is gone.
  var missed: MissedEvents?
}

/// What a reader finds at its place.
enum SpoolReading {
  case event(ServerEvent)
  case missed(MissedEvents)
  /// Nothing yet.
  case nothing
  /// Nothing more.
  case over
}
