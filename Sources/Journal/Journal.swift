internal import CSystem
package import Wire

/// Writes what a server tells to a recording, in groups, and tells the server what is safe. For one thread at a time.
package final class Journal {
  /// A group is never much larger than this, however much waits.
  private static let largestGroupMessages = 8192
  private static let largestGroupBytes = 1 << 20
  /// How long a file that another program has open grows over its limit until it is tried again.
  private static let rotationPause: Int64 = 1_000_000_000

  private let settings: RecordingSettings
  private let origin: RecordingOrigin
  private let describe: @Sendable (ServerEvent) -> EventDescription
  /// nil only while one file is exchanged for the next.
  private var recording: Recording?
  /// What is recorded, for a reader in this program.
  package let series: RecordingSeries
  private var endpoints: [Endpoint] = []
  /// The last message that is in a file for good.
  private var lastRecorded: UInt64 = 0
  private var nextRotation: Int64 = 0

  /// Opens the recording; `describe` makes the words of an event that is no message.
  package init(
    _ settings: RecordingSettings,
    origin: RecordingOrigin,
    describe: @escaping @Sendable (ServerEvent) -> EventDescription
  ) throws(RecordingError) {
    self.settings = settings
    self.origin = origin
    self.describe = describe
    let recording = try Recording(settings)
    series = RecordingSeries(path: settings.path, recordedCount: recording.lastRow)
    self.recording = consume recording
  }

  /// Records all that comes until the bell closes, and tells what is recorded; at an error it ends at once.
  package func run(
    _ records: Mailbox<ServerEvent>,
    bell: Bell,
    endsServer: Bool,
    tell: (ServerCommand) -> Void
  ) -> RecordingFailure? {
    do throws(RecordingError) {
      try record(records, bell, tell)
      close()
      return nil
    } catch {
      close()
      let failure = RecordingFailure(reason: error.reason, lastSequence: lastRecorded, endsServer: endsServer)
      tell(.recordingFailed(failure))
      return failure
    }
  }

  private func close() {
    guard let recording = recording.take() else { return }
    series.beginExchange()
    _ = recording.close()
    series.endExchange()
  }

  private func record(
    _ records: Mailbox<ServerEvent>,
    _ bell: Bell,
    _ tell: (ServerCommand) -> Void
  ) throws(RecordingError) {
    var pace = CommitPace(withholdsReceipts: settings.durability != .none)
    while true {
      // Asked first: what comes before the closing is then among what is drained.
      let isClosing = bell.isClosing
      let events = records.drain()
      for event in events { try add(event, bell, tell) }
      if isClosing { return try commit(tell) }
      let step = pace.step(
        messages: recording?.pendingMessages ?? 0,
        isPending: recording?.isInTransaction == true,
        tookAny: !events.isEmpty,
        now: csystem_monotonic_clock()
      )
      switch step {
      case .commit: try commit(tell)
      case .takeMore: break
      case .wait(let nanoseconds): bell.wait(milliseconds: nanoseconds.map { Int32(($0 + 999_999) / 1_000_000) })
      }
    }
  }

  private func add(
    _ event: ServerEvent,
    _ bell: Bell,
    _ tell: (ServerCommand) -> Void
  ) throws(RecordingError) {
    switch event {
    case .listening(let endpoints):
      self.endpoints = endpoints
      try beginRun()
    case .messages(let batch): try add(batch, bell, tell)
    case .connected, .disconnected, .dropped, .refused, .failure, .recording, .recordingFailed, .stopping, .stopped:
      try recording?.add(event, describe(event))
    }
  }

  private func add(
    _ batch: MessageBatch,
    _ bell: Bell,
    _ tell: (ServerCommand) -> Void
  ) throws(RecordingError) {
    try batch.bytes.span.withUnsafeBytes { bytes throws(RecordingError) in
      for record in batch.records {
        try recording?.add(record, from: batch.peer(of: record), payload: record.payload(in: bytes))
        if isGroupFull(bell) { try commit(tell) }
      }
    }
  }

  /// Whether what was added is to be committed; once the server has ended nobody waits for a single message any more.
  private func isGroupFull(_ bell: Bell) -> Bool {
    guard let messages = recording?.pendingMessages, let bytes = recording?.pendingBytes else { return false }
    return settings.durability == .each && !bell.isClosing || messages >= Journal.largestGroupMessages
      || bytes >= Journal.largestGroupBytes
  }

  private func commit(_ tell: (ServerCommand) -> Void) throws(RecordingError) {
    try recording?.commit()
    try recording?.checkPlace()
    guard let last = recording?.lastSequence, last > lastRecorded else { return }
    lastRecorded = last
    if settings.durability != .none { tell(.recorded(upTo: last)) }
    try rotateIfDue(tell)
  }

  private func beginRun() throws(RecordingError) {
    try recording?.beginRun(origin, at: endpoints, time: Timestamp(nanoseconds: csystem_wall_clock()))
  }

  /// Begins another file when this one is over a limit, unless a reader has it open: what stands beside it is then theirs too.
  private func rotateIfDue(_ tell: (ServerCommand) -> Void) throws(RecordingError) {
    let now = csystem_monotonic_clock()
    guard now >= nextRotation, try recording?.isOver(settings) == true, let full = recording.take() else { return }
    let (run, rowCount) = (full.run, full.lastRow)
    series.beginExchange()
    defer { series.endExchange() }
    let file = full.close()
    var number: Int?
    if file.hasCompanions {
      nextRotation = now + Journal.rotationPause
    } else {
      let free = try file.moveAside()
      series.move(to: "\(file.path).\(free)", rowCount: rowCount)
      number = free
    }
    // Its lock goes with it.
    _ = consume file
    recording = try Recording(settings, run: run, lastSequence: lastRecorded)
    guard let number else { return }
    try beginRun()
    // Nothing may come for long, and a file that knows of no run would be begun at the first one again.
    try recording?.commit()
    tell(.recordingRotated(number: number))
  }
}
