/// What is asked of rows that are read in bulk.
package enum RowContent: Hashable, Sendable {
  case whole
  /// Bytes and peers alone: of all else only whether a row is a notice needs to be right.
  case bytes
}
