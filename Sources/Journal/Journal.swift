internal import CSystem
package import Wire

/// Turns what a program tells into the rows of its recording.
package protocol Scribe {
  associatedtype Event: Sendable

  /// Whether anybody waits for what is recorded.
  var isAwaited: Bool { get }

  mutating func add(_ event: Event, to journal: Journal) throws(RecordingError)
}

/// Writes what a program tells to a recording, in groups, and tells the program what is safe. For one thread at a time.
package final class Journal {
  /// A group is never much larger than this, however much waits.
  private static let largestGroupMessages = 8192
  private static let largestGroupBytes = 1 << 20
  /// How long a file that another program has open grows over its limit until it is tried again.
  private static let rotationPause: Int64 = 1_000_000_000

  private let settings: RecordingSettings
  private let origin: RecordingOrigin
  /// nil only while one file is exchanged for the next.
  private var recording: Recording?
  /// What is recorded, for a reader in this program.
  package let series: RecordingSeries
  private var endpoints: [Endpoint] = []
  private var bell: Bell?
  private var tell: (ServerCommand) -> Void = { _ in }
  /// Which of the run's files is written, from 1: rows are numbered in each.
  private(set) var fileNumber = 1
  /// The last message that is in a file for good.
  private var lastRecorded: UInt64 = 0
  private var nextRotation: Int64 = 0

  /// Opens the recording.
  package init(_ settings: RecordingSettings, origin: RecordingOrigin) throws(RecordingError) {
    self.settings = settings
    self.origin = origin
    let recording = try Recording(settings)
    series = RecordingSeries(path: settings.path, recordedCount: recording.lastRow)
    self.recording = consume recording
  }

  /// Records all that comes until the bell closes, and tells what is recorded; at an error it ends at once.
  package func run<Story: Scribe>(
    _ records: Mailbox<Story.Event>,
    by scribe: Story,
    bell: Bell,
    endsProgram: Bool,
    tell: (ServerCommand) -> Void = { _ in }
  ) -> RecordingFailure? {
    withoutActuallyEscaping(tell) { tell in
      self.bell = bell
      self.tell = tell
      defer { self.tell = { _ in } }
      do throws(RecordingError) {
        try record(records, by: scribe, bell)
        close()
        return nil
      } catch {
        close()
        let failure = RecordingFailure(reason: error.reason, lastSequence: lastRecorded, endsProgram: endsProgram)
        tell(.recordingFailed(failure))
        return failure
      }
    }
  }

  private func close() {
    guard let recording = recording.take() else { return }
    series.beginExchange()
    _ = recording.close()
    series.endExchange()
  }

  private func record<Story: Scribe>(
    _ records: Mailbox<Story.Event>,
    by scribe: Story,
    _ bell: Bell
  ) throws(RecordingError) {
    var scribe = scribe
    var pace = CommitPace(withholdsReceipts: scribe.isAwaited && settings.durability != .none)
    while true {
      // Asked first: what comes before the closing is then among what is drained.
      let isClosing = bell.isClosing
      let events = records.drain()
      for event in events { try scribe.add(event, to: self) }
      if isClosing { return try commit() }
      let step = pace.step(
        messages: recording?.pendingMessages ?? 0,
        isPending: recording?.isInTransaction == true,
        tookAny: !events.isEmpty,
        now: csystem_monotonic_clock()
      )
      switch step {
      case .commit: try commit()
      case .takeMore: break
      case .wait(let nanoseconds): bell.wait(milliseconds: nanoseconds.map { Int32(($0 + 999_999) / 1_000_000) })
      }
    }
  }

  // MARK: What a scribe adds

  func beginRun(at endpoints: [Endpoint]) throws(RecordingError) {
    self.endpoints = endpoints
    try beginRun()
  }

  /// Adds a message of someone's, or one that went to them; gives its row.
  @discardableResult
  func add(
    _ record: MessageRecord,
    _ peer: Peer,
    payload: UnsafeRawBufferPointer,
    answers: Int64? = nil,
    roundTrip: Int64? = nil
  ) throws(RecordingError) -> Int64 {
    let row = try recording?.add(record, peer, payload: payload, answers: answers, roundTrip: roundTrip) ?? 0
    if isGroupFull { try commit() }
    return row
  }

  /// Adds an event in its place among the messages.
  func add(
    _ kind: String,
    _ description: EventDescription,
    with peer: Peer?,
    at time: Timestamp
  ) throws(RecordingError) {
    try recording?.add(kind, description, with: peer, at: time)
  }

  /// A message that is in the file that is written turned out to be more.
  func mark(_ row: Int64, _ flags: MessageRecord.Flags) throws(RecordingError) { try recording?.mark(row, flags) }

  /// Nothing more comes of a peer.
  func forget(_ peer: Peer) { recording?.forget(peer) }

  /// Whether what was added is to be committed; once the server has ended nobody waits for a single message any more.
  private var isGroupFull: Bool {
    guard let messages = recording?.pendingMessages, let bytes = recording?.pendingBytes else { return false }
    return settings.durability == .each && bell?.isClosing == false || messages >= Journal.largestGroupMessages
      || bytes >= Journal.largestGroupBytes
  }

  private func commit() throws(RecordingError) {
    try recording?.commit()
    try recording?.checkPlace()
    guard let last = recording?.lastSequence, last > lastRecorded else { return }
    lastRecorded = last
    if settings.durability != .none { tell(.recorded(upTo: last)) }
    try rotateIfDue()
  }

  private func beginRun() throws(RecordingError) {
    try recording?.beginRun(origin, at: endpoints, time: Timestamp(nanoseconds: csystem_wall_clock()))
  }

  /// Begins another file when this one is over a limit, unless a reader has it open: what stands beside it is then theirs too.
  private func rotateIfDue() throws(RecordingError) {
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
    fileNumber += 1
    try beginRun()
    // Nothing may come for long, and a file that knows of no run would be begun at the first one again.
    try recording?.commit()
    tell(.recordingRotated(number: number))
  }
}
