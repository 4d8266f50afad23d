/// Why a text is no regular expression.
struct PatternError: Error, Hashable, Sendable {
  /// Where, in Unicode scalars of the source from 1.
  let column: Int
  /// What is wrong and what would be right, in plain words.
  let reason: String

  init(column: Int, reason: String) {
    self.column = column
    self.reason = reason
  }
}
