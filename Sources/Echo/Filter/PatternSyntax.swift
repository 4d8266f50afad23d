/// A regular expression as a tree.
indirect enum PatternSyntax: Hashable, Sendable {
  case empty
  case symbol(SymbolSet)
  /// `^`: where the bytes begin.
  case textStart
  /// `$`: where the bytes end.
  case textEnd
  case sequence([PatternSyntax])
  case choice([PatternSyntax])
  /// No `most` is no bound.
  case repetition(PatternSyntax, least: Int, most: Int?)

  /// How much of an automaton it becomes, with repetitions written out: no more is made than `limit`.
  static let limit = 1000

  /// The parts that it becomes with repetitions written out, counted up to just past the limit.
  var size: Int {
    switch self {
    case .empty, .symbol, .textStart, .textEnd: 1
    case .sequence(let parts), .choice(let parts):
      parts.reduce(1) { min($0 + $1.size, PatternSyntax.limit + 1) }
    case .repetition(let part, let least, let most):
      min(part.size * max(1, most ?? (least + 1)), PatternSyntax.limit + 1)
    }
  }
}
