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
    let (classes, members) = SymbolClasses.partition(sets)
    self.classes = classes
    var takers = [UInt64](repeating: 0, count: members.count * wordCount)
    for (number, positions) in members.enumerated() {
      for position in positions { takers[number * wordCount + position >> 6] |= 1 << UInt64(position & 63) }
    }
    self.takers = takers
  }

  static func contains(_ bit: Int, in set: [UInt64]) -> Bool { set[bit >> 6] >> UInt64(bit & 63) & 1 == 1 }

  /// Adds to `next` what the positions of `current` lead to on a symbol of class `symbols`.
  @inline(__always)
  func step(_ current: [UInt64], on symbols: Int, into next: inout [UInt64]) {
    for word in 0..<wordCount {
      var bits = current[word] & takers[symbols &* wordCount &+ word]
      while bits != 0 {
        let position = word &* 64 &+ bits.trailingZeroBitCount
        bits &= bits &- 1
        for other in 0..<wordCount { next[other] |= following[position &* wordCount &+ other] }
      }
    }
  }

  @inline(__always)
  func takes(_ position: Int, _ symbols: Int) -> Bool {
    takers[symbols &* wordCount &+ position >> 6] >> UInt64(position & 63) & 1 == 1
  }

  /// Calls `body` with each bit of the set after `position`.
  @inline(__always)
  func forEach(after position: Int, _ body: (Int) -> Void) {
    for word in 0..<wordCount {
      var bits = following[position &* wordCount &+ word]
      while bits != 0 {
        body(word &* 64 &+ bits.trailingZeroBitCount)
        bits &= bits &- 1
      }
    }
  }
}
