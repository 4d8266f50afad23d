/// The messages of a replay that are under way, and what each is to be answered.
struct ReplayLedger: Sendable {
  private struct Entry: Sendable {
    var sequence: UInt64
    var expected: [UInt8]?
    /// What it costs while it is under way, in bytes.
    var cost: Int
    var isSettled = false
  }

  private var entries: [Entry] = []
  /// The number of the first entry, by which the wire knows it.
  private var firstID: UInt64 = 1
  /// Entries at the beginning that are settled.
  private var settledStart = 0
  private(set) var openCount = 0
  private(set) var openBytes = 0

  /// Messages from the first that is under way on, those that are settled among them.
  var spanCount: Int { entries.count - settledStart }

  /// The wire's number for the next message.
  var nextID: UInt64 { firstID + UInt64(entries.count) }

  mutating func post(_ message: ReplayMessage, expected: [UInt8]?) {
    let cost = message.payload.count + (expected?.count ?? 0)
    entries.append(Entry(sequence: message.sequence, expected: expected, cost: cost))
    openCount += 1
    openBytes += cost
  }

  /// The message is done with; nil if it was before.
  mutating func settle(_ id: UInt64) -> (sequence: UInt64, expected: [UInt8]?)? {
    guard id >= firstID, id < nextID else { return nil }
    let index = Int(id - firstID)
    guard !entries[index].isSettled else { return nil }
    let entry = entries[index]
    entries[index].isSettled = true
    entries[index].expected = nil
    openCount -= 1
    openBytes -= entry.cost
    while settledStart < entries.count, entries[settledStart].isSettled { settledStart += 1 }
    // Seldom enough to cost little, often enough to hold little.
    if settledStart >= 1024, settledStart * 2 >= entries.count {
      entries.removeFirst(settledStart)
      firstID += UInt64(settledStart)
      settledStart = 0
    }
    return (entry.sequence, entry.expected)
  }

  /// The wire's number of the first message that is under way; nil when there is none.
  var firstOpenID: UInt64? { settledStart < entries.count ? firstID + UInt64(settledStart) : nil }
}
