/// A stretch of a log's rows, with the bytes they are ranges of.
protocol LogChunk: Sendable {
  /// The id of its first row.
  var firstID: UInt64 { get }
  var rowCount: Int { get }
  /// The memory it counts for, in bytes.
  var byteCount: Int { get }

  /// No row will be added any more: gives back what only an open chunk needs.
  mutating func seal()
}

extension LogChunk {
  mutating func seal() {}
}

/// The rows that a log remembers, bounded by count and by bytes; the oldest go first.
struct LogChunks<Chunk: LogChunk>: Sendable {
  private var chunks: [Chunk] = []
  /// Whether the newest chunk takes no more rows.
  private var isSealed = false
  private let countLimit: Int
  private let byteLimit: Int
  /// What one chunk should hold at most, so that little goes at once.
  private let chunkBytes: Int
  private let chunkRows: Int
  /// The chunks' bytes, as they count them.
  private(set) var byteCount = 0
  /// The id of the oldest row that is held.
  private(set) var firstID: UInt64
  /// One past the newest row's id.
  private(set) var endID: UInt64

  init(countLimit: Int, byteLimit: Int, firstID: UInt64 = 0) {
    self.firstID = firstID
    endID = firstID
    self.countLimit = max(1, countLimit)
    self.byteLimit = max(1, byteLimit)
    chunkBytes = min(512 << 10, max(1, byteLimit / 16))
    chunkRows = min(4096, max(1, countLimit / 16))
  }

  var count: Int { Int(endID - firstID) }

  /// Whether the oldest rows may go when the next ones come, as long as these are not many.
  var isNearlyFull: Bool { count + 2 * chunkRows > countLimit || byteCount + 2 * chunkBytes > byteLimit }

  subscript(index: Int) -> Chunk {
    _read { yield chunks[index] }
    _modify { yield &chunks[index] }
  }

  /// Adds rows: `extend` puts them into the newest chunk, if they fit there, or else `make` makes a chunk of them, which
  /// begins with the id it is given. `bytes` is what they may add at most. True if rows went at the front.
  mutating func append(
    rows: Int,
    bytes: Int,
    extend: (inout Chunk) -> Void,
    make: (_ firstID: UInt64) -> Chunk
  ) -> Bool {
    // What comes in bulk is a chunk by itself: in another one it would be copied, and once more when that is sealed.
    let isBulk = bytes >= chunkBytes / 8 || rows >= chunkRows / 8
    let last = chunks.count - 1
    if last >= 0, !isSealed, !isBulk, chunks[last].byteCount + bytes <= chunkBytes,
      chunks[last].rowCount + rows <= chunkRows
    {
      let before = chunks[last].byteCount
      extend(&chunks[last])
      byteCount += chunks[last].byteCount - before
    } else {
      seal()
      let chunk = make(endID)
      byteCount += chunk.byteCount
      chunks.append(chunk)
      isSealed = false
      if isBulk || chunk.byteCount >= chunkBytes || chunk.rowCount >= chunkRows { seal() }
    }
    endID += UInt64(rows)
    return trim()
  }

  /// Leaves out so many ids, of rows that it is not given.
  mutating func skip(_ count: UInt64) {
    seal()
    endID += count
    if chunks.isEmpty { firstID = endID } else { _ = trim() }
  }

  /// The ids around one that is not held, up to those that are.
  func gap(around id: UInt64) -> Range<UInt64> {
    guard id >= firstID else { return 0..<firstID }
    var (low, high) = (0, chunks.count)
    while low < high {
      let middle = (low + high) / 2
      if chunks[middle].firstID <= id { low = middle + 1 } else { high = middle }
    }
    let start = low > 0 ? chunks[low - 1].firstID + UInt64(chunks[low - 1].rowCount) : firstID
    return min(start, id)..<max(low < chunks.count ? chunks[low].firstID : endID, id + 1)
  }

  /// The first id after which none is left out, but for those before `id`.
  func gaplessID(after id: UInt64) -> UInt64 {
    var start = endID
    for chunk in chunks.reversed() {
      guard chunk.firstID + UInt64(chunk.rowCount) == start || start <= id else { return start }
      start = chunk.firstID
    }
    let oldest = max(firstID, start)
    return oldest <= id ? 0 : oldest
  }

  /// Forgets every row; ids go on counting.
  mutating func removeAll() {
    chunks.removeAll()
    byteCount = 0
    firstID = endID
  }

  /// Where a row is: its chunk, and its place there; nil when it is not held.
  func place(of id: UInt64) -> (chunk: Int, row: Int)? {
    guard id >= firstID, id < endID else { return nil }
    var low = 0
    var high = chunks.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if chunks[middle].firstID <= id { low = middle } else { high = middle - 1 }
    }
    let row = Int(id - chunks[low].firstID)
    return row < chunks[low].rowCount ? (low, row) : nil
  }

  private mutating func seal() {
    guard !isSealed, let last = chunks.indices.last else { return }
    let before = chunks[last].byteCount
    chunks[last].seal()
    byteCount += chunks[last].byteCount - before
    isSealed = true
  }

  private mutating func trim() -> Bool {
    // Rows go one by one, for a chunk may be a batch nearly as long as the whole log; memory goes by chunks.
    let oldFirst = firstID
    if count > countLimit { firstID = endID - UInt64(countLimit) }
    var excess = 0
    while excess < chunks.count - 1, byteCount > byteLimit || chunks[excess + 1].firstID <= firstID {
      byteCount -= chunks[excess].byteCount
      firstID = max(firstID, chunks[excess + 1].firstID)
      excess += 1
    }
    chunks.removeFirst(excess)
    return firstID > oldFirst
  }
}
