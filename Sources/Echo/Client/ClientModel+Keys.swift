import Screen
import Wire

extension ClientModel {
  mutating func press(_ key: Key) -> [Effect<ClientRequest>] {
    switch focus {
    case .help(var help):
      focus = HelpKeys.press(key, &help, size: size) ? .help(help) : .input
      return []
    case .pasteQuestion(let messages): return answer(key, messages)
    case .historySearch(let search): return press(key, in: search)
    case .input: break
    }
    notice = nil
    let wasArmed = isQuitArmed
    isQuitArmed = false
    if let effects = pressSequence(key) { return effects }
    if !input.apply(key), let action = ClientKeys.map.action(for: key) {
      return perform(action, wasArmed: wasArmed)
    }
    return []
  }

  private mutating func perform(_ action: ClientKeys.Action, wasArmed: Bool) -> [Effect<ClientRequest>] {
    switch action {
    case .send: return enter()
    case .newline: insertNewline()
    case .previous: if let text = history.previous(draft: input.text) { input.replaceAll(with: text) }
    case .next: if let text = history.next() { input.replaceAll(with: text) }
    case .search: searchHistory()
    case .pageUp: list.pageUp()
    case .pageDown: list.pageDown()
    case .top: list.top()
    case .bottom: list.bottom()
    case .help: focus = .help(ClientKeys.help)
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .interrupt: return interrupt(wasArmed: wasArmed)
    case .finish: return endOfInput(wasArmed: wasArmed)
    }
    return []
  }

  private mutating func insertNewline() {
    do throws(FramingError) {
      _ = try wireCount(of: [0x0a])
      input.insert("\n")
    } catch {
      notice = "in framing \(framing) a message can't contain a newline"
    }
  }

  private mutating func interrupt(wasArmed: Bool) -> [Effect<ClientRequest>] {
    if !input.isEmpty {
      input.clear()
      history.forgetPlace()
      return []
    }
    guard wasArmed else {
      isQuitArmed = true
      notice = "^C again quits at once"
      return []
    }
    return [.request(.close), .quit]
  }

  private mutating func endOfInput(wasArmed: Bool) -> [Effect<ClientRequest>] {
    guard input.isEmpty else { return [] }
    switch phase {
    case .up: return ending == .none ? finish() : []
    case .closing: return []
    case .starting, .resolving, .connecting:
      guard queue.isEmpty else {
        ending = .whenSent
        notice = "quits when what is queued has been sent"
        return []
      }
      return [.request(.close), .quit]
    case .down:
      guard queue.isEmpty || wasArmed else {
        isQuitArmed = true
        notice = "\(Figures.quantity(UInt64(queue.count), "message")) not sent; ^D again quits"
        return []
      }
      return [.quit]
    }
  }

  /// Someone asks the program to end: what is queued goes out and its receipts are awaited, if there is a connection.
  mutating func terminate() -> [Effect<ClientRequest>] {
    guard case .up = phase, ending != .asked else { return [.request(.close), .quit] }
    return finish()
  }
}
