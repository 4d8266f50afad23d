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
      if let set = PatternMoves.union(parts) { return add(.symbol(set), before: next) }
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

  /// The set that a choice between single symbols is, which is one position in place of one for each.
  private static func union(_ parts: [PatternSyntax]) -> SymbolSet? {
    var ranges: [Range<UInt32>] = []
    for part in parts {
      guard case .symbol(let set) = part else { return nil }
      ranges += set.ranges
    }
    return SymbolSet(ranges)
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
