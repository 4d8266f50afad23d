/// Why a text is no filter, or nothing to search for.
struct FilterError: Error, Hashable, Sendable {
  /// Where, from 1: in characters of the source, and in its scalars while it is being read.
  let column: Int
  /// What is wrong and what would be right, in plain words.
  let reason: String

  init(column: Int, reason: String) {
    self.column = column
    self.reason = reason
  }

  /// The error with its column, which was in scalars, in characters.
  func inCharacters(of source: String) -> FilterError {
    var before = String.UnicodeScalarView()
    before.append(contentsOf: source.unicodeScalars.prefix(column - 1))
    return FilterError(column: String(before).count + 1, reason: reason)
  }
}
