/// A pattern as a nondeterministic automaton without empty moves: each position takes one symbol, and what can come
/// after it is a set of bits, so that a step of all threads together is a few ORs and never more than the positions.
struct PatternAutomaton: Hashable, Sendable {
  /// Words in a set of positions. Behind the positions' bits there are two more: matched, and matched if nothing follows.
  let wordCount: Int
  let positionCount: Int
  /// Where a match can begin inside the bytes, and at their very start.
  let start: [UInt64]
  let textStart: [UInt64]
  let classes: SymbolClasses
  /// For each position, the set after it.
  private let following: [UInt64]
  /// The positions that lead to the one before them, as most do, for a sequence is numbered from its end; and those that
  /// lead elsewhere.
  private let steppers: [UInt64]
  private let leapers: [UInt64]
  /// For each class of symbols, the positions that take it.
  private let takers: [UInt64]

  /// The bit of a match, and of one that holds only where the bytes end.
  var matchBit: Int { positionCount }
  var endBit: Int { positionCount + 1 }

  init(_ syntax: PatternSyntax) {
    var moves = PatternMoves()
    let entry = moves.add(syntax, before: moves.match)
    let sets = moves.positions.map(\.set)
    positionCount = sets.count
    let wordCount = (sets.count + 2 + 63) / 64
    self.wordCount = wordCount
    start = moves.closure(of: entry, atTextStart: false, wordCount: wordCount)
    textStart = moves.closure(of: entry, atTextStart: true, wordCount: wordCount)
    following = moves.positions.flatMap { moves.closure(of: $0.next, atTextStart: false, wordCount: wordCount) }
    var steppers = [UInt64](repeating: 0, count: wordCount)
    var leapers = steppers
    for position in sets.indices {
      let row = following[(position * wordCount)..<((position + 1) * wordCount)]
      let bit: UInt64 = 1 << UInt64(position & 63)
      let isStepper = position > 0 && row[row.startIndex + (position - 1) >> 6] >> UInt64((position - 1) & 63) & 1 == 1
      if isStepper { steppers[position >> 6] |= bit }
      if row.reduce(0, { $0 + $1.nonzeroBitCount }) > (isStepper ? 1 : 0) { leapers[position >> 6] |= bit }
    }
    self.steppers = steppers
    self.leapers = leapers
    let (classes, members) = SymbolClasses.partition(sets)
    self.classes = classes
    var takers = [UInt64](repeating: 0, count: members.count * wordCount)
    for (number, positions) in members.enumerated() {
      for position in positions { takers[number * wordCount + position >> 6] |= 1 << UInt64(position & 63) }
    }
    self.takers = takers
  }

  static func contains(_ bit: Int, in set: [UInt64]) -> Bool { set[bit >> 6] >> UInt64(bit & 63) & 1 == 1 }

  /// Makes `next` what the positions of `current` lead to on a symbol of class `symbols`; returns what that cost,
  /// in steps of a `WorkBudget`.
  @inline(__always)
  func step(_ current: [UInt64], on symbols: Int, into next: inout [UInt64]) -> Int {
    let row = symbols &* wordCount
    var carry: UInt64 = 0
    var cost = 4 &+ 3 &* wordCount
    for word in (0..<wordCount).reversed() {
      let moved = current[word] & takers[row &+ word] & steppers[word]
      next[word] = moved >> 1 | carry
      carry = moved << 63
    }
    for word in 0..<wordCount {
      var bits = current[word] & takers[row &+ word] & leapers[word]
      while bits != 0 {
        let position = word &* 64 &+ bits.trailingZeroBitCount
        bits &= bits &- 1
        for other in 0..<wordCount { next[other] |= following[position &* wordCount &+ other] }
        cost &+= wordCount
      }
    }
    return cost
  }

  @inline(__always)
  func takes(_ position: Int, _ symbols: Int) -> Bool {
    takers[symbols &* wordCount &+ position >> 6] >> UInt64(position & 63) & 1 == 1
  }

  /// The part of the set after `position` that lies in word `word`.
  @inline(__always)
  func following(_ position: Int, word: Int) -> UInt64 { following[position &* wordCount &+ word] }
}
