/// The messages that the user has entered, to be taken up again.
struct MessageHistory: Hashable, Sendable {
  static let limit = 1000

  private(set) var texts: [String] = []
  /// Where the user is among them; `texts.count` is the draft.
  private var place = 0
  private var draft = ""

  /// Adds a message, unless it is the same as the last one.
  mutating func add(_ text: String) {
    if texts.last != text { texts.append(text) }
    if texts.count > MessageHistory.limit { texts.removeFirst() }
    forgetPlace()
  }

  mutating func forgetPlace() {
    place = texts.count
    draft = ""
  }

  /// The message before; leaving the draft keeps it.
  mutating func previous(draft: String) -> String? {
    guard place > 0 else { return nil }
    if place == texts.count { self.draft = draft }
    place -= 1
    return texts[place]
  }

  /// The message after, at last the draft again.
  mutating func next() -> String? {
    guard place < texts.count else { return nil }
    place += 1
    return place == texts.count ? draft : texts[place]
  }
}
