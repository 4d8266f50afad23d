import Screen

/// The search through what was entered while it is typed, readline's reverse-search-history.
///
/// The line that is being edited is searched too, at its place among the entries. An entry is found once, whatever often it
/// matches, and not again right after one of the same text.
struct HistorySearch: Hashable, Sendable {
  enum Direction: Hashable, Sendable { case older, newer }

  /// What one key or one paste came to.
  private struct Step: Hashable {
    var query: String
    var place: Int
    var direction = Direction.older
    var isFailed = false
  }

  /// The line before the search, for whoever gives it up.
  let original: InputLine
  /// The line with what was found in it, the cursor where it matches.
  private(set) var line: InputLine
  private let texts: [String]
  private let lastQuery: String
  private var steps: [Step]

  init(_ line: InputLine, _ history: MessageHistory) {
    original = line
    self.line = line
    texts = history.texts(editing: line.text)
    lastQuery = history.lastQuery
    steps = [Step(query: "", place: history.place)]
  }

  var query: String { step.query }
  /// Where the line is in the history.
  var place: Int { step.place }
  var isFailed: Bool { step.isFailed }

  /// There always is the one of the beginning.
  private var step: Step { steps[steps.count - 1] }

  /// Narrows the search; what is found already stays if it matches.
  mutating func type(_ text: String) {
    guard !text.isEmpty else { return }
    var next = step
    next.query += text
    find(next, from: step.place)
  }

  /// Goes on to the next entry; without a query it takes the one of the search before.
  mutating func again(_ direction: Direction) {
    var next = step
    next.direction = direction
    if next.query.isEmpty {
      guard !lastQuery.isEmpty else {
        steps[steps.count - 1].direction = direction
        return
      }
      next.query = lastQuery
      find(next, from: step.place)
    } else if !(step.isFailed && step.direction == direction) {
      find(next, from: step.place + (direction == .older ? -1 : 1), unlike: line.text)
    }
  }

  /// Takes the end of the query away, and goes back to what was found before it was typed.
  mutating func backspace() {
    let query = step.query
    while steps.count > 1, step.query == query { steps.removeLast() }
    show()
  }

  /// What stands before the line in a row of so many columns.
  func prompt(columns: Int) -> String {
    let shown = String(query.suffix(max(0, columns)))
    let name = (isFailed ? "failed " : "") + (step.direction == .older ? "reverse-i-search" : "i-search")
    let whole = "(\(name))'\(shown)': "
    if Surface.columns(of: whole, upTo: columns) + 20 <= columns { return whole }
    let (short, room) = (isFailed ? "failed '" : "find '", columns / 2 - 10)
    var end = shown[...]
    while Surface.columns(of: String(end), upTo: columns) > max(1, room) { end = end.dropFirst() }
    return short + (end.count < shown.count ? "~" : "") + end + "': "
  }

  private mutating func find(_ wanted: Step, from start: Int, unlike text: String? = nil) {
    var found = wanted
    let search = ByteSearch(exact: Array(wanted.query.utf8))
    func isWanted(_ place: Int) -> Bool {
      texts[place] != text && HistorySearch.match(of: search, in: texts[place]) != nil
    }
    let place =
      switch wanted.direction {
      case .older: texts.indices.prefix(max(0, start + 1)).last(where: isWanted)
      case .newer: texts.indices.dropFirst(start).first(where: isWanted)
      }
    found.place = place ?? step.place
    found.isFailed = place == nil
    steps.append(found)
    show()
  }

  private mutating func show() {
    let text = texts[step.place]
    line = original
    if text != line.text { line.replaceAll(with: text) }
    // What failed leaves the cursor where the search stood.
    guard !step.isFailed, !query.isEmpty else { return }
    let search = ByteSearch(exact: Array(query.utf8))
    if let match = HistorySearch.match(of: search, in: text) { line.move(toByte: match) }
  }

  private static func match(of search: ByteSearch, in text: String) -> Int? {
    var text = text
    return text.withUTF8 { search.firstMatch(in: UnsafeRawBufferPointer($0))?.lowerBound }
  }
}

extension Surface {
  /// Draws a search's prompt at the left of its rows, and takes what it needs from them.
  mutating func draw(promptOf search: HistorySearch, takingFrom rect: inout Rect, _ look: Look) {
    let text = search.prompt(columns: rect.size.columns)
    let prompt = rect.takeLeft(min(Surface.columns(of: text), max(0, rect.size.columns - 1)))
    draw(
      text,
      column: prompt.minColumn,
      row: prompt.minRow,
      columns: prompt.size.columns,
      style: look.theme[search.isFailed ? .warning : .prompt]
    )
  }
}
