/// A pattern's automaton made deterministic beforehand, as far as that stays small: it finds whether there is a match,
/// and where its threads begin, at one look-up a symbol.
///
/// Where the table ends, the automaton's sets go on by themselves, until they are back at the start.
struct PatternTable: Hashable, Sendable {
  private enum Entry {
    /// Not worked out.
    static let unknown: Int32 = -1
    /// A match ends here.
    static let match: Int32 = -2
  }

  private let automaton: PatternAutomaton
  /// For each state and class of symbols, the next state's row.
  private var rows: [Int32] = []
  /// For each state, the positions it stands for.
  private var sets: [[UInt64]] = []
  /// The row of the state in which no match has begun; a set that equals its set may hold threads, and has another row.
  private var startRow = 0

  private let maximumStates: Int

  static let maximumStates = 512
  private static let maximumEntries = 1 << 16
  /// Words of sets that may be worked on, which bounds the time that a pattern takes to compile.
  private static let maximumWork = 1 << 21

  init(_ automaton: PatternAutomaton, maximumStates: Int = PatternTable.maximumStates) {
    self.automaton = automaton
    self.maximumStates = maximumStates
    append(automaton.textStart)
    append(automaton.start)
    startRow = automaton.classes.count
    var numbers: [[UInt64]: Int] = [:]
    var work = 0
    var state = 0
    while state < sets.count, work < PatternTable.maximumWork {
      let active = sets[state].reduce(0) { $0 + $1.nonzeroBitCount }
      work += (active + 8) * automaton.wordCount * automaton.classes.count
      for symbols in 0..<automaton.classes.count {
        let entry = entry(after: sets[state], symbols, &numbers)
        rows[state * automaton.classes.count + symbols] = entry
      }
      state += 1
    }
  }

  private mutating func append(_ set: [UInt64]) {
    sets.append(set)
    rows.append(contentsOf: repeatElement(Entry.unknown, count: automaton.classes.count))
  }

  private mutating func entry(after set: [UInt64], _ symbols: Int, _ numbers: inout [[UInt64]: Int]) -> Int32 {
    var next = [UInt64](repeating: 0, count: automaton.wordCount)
    _ = automaton.step(set, on: symbols, into: &next)
    guard next.contains(where: { $0 != 0 }) else { return Int32(startRow) }
    for word in next.indices { next[word] |= automaton.start[word] }
    guard !PatternAutomaton.contains(automaton.matchBit, in: next) else { return Entry.match }
    if let number = numbers[next] { return Int32(number * automaton.classes.count) }
    guard sets.count < maximumStates,
      rows.count + automaton.classes.count <= PatternTable.maximumEntries
    else { return Entry.unknown }
    numbers[next] = sets.count
    append(next)
    return Int32((sets.count - 1) * automaton.classes.count)
  }

  // MARK: Matching

  /// What a look-up costs, in steps of a `WorkBudget`, with an ASCII character and with another symbol.
  private static let cost = 2
  private static let decodingCost = 10

  /// Where a search stands.
  struct Search: Sendable {
    fileprivate var index: Int
    fileprivate var row: Int
    /// The positions, where the table has ended.
    fileprivate var set: [UInt64]?
    /// A place before which no match begins, if one begins after it.
    fileprivate(set) var quietEnd: Int
  }

  /// A search that begins at `start`, a border between scalars.
  func search(from start: Int) -> Search {
    Search(index: start, row: start == 0 ? 0 : startRow, quietEnd: start)
  }

  /// Looks for a match that begins before `limit`, and if there is one moves the search's `quietEnd` near its begin. (One
  /// that begins at `limit` or after it may be found too, one that ends `reach` bytes after it may not.)
  func advance(
    _ search: inout Search,
    in bytes: UnsafeRawBufferPointer,
    before limit: Int = .max,
    reach: Int = .max,
    _ budget: inout WorkBudget
  ) -> SearchOutcome<Void> {
    let end = limit < bytes.count && reach < bytes.count - limit ? limit + reach : bytes.count
    let first = search.index == 0 ? automaton.textStart : automaton.start
    if PatternAutomaton.contains(automaton.matchBit, in: first) { return .found(()) }
    while search.index < end {
      guard !budget.isSpent else { return .paused }
      let isMatch =
        if let set = search.set {
          goOn(&search, from: set, in: bytes, end, &budget)
        } else {
          lookUp(&search, in: bytes, end, before: limit, &budget)
        }
      if isMatch { return .found(()) }
      if search.set == nil, search.row == startRow, search.index >= limit { return .missing }
    }
    guard end == bytes.count else { return .missing }
    let last = search.set ?? sets[search.row / automaton.classes.count]
    return PatternAutomaton.contains(automaton.endBit, in: last) ? .found(()) : .missing
  }

  /// Goes on by the table: to a match, which is true, to where the table or the budget ends, or to `limit` or `end`.
  private func lookUp(
    _ search: inout Search,
    in bytes: UnsafeRawBufferPointer,
    _ end: Int,
    before limit: Int,
    _ budget: inout WorkBudget
  ) -> Bool {
    var (index, row, quietEnd) = (search.index, search.row, search.quietEnd)
    var left = budget.left
    defer {
      (search.index, search.row, search.quietEnd) = (index, row, quietEnd)
      budget.spend(budget.left - left)
    }
    while index < end, left > 0 {
      let start = index
      left &-= bytes[index] < 0x80 ? PatternTable.cost : PatternTable.decodingCost
      let symbols = automaton.classes.next(in: bytes, at: &index)
      let next = rows[row &+ symbols]
      if next >= 0 {
        row = Int(next)
      } else if next == Entry.match {
        return true
      } else {
        index = start
        search.set = sets[row / automaton.classes.count]
        return false
      }
      if row == startRow {
        quietEnd = index
        if index >= limit { return false }
      }
    }
    return false
  }

  /// Goes on without the table: to a match, which is true, to where nothing that began is left, or to `end` or the budget's.
  private func goOn(
    _ search: inout Search,
    from set: [UInt64],
    in bytes: UnsafeRawBufferPointer,
    _ end: Int,
    _ budget: inout WorkBudget
  ) -> Bool {
    var current = set
    var next = set
    var index = search.index
    defer { search.index = index }
    while index < end, !budget.isSpent {
      let symbols = automaton.classes.next(in: bytes, at: &index)
      budget.spend(automaton.step(current, on: symbols, into: &next))
      guard next.contains(where: { $0 != 0 }) else {
        search.set = nil
        search.row = startRow
        search.quietEnd = index
        return false
      }
      for word in next.indices { next[word] |= automaton.start[word] }
      swap(&current, &next)
      if PatternAutomaton.contains(automaton.matchBit, in: current) { return true }
    }
    search.set = current
    return false
  }
}
