/// What became of a text that the user's editor was asked for.
package enum EditorEvent: Hashable, Sendable {
  /// The text as it is now, without the line feed at its end.
  case edited(String)
  /// A clause, safe to show: there is no text, and why.
  case failed(String)
}
