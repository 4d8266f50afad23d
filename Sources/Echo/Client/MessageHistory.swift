import Screen

/// What the user has entered, to be taken up again: the oldest entry first, bounded by count and bytes.
struct MessageHistory: Hashable, Sendable {
  static let limit = 1000
  static let byteLimit = 8 << 20

  private(set) var texts: [String]
  /// Where the user is among them; `texts.count` is the draft.
  private(set) var place: Int
  /// What was searched for last.
  var lastQuery = ""
  private var draft = ""
  private var byteCount: Int

  init(_ texts: [String] = []) {
    self.texts = texts
    place = texts.count
    byteCount = texts.reduce(0) { $0 + $1.utf8.count }
  }

  /// Adds an entry; false, and not added, if it is the same as the last one.
  @discardableResult
  mutating func add(_ text: String) -> Bool {
    let isNew = texts.last != text
    if isNew {
      texts.append(text)
      byteCount += text.utf8.count
    }
    while texts.count > MessageHistory.limit || (byteCount > MessageHistory.byteLimit && texts.count > 1) {
      byteCount -= texts.removeFirst().utf8.count
    }
    forgetPlace()
    return isNew
  }

  mutating func forgetPlace() {
    place = texts.count
    draft = ""
  }

  /// The entry before; leaving the draft keeps it.
  mutating func previous(draft: String) -> String? {
    guard place > 0 else { return nil }
    go(to: place - 1, draft: draft)
    return texts[place]
  }

  /// The entry after, at last the draft again.
  mutating func next() -> String? {
    guard place < texts.count else { return nil }
    place += 1
    return place == texts.count ? draft : texts[place]
  }

  /// Goes to any place; leaving the draft keeps it.
  mutating func go(to place: Int, draft: String) {
    if self.place == texts.count { self.draft = draft }
    self.place = place
  }

  /// Whether a line is not the entry that was taken up last.
  func isChanged(_ line: InputLine) -> Bool { place < texts.count && texts[place] != line.text }

  /// The entries and the draft, with the line that is being edited at its place.
  func texts(editing line: String) -> [String] {
    var all = texts + [draft]
    all[place] = line
    return all
  }
}
