@testable import Echo

/// A regular expression's meaning, written as plainly as can be: every way in which a tree can match is tried.
struct PatternOracle {
  let symbols: [PatternSymbol]

  /// Where the matches of `syntax` that begin at `place` end.
  func ends(_ syntax: PatternSyntax, from place: Int) -> Set<Int> {
    switch syntax {
    case .empty: return [place]
    case .symbol(let set): return place < symbols.count && set.contains(symbols[place]) ? [place + 1] : []
    case .textStart: return place == 0 ? [place] : []
    case .textEnd: return place == symbols.count ? [place] : []
    case .sequence(let parts):
      return parts.reduce([place]) { places, part in Set(places.flatMap { ends(part, from: $0) }) }
    case .choice(let parts): return Set(parts.flatMap { ends($0, from: place) })
    case .repetition(let part, let least, let most):
      var places: Set<Int> = [place]
      for _ in 0..<least { places = Set(places.flatMap { ends(part, from: $0) }) }
      var all = places
      for _ in least..<(most ?? (least + symbols.count + 1)) {
        places = Set(places.flatMap { ends(part, from: $0) })
        all.formUnion(places)
      }
      return all
    }
  }

  /// The leftmost match at `start` or after it, the longest of these, in symbols.
  func firstMatch(_ syntax: PatternSyntax, from start: Int) -> Range<Int>? {
    for place in start..<(symbols.count + 1) {
      if let end = ends(syntax, from: place).max() { return place..<end }
    }
    return nil
  }
}
