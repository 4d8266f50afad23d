/// The messages of a replay that are under way, and what each is to be answered.
struct ReplayLedger: Sendable {
  /// What a reply on a stream is, by the order of the messages and by what it is made of.
  enum Reply: Hashable, Sendable {
    /// That to the first message that is open, whatever it says.
    case first(UInt64)
    /// One that a message got too late.
    case late
    /// One that nothing calls for: no message is open, or it says again what the reply before said.
    case surplus
  }

  /// Messages without a reply that are remembered for a late one.
  private static let owedLimit = 4096

  private struct Entry: Sendable {
    var sequence: UInt64
    var expected: [UInt8]?
    /// What it costs while it is under way, in bytes.
    var cost: Int
    var isSettled = false
    /// When it has waited long enough; nil before it was sent.
    var deadline: Int64?
  }

  private var entries: [Entry] = []
  /// The number of the first entry, by which the wire knows it.
  private var firstID: UInt64 = 1
  /// Entries at the beginning that are settled.
  private var settledStart = 0
  /// What messages that were given up are still to be answered, on a stream.
  private var owed: [[UInt8]] = []
  private var lastReply: [UInt8]?
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

  mutating func sent(_ id: UInt64, deadline: Int64) {
    guard id >= firstID, id < nextID else { return }
    entries[Int(id - firstID)].deadline = deadline
  }

  /// When the first message that is open has waited long enough; nil when there is none, or it was not sent.
  var firstDeadline: Int64? { settledStart < entries.count ? entries[settledStart].deadline : nil }

  /// Says what a reply on a stream is. None is lost there, and they come in the order of the messages, but a server may give
  /// one twice, and then those to the messages that follow are none the less theirs.
  mutating func identify(_ reply: ArraySlice<UInt8>) -> Reply {
    defer { lastReply = Array(reply) }
    if let first = owed.first, reply == first[...] {
      owed.removeFirst()
      return .late
    }
    guard firstDeadline != nil, let id = firstOpenID else { return .surplus }
    if let expected = entries[settledStart].expected, reply == expected[...] { return .first(id) }
    return reply == lastReply?[...] ? .surplus : .first(id)
  }

  /// The reply to a message that was given up may come all the same, before those to all others.
  mutating func owe(_ expected: [UInt8]) {
    if owed.count < ReplayLedger.owedLimit { owed.append(expected) }
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
