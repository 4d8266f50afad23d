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

/// Thompson's construction: a pattern as moves, of which most are empty.
struct PatternMoves {
  private enum Move {
    case match
    case position(Int)
    case fork([Int])
    case textStart(Int)
    case textEnd(Int)
  }

  private var moves: [Move] = [.match]
  private(set) var positions: [(set: SymbolSet, next: Int)] = []

  let match = 0

  /// Adds `syntax` so that it goes on at `next`, and returns where it begins.
  mutating func add(_ syntax: PatternSyntax, before next: Int) -> Int {
    switch syntax {
    case .empty: return next
    case .symbol(let set):
      positions.append((set, next))
      return add(.position(positions.count - 1))
    case .textStart: return add(.textStart(next))
    case .textEnd: return add(.textEnd(next))
    case .sequence(let parts): return parts.reversed().reduce(next) { add($1, before: $0) }
    case .choice(let parts):
      let entries = parts.map { add($0, before: next) }
      return add(.fork(entries))
    case .repetition(let part, let least, let most):
      var entry = next
      if let most {
        for _ in least..<most { entry = add(.fork([add(part, before: entry), next])) }
      } else {
        entry = add(.fork([]))
        moves[entry] = .fork([add(part, before: entry), next])
      }
      for _ in 0..<least { entry = add(part, before: entry) }
      return entry
    }
  }

  private mutating func add(_ move: Move) -> Int {
    moves.append(move)
    return moves.count - 1
  }

  /// The positions and kinds of match that empty moves lead to.
  func closure(of entry: Int, atTextStart: Bool, wordCount: Int) -> [UInt64] {
    var set = [UInt64](repeating: 0, count: wordCount)
    // Past a `$` only a match counts, so a move can be met once on either side of one.
    var isVisited = [Bool](repeating: false, count: 2 * moves.count)
    var pending = [(move: entry, isPastEnd: false)]
    while let (move, isPastEnd) = pending.popLast() {
      let mark = 2 * move + (isPastEnd ? 1 : 0)
      guard !isVisited[mark] else { continue }
      isVisited[mark] = true
      var bit: Int?
      switch moves[move] {
      case .match: bit = positions.count + (isPastEnd ? 1 : 0)
      case .position(let position): bit = isPastEnd ? nil : position
      case .fork(let entries): for next in entries { pending.append((next, isPastEnd)) }
      case .textStart(let next): if atTextStart { pending.append((next, isPastEnd)) }
      case .textEnd(let next): pending.append((next, true))
      }
      if let bit { set[bit >> 6] |= 1 << UInt64(bit & 63) }
    }
    return set
  }
}
