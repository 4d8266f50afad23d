/// Finds a match's range: the automaton's threads, each with the place where it began.
///
/// Of two threads at one position the one that began first stays, so that there are never more than positions.
struct PatternThreads: Sendable {
  private struct Thread {
    let position: Int
    let begin: Int
  }

  private let automaton: PatternAutomaton
  private var index: Int
  /// In the order of their begins: who comes first to a position may stay there.
  private var active: [Thread] = []
  private var previous: [Thread] = []
  /// The positions of the active threads, and the kinds of match that were reached with them.
  private var reached: [UInt64]
  private var best: Range<Int>?

  /// What making it and a thread costs, in steps of a `WorkBudget`.
  private static let cost = 200
  private static let threadCost = 6

  init(
    _ automaton: PatternAutomaton,
    in bytes: UnsafeRawBufferPointer,
    from start: Int,
    _ budget: inout WorkBudget
  ) {
    self.automaton = automaton
    index = start
    reached = [UInt64](repeating: 0, count: automaton.wordCount)
    beginThreads(in: bytes)
    budget.spend(PatternThreads.cost + PatternThreads.threadCost * active.count)
  }

  /// Looks for the leftmost match, the longest of these; of what there is within `reach` bytes from the begin of the first
  /// one found.
  mutating func advance(
    in bytes: UnsafeRawBufferPointer,
    reach: Int,
    _ budget: inout WorkBudget
  ) -> SearchOutcome<Range<Int>> {
    while index < bytes.count {
      if let best, active.isEmpty || index - best.lowerBound >= reach { break }
      guard !budget.isSpent else { return .paused }
      step(in: bytes, &budget)
    }
    return best.map { .found($0) } ?? .missing
  }

  private mutating func step(in bytes: UnsafeRawBufferPointer, _ budget: inout WorkBudget) {
    let symbols = automaton.classes.next(in: bytes, at: &index)
    swap(&active, &previous)
    active.removeAll(keepingCapacity: true)
    for word in reached.indices { reached[word] = 0 }
    var cost = previous.count + 8
    let last = best?.lowerBound ?? .max
    for thread in previous where thread.begin <= last && automaton.takes(thread.position, symbols) {
      for word in reached.indices {
        reach(automaton.following(thread.position, word: word), word: word, thread.begin, in: bytes)
      }
      cost += reached.count
    }
    beginThreads(in: bytes)
    budget.spend(cost + reached.count + PatternThreads.threadCost * active.count)
  }

  /// A match may begin here, unless one has been found that began before.
  private mutating func beginThreads(in bytes: UnsafeRawBufferPointer) {
    guard best == nil else { return }
    let set = index == 0 ? automaton.textStart : automaton.start
    for (word, bits) in set.enumerated() { reach(bits, word: word, index, in: bytes) }
  }

  /// A thread that began at `begin` comes to the positions of a word of a set.
  @inline(__always)
  private mutating func reach(_ set: UInt64, word: Int, _ begin: Int, in bytes: UnsafeRawBufferPointer) {
    var bits = set & ~reached[word]
    reached[word] |= bits
    while bits != 0 {
      let bit = word &* 64 &+ bits.trailingZeroBitCount
      bits &= bits &- 1
      if bit < automaton.positionCount {
        active.append(Thread(position: bit, begin: begin))
      } else if bit == automaton.matchBit || index == bytes.count {
        take(begin..<index)
      }
    }
  }

  private mutating func take(_ match: Range<Int>) {
    if let best, best.lowerBound < match.lowerBound || best == match { return }
    best = match
  }
}
