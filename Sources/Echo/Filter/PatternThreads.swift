/// Finds a match's range: the automaton's threads, each with the place where it began.
///
/// Of two threads at one position the one that began first stays, so that there are never more than positions.
struct PatternThreads {
  private let automaton: PatternAutomaton
  private let bytes: UnsafeRawBufferPointer
  private var index: Int
  private var active: [Int] = []
  private var nextActive: [Int] = []
  /// Where the thread at a position began; `none` where there is no thread.
  private var begins: [Int]
  private var nextBegins: [Int]
  private var best: Range<Int>?

  private static let none = Int.max

  init(_ automaton: PatternAutomaton, _ bytes: UnsafeRawBufferPointer, from start: Int) {
    self.automaton = automaton
    self.bytes = bytes
    index = start
    begins = [Int](repeating: PatternThreads.none, count: automaton.positionCount)
    nextBegins = begins
  }

  /// The leftmost match, the longest of these; of what there is within `reach` bytes from the begin of the first one found.
  mutating func run(reach: Int) -> Range<Int>? {
    beginThreads()
    while index < bytes.count {
      if let best, active.isEmpty || index - best.lowerBound >= reach { break }
      advance()
    }
    return best
  }

  private mutating func advance() {
    let symbols = automaton.classes.next(in: bytes, at: &index)
    swap(&active, &nextActive)
    swap(&begins, &nextBegins)
    active.removeAll(keepingCapacity: true)
    for position in nextActive {
      let begin = nextBegins[position]
      nextBegins[position] = PatternThreads.none
      guard automaton.takes(position, symbols), begin <= best?.lowerBound ?? .max else { continue }
      automaton.forEach(after: position) { reach($0, begin) }
    }
    beginThreads()
  }

  /// A match may begin here, unless one has been found that began before.
  private mutating func beginThreads() {
    guard best == nil else { return }
    let set = index == 0 ? automaton.textStart : automaton.start
    for (word, bits) in set.enumerated() {
      var bits = bits
      while bits != 0 {
        reach(word * 64 + bits.trailingZeroBitCount, index)
        bits &= bits - 1
      }
    }
  }

  @inline(__always)
  private mutating func reach(_ bit: Int, _ begin: Int) {
    if bit < automaton.positionCount {
      if begins[bit] == PatternThreads.none { active.append(bit) }
      begins[bit] = min(begins[bit], begin)
    } else if bit == automaton.matchBit || index == bytes.count {
      guard let old = best, old.lowerBound < begin || (old.lowerBound == begin && old.upperBound >= index) else {
        best = begin..<index
        return
      }
    }
  }
}
