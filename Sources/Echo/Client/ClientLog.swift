package import Wire

/// What a client's view remembers: messages sent with what became of them, messages received, and events; bounded by count
/// and by bytes.
///
/// A row is a range of its chunk's bytes, never an object of its own; whole chunks go at the front.
package struct ClientLog: Sendable {
  /// What has become of a message that was sent.
  package enum Fate: Hashable, Sendable {
    case queued
    /// The kernel has it, and no reply is awaited.
    case written
    case waiting
    /// Answered, after so many nanoseconds.
    case answered(Int64)
    case timedOut
    /// Answered after it had timed out.
    case late(Int64)
    /// The connection ended first: whether it arrived is unknown.
    case failed
  }

  package enum Kind: Hashable, Sendable {
    case sent(Fate)
    case received
    /// Text of our own.
    case event
    case alert
  }

  package struct Row: Sendable {
    package let kind: Kind
    package let time: Timestamp
    package let wireCount: UInt64
    package let flags: MessageRecord.Flags
    package let payload: ArraySlice<UInt8>
  }

  private struct Record: Sendable {
    var kind: Kind
    let time: Timestamp
    let wireCount: UInt64
    let flags: MessageRecord.Flags
    let offset: UInt32
    let count: UInt32
  }

  private struct Chunk: Sendable {
    let firstID: UInt64
    var records: [Record] = []
    var bytes: [UInt8] = []
  }

  private var chunks: [Chunk] = []
  /// Rows of the messages whose fate can still change, by message.
  private var open: [UInt64: UInt64] = [:]
  private let countLimit: Int
  private let byteLimit: Int
  private let chunkBytes: Int
  private let chunkRows: Int
  /// Payload bytes held.
  package private(set) var byteCount = 0
  /// The id of the oldest row that is held; rows are numbered from 0.
  package private(set) var firstID: UInt64 = 0
  /// One past the newest row's id.
  package private(set) var endID: UInt64 = 0

  package init(countLimit: Int, byteLimit: Int) {
    self.countLimit = max(1, countLimit)
    self.byteLimit = max(1, byteLimit)
    chunkBytes = min(256 << 10, max(1, byteLimit / 16))
    chunkRows = min(4096, max(1, countLimit / 16))
  }

  package var count: Int { Int(endID - firstID) }

  package subscript(id: UInt64) -> Row? {
    guard let place = place(of: id) else { return nil }
    let chunk = chunks[place.chunk]
    let record = chunk.records[place.record]
    let start = Int(record.offset)
    return Row(
      kind: record.kind,
      time: record.time,
      wireCount: record.wireCount,
      flags: record.flags,
      payload: chunk.bytes[start..<(start + Int(record.count))]
    )
  }

  // MARK: Rows come

  /// A message of the user's, on its way out.
  package mutating func append(message: UInt64, payload: some Collection<UInt8>, wireCount: UInt64, at time: Timestamp)
  {
    open[message] = endID
    append(.sent(.queued), payload, wireCount: wireCount, at: time)
  }

  package mutating func append(
    received payload: some Collection<UInt8>,
    wireCount: UInt64,
    flags: MessageRecord.Flags,
    at time: Timestamp
  ) {
    append(.received, payload, wireCount: wireCount, flags: flags, at: time)
  }

  /// Something to tell, which is text of our own.
  package mutating func append(notice: String, isAlert: Bool, at time: Timestamp) {
    append(isAlert ? .alert : .event, notice.utf8, wireCount: 0, at: time)
  }

  /// Notes what has become of a message; false when its row is no longer held.
  @discardableResult package mutating func mark(_ message: UInt64, _ fate: Fate) -> Bool {
    guard let id = open[message], let place = place(of: id) else {
      open[message] = nil
      return false
    }
    chunks[place.chunk].records[place.record].kind = .sent(fate)
    switch fate {
    case .queued, .waiting, .timedOut: break
    case .written, .answered, .late, .failed: open[message] = nil
    }
    return true
  }

  // MARK: Inside

  private mutating func append(
    _ kind: Kind,
    _ payload: some Collection<UInt8>,
    wireCount: UInt64,
    flags: MessageRecord.Flags = [],
    at time: Timestamp
  ) {
    let count = payload.count
    let isFull = chunks.last.map { $0.bytes.count + count > chunkBytes || $0.records.count >= chunkRows } ?? true
    if isFull { chunks.append(Chunk(firstID: endID)) }
    let last = chunks.count - 1
    let record = Record(
      kind: kind,
      time: time,
      wireCount: wireCount,
      flags: flags,
      offset: UInt32(chunks[last].bytes.count),
      count: UInt32(count)
    )
    chunks[last].records.append(record)
    chunks[last].bytes.append(contentsOf: payload)
    byteCount += count
    endID += 1
    trim()
  }

  private mutating func trim() {
    var excess = 0
    while excess < chunks.count - 1, count > countLimit || byteCount > byteLimit {
      byteCount -= chunks[excess].bytes.count
      firstID = chunks[excess + 1].firstID
      excess += 1
    }
    guard excess > 0 else { return }
    chunks.removeFirst(excess)
    open = open.filter { $0.value >= firstID }
  }

  private func place(of id: UInt64) -> (chunk: Int, record: Int)? {
    guard id >= firstID, id < endID else { return nil }
    var low = 0
    var high = chunks.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if chunks[middle].firstID <= id { low = middle } else { high = middle - 1 }
    }
    return (low, Int(id - chunks[low].firstID))
  }
}
