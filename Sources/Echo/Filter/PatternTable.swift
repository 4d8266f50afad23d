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
    automaton.step(set, on: symbols, into: &next)
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

  /// A place at `start` or after it before which no match begins, if one begins after it; nil when none begins before
  /// `limit`. (One that begins at `limit` or after it may be found too, one that ends `reach` bytes after it may not.)
  func find(
    in bytes: UnsafeRawBufferPointer,
    from start: Int,
    before limit: Int = .max,
    reach: Int = .max
  ) -> Int? {
    let end = limit < bytes.count && reach < bytes.count - limit ? limit + reach : bytes.count
    let first = start == 0 ? automaton.textStart : automaton.start
    if PatternAutomaton.contains(automaton.matchBit, in: first) { return start }
    var row = start == 0 ? 0 : startRow
    var index = start
    var quietEnd = start
    while index < end {
      let symbols = automaton.classes.next(in: bytes, at: &index)
      let next = rows[row &+ symbols]
      if next >= 0 {
        row = Int(next)
      } else if next == Entry.match {
        return quietEnd
      } else {
        guard let isMatch = goOn(from: sets[row / automaton.classes.count], symbols, in: bytes, at: &index, end)
        else { return nil }
        if isMatch { return quietEnd }
        row = startRow
      }
      if row == startRow {
        quietEnd = index
        if index >= limit { return nil }
      }
    }
    guard end == bytes.count else { return nil }
    let last = sets[row / automaton.classes.count]
    return PatternAutomaton.contains(automaton.endBit, in: last) ? quietEnd : nil
  }

  /// Goes on without the table: true at a match, false when nothing that began is left, nil at `end` without a match.
  private func goOn(
    from set: [UInt64],
    _ symbols: Int,
    in bytes: UnsafeRawBufferPointer,
    at index: inout Int,
    _ end: Int
  ) -> Bool? {
    var symbols = symbols
    var current = set
    var next = set
    while true {
      for word in next.indices { next[word] = 0 }
      automaton.step(current, on: symbols, into: &next)
      guard next.contains(where: { $0 != 0 }) else { return false }
      for word in next.indices { next[word] |= automaton.start[word] }
      swap(&current, &next)
      if PatternAutomaton.contains(automaton.matchBit, in: current) { return true }
      guard index < end else {
        return end == bytes.count && PatternAutomaton.contains(automaton.endBit, in: current) ? true : nil
      }
      symbols = automaton.classes.next(in: bytes, at: &index)
    }
  }
}
