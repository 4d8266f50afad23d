import Screen

extension ClientModel {
  /// Adds to the history what was entered; what begins with a space is for this run alone, as shells have it (ignorespace).
  mutating func remember(_ text: String) -> [Effect<ClientRequest>] {
    guard history.add(text), keepsHistory, !text.hasPrefix(" ") else { return [] }
    return [.remember(text)]
  }

  // MARK: Search

  mutating func searchHistory() {
    // What was taken up and then changed is a new message, which every entry is older than.
    if history.isChanged(input) { history.forgetPlace() }
    deselect()
    focus = .historySearch(HistorySearch(input, history))
  }

  /// A key of the search; any other one ends it with what was found in the line, and then does what it does there.
  mutating func press(_ key: Key, in search: HistorySearch) -> [Effect<ClientRequest>] {
    isQuitArmed = false
    var search = search
    switch key {
    case .control("r"): search.again(.older)
    case .control("s"): search.again(.newer)
    case Key(.backspace), .control("h"): search.backspace()
    case Key(.escape):
      end(search)
      history.go(to: search.place, draft: search.original.text)
      return []
    case .control("g"), .control("c"):
      end(search)
      input = search.original
      return []
    default:
      guard key.modifiers.isEmpty, case .character(let character) = key.code else {
        end(search)
        history.go(to: search.place, draft: search.original.text)
        return press(key)
      }
      search.type(String(character))
    }
    show(search)
    return []
  }

  /// A paste goes on with the query; false if there is no search.
  mutating func pasteIntoSearch(_ text: String) -> Bool {
    guard case .historySearch(var search) = focus else { return false }
    search.type(text)
    show(search)
    return true
  }

  private mutating func show(_ search: HistorySearch) {
    focus = .historySearch(search)
    input = search.line
  }

  private mutating func end(_ search: HistorySearch) {
    focus = .input
    if !search.query.isEmpty { history.lastQuery = search.query }
  }
}
