import Wire

/// What a server's screen lists: what is received, what was recorded, or both as one log.
///
/// Where what is received is recorded, a row has the same id in memory and in the recording. It is taken from memory as
/// long as it is there, and then from the recording, which so has the rows that memory had no room for and those that
/// came faster than the screen took them.
struct ServerLog: StretchedLog {
  /// What memory holds; nothing where a recording alone is listed.
  private(set) var received: MessageLog
  private(set) var recorded: RecordedLog?
  /// Where what is received begins in the recording; nil where it is not recorded, or nothing is received.
  private let start: UInt64?
  /// Rows before this one are not listed any more, whoever has them.
  private var floor: UInt64 = 0
  /// Whether nothing more is recorded.
  private var isOver = false

  init(_ received: MessageLog) {
    self.received = received
    start = nil
  }

  init(_ recorded: RecordedLog) {
    received = MessageLog(countLimit: 1, byteLimit: 1, framing: recorded.framing)
    self.recorded = recorded
    start = nil
  }

  /// What is received and recorded at once: its first row has the id with which `received` begins.
  init(_ received: MessageLog, recordedIn recorded: RecordedLog) {
    self.received = received
    self.recorded = recorded
    start = received.firstID
  }

  /// Whether a recording is listed that somebody else makes, or made.
  var isRecordingAlone: Bool { recorded != nil && start == nil }

  /// Whether there are rows that were recorded before this server ran.
  var hasEarlierRuns: Bool { start.map { firstID < $0 } ?? false }

  /// The ids of what this server has received, or of all where there is no such server.
  var ownIDs: Range<UInt64> { max(firstID, min(start ?? firstID, endID))..<endID }

  /// The run that a row of the recording is of, if not of the one that goes on here.
  func earlierRun(of id: UInt64) -> (run: ExportedRun, ids: Range<UInt64>)? {
    start.map { id >= $0 } == true ? nil : recorded?.rows.run(of: id)
  }

  var firstID: UInt64 {
    guard let recorded else { return received.firstID }
    guard start != nil else { return recorded.firstID }
    // A log has no holes: where rows are in neither, it begins after them.
    let isApart = isOver && recorded.endID < received.firstID
    return max(floor, isApart ? received.firstID : min(recorded.firstID, received.firstID))
  }

  var endID: UInt64 { isRecordingAlone ? recorded?.endID ?? 0 : received.endID }
  var isLasting: Bool { recorded == nil }
  var isNearlyFull: Bool { received.isNearlyFull }
  var sliceRows: Int { recorded?.sliceRows ?? received.sliceRows }
  var readingCost: Int { recorded?.readingCost ?? 0 }

  subscript(id: UInt64) -> MessageLog.Row? {
    if let row = received[id] { return row }
    return id >= firstID && id < endID ? recorded?.row(id) : nil
  }

  func stretch(of id: UInt64, isReversed: Bool) -> Stretch? {
    if let chunk = received.stretch(of: id, isReversed: isReversed) { return .received(chunk) }
    return recorded?.stretch(of: id, isReversed: isReversed).map { .recorded($0, gap(around: id)) }
  }

  func scan(_ ids: Range<UInt64>, isReversed: Bool, reading content: RowContent, _ body: RowVisitor) -> UInt64 {
    let held = ids.clamped(to: firstID..<endID)
    if let recorded, let nearest = isReversed ? held.last : held.first, !received.holds(nearest) {
      let part = held.clamped(to: gap(around: nearest))
      let next = recorded.scanInBulk(part, isReversed: isReversed, reading: content, body)
      if next != (isReversed ? part.upperBound : part.lowerBound) { return next }
    }
    return scanStretches(ids, isReversed: isReversed, body)
  }

  /// The ids around one that memory has no row of.
  private func gap(around id: UInt64) -> Range<UInt64> {
    isRecordingAlone ? 0..<max(endID, id + 1) : received.gap(around: id)
  }

  /// Whether a row is on its way into the recording, and nowhere else.
  func isAwaited(_ id: UInt64) -> Bool {
    guard start != nil, !isOver, !received.holds(id) else { return false }
    return recorded?.stretch(of: id, isReversed: false) == nil
  }

  func shownCount(_ record: MessageRecord, _ peer: Peer?, _ bytes: UnsafeRawBufferPointer) -> Int {
    record.shownCount(peer, bytes, received.framing)
  }

  func subject(of id: UInt64, before: UInt64?) -> DetailSubject? {
    self[id]?.subject(id, before: before.flatMap { self[$0] }, received.framing)
  }

  func searchStart(ofMessage number: UInt64, near id: UInt64?) -> UInt64 {
    guard let recorded else { return received.searchStart(ofMessage: number, near: id) }
    guard let start else { return recorded.searchStart(ofMessage: number, near: id) }
    guard (id ?? start) >= start else { return recorded.searchStart(ofMessage: number, near: id) }
    // What memory has may not be in the file yet.
    if let oldest = received.oldestSequence, oldest <= number { return received.firstID }
    return recorded.rows.id(ofMessage: number, inRunOf: start) ?? received.firstID
  }

  func append(row id: UInt64, as format: OutputFormat, to output: inout [UInt8]) {
    if received.holds(id) {
      received.append(row: id, as: format, to: &output)
    } else {
      recorded?.append(row: id, as: format, to: &output)
    }
  }

  // MARK: The log changes

  mutating func append(_ batch: MessageBatch) { received.append(batch) }

  /// Adds an event as a row. What this screen was too slow for is none where it is recorded: its rows are there.
  mutating func append(event: ServerEvent) {
    if start != nil, !isOver {
      if case .dropped(let drop, _) = event, drop.agent == .server { return received.skip(drop.count + drop.notices) }
      if case .recordingFailed = event { endRecording() }
    }
    received.append(event: event)
  }

  /// Takes what is in the recording for all that there will be.
  private mutating func endRecording() {
    isOver = true
    recorded?.refresh()
    floor = max(floor, received.gaplessID(after: recorded?.endID ?? received.endID))
  }

  /// Looks for what became of a recording since.
  mutating func refresh() {
    if start == nil { recorded?.refresh() } else { recorded?.refreshStart() }
  }

  /// Forgets every row of this server; a recording stays as it is.
  mutating func clear() {
    received.clear()
    floor = received.endID
  }
}

extension ServerLog {
  /// A stretch of memory, or of the recording.
  enum Stretch: LogStretch {
    case received(MessageChunk)
    /// With the ids that memory has no row of: the others are not the page's to tell of.
    case recorded(RecordedPage, Range<UInt64>)

    var range: Range<UInt64> {
      switch self {
      case .received(let chunk): chunk.range
      case .recorded(let page, let gap): page.range.clamped(to: gap)
      }
    }

    func places(of ids: Range<UInt64>) -> Range<Int> {
      switch self {
      case .received(let chunk): chunk.places(of: ids)
      case .recorded(let page, let gap): page.places(of: ids.clamped(to: gap))
      }
    }

    func visit(_ places: Range<Int>, isReversed: Bool, _ body: RowVisitor) -> UInt64? {
      switch self {
      case .received(let chunk): chunk.visit(places, isReversed: isReversed, body)
      case .recorded(let page, _): page.visit(places, isReversed: isReversed, body)
      }
    }
  }
}
