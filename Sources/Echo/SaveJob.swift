import Wire

/// Rows on their way to a file, a slice at a time, as the log was when the user asked.
struct SaveJob<Log: StretchedLog>: Sendable {
  enum Scope: Sendable {
    case all
    case filtered(Filter, Framing)
    case chosen(Set<UInt64>)
  }

  /// Rows that one slice looks at.
  private static var sliceRows: UInt64 { 1024 }

  let path: String
  /// Whether the file is open and wants bytes.
  var isReady = false
  /// Rows written so far.
  private(set) var count: UInt64 = 0
  private let log: Log
  private let scope: Scope
  private let format: OutputFormat
  private var next: UInt64
  /// How far the filter has come with the next row.
  private var progress = FilterProgress()

  /// The format goes by the name: JSON lines for `.json`, `.jsonl` and `.ndjson`, else text.
  init(path: String, log: Log, scope: Scope) {
    self.path = path
    self.log = log
    self.scope = scope
    format = [".json", ".jsonl", ".ndjson"].contains { path.hasSuffix($0) } ? .json : .text
    next = log.firstID
  }

  /// The share of the work that is done, in percent.
  var percent: Int { Figures.percent(next - log.firstID, of: log.endID - log.firstID) }

  /// The next rows as they go into the file, which may be none of a slice; nil when all are written.
  mutating func slice(_ budget: inout WorkBudget) -> [UInt8]? {
    guard next < log.endID else { return nil }
    var found: [UInt64] = []
    var bytes = 0
    var isOpen = false
    let end = min(log.endID, next + SaveJob.sliceRows)
    // Not in bulk: what is wanted is read once more, from the same stretches.
    next = log.scanStretches(next..<end, isReversed: false) { id, record, peer, payload in
      let isWanted = isWanted(id, record, peer, payload, &budget)
      if isWanted == true { found.append(id) }
      isOpen = isWanted == nil
      bytes += payload.count
      return !isOpen && bytes < RowList.sliceBytes
    }
    if isOpen { next -= 1 }
    var output: [UInt8] = []
    for id in found { log.append(row: id, as: format, to: &output) }
    count += UInt64(found.count)
    return output
  }

  /// nil when the budget was spent before that was known.
  private mutating func isWanted(
    _ id: UInt64,
    _ record: MessageRecord,
    _ peer: Peer?,
    _ payload: UnsafeRawBufferPointer,
    _ budget: inout WorkBudget
  ) -> Bool? {
    switch scope {
    case .all: return true
    case .chosen(let ids): return ids.contains(id)
    case .filtered(let filter, let framing):
      progress.begin(id)
      let row = FilterRow(record: record, peer: peer, bytes: payload, framing: framing)
      return filter.matches(row, &progress, &budget)
    }
  }
}
