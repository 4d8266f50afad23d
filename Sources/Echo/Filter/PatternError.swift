/// Why a text is no regular expression.
package struct PatternError: Error, Hashable, Sendable {
  /// Where, in characters of the source from 1.
  package let column: Int
  /// What is wrong and what would be right, in plain words.
  package let reason: String

  package init(column: Int, reason: String) {
    self.column = column
    self.reason = reason
  }
}
