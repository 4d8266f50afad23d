extension ClientModel {
  /// Adds to the history what was entered; what begins with a space is for this run alone, as shells have it (ignorespace).
  mutating func remember(_ text: String) -> [Effect<ClientRequest>] {
    guard history.add(text), keepsHistory, !text.hasPrefix(" ") else { return [] }
    return [.remember(text)]
  }
}
