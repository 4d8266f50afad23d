import Screen
import Wire

extension ClientModel {
  mutating func press(_ key: Key) -> [Effect<ClientRequest>] {
    // Whatever is open: the shell is meant.
    if ClientKeys.map.action(for: key) == .suspend { return [.suspend] }
    browser.notice = nil
    switch focus {
    case .help(var help):
      focus = HelpKeys.press(key, &help, size: screenSize) ? .help(help) : .input
      return []
    case .pasteQuestion(let messages): return answer(key, messages)
    case .historySearch(let search): return press(key, in: search)
    case .question(let question):
      focus = .input
      return key == .character("y") || key == .character("Y") ? agree(to: question) : refuse(question)
    case .find(let prompt): return press(key, in: prompt)
    case .bare(var bare):
      let isForIt = bare.press(key, browser, size: screenSize)
      focus = isForIt ? .bare(bare) : .input
      // What is typed is meant for the line.
      if case .character = key.code, key.modifiers.isEmpty { return press(key) }
      return []
    case .input: break
    }
    let wasArmed = isQuitArmed
    isQuitArmed = false
    if let effects = pressSequence(key) { return effects }
    if input.apply(key) { return [] }
    guard let action = ClientKeys.map.action(for: key) else { return [] }
    return perform(action, wasArmed: wasArmed)
  }

  private mutating func perform(_ action: ClientKeys.Action, wasArmed: Bool) -> [Effect<ClientRequest>] {
    switch action {
    case .send: return enter()
    case .newline: insertNewline()
    case .previous: if let text = history.previous(draft: input.text) { input.replaceAll(with: text) }
    case .next: if let text = history.next() { input.replaceAll(with: text) }
    case .pageUp: if layout.isDetailAlone { scrollDetail { $0.pageUp() } } else { moveLog { $0.list.pageUp() } }
    case .pageDown: if layout.isDetailAlone { scrollDetail { $0.pageDown() } } else { moveLog { $0.list.pageDown() } }
    case .top: if layout.isDetailAlone { scrollDetail { $0.top() } } else { moveLog { $0.list.top() } }
    case .bottom: if layout.isDetailAlone { scrollDetail { $0.bottom() } } else { moveLog { $0.bottom() } }
    case .unread: goToUnread()
    case .selectAbove: moveLog { $0.list.selectAbove() }
    case .selectBelow: moveLog { $0.list.selectBelow() }
    case .resend: return resendSubject()
    case .tab: completeOrToggleDetail()
    case .detailUp: scrollDetail { $0.pageUp() }
    case .detailDown: scrollDetail { $0.pageDown() }
    case .mode:
      browser.openDetail()
      browser.detail.cycleMode()
    case .copy: return copy()
    case .find: focus = .find(Prompt(sign: "find: ", history: findHistory))
    case .findOlder: findAgain(isForward: false)
    case .findNewer: findAgain(isForward: true)
    case .bare: focus = .bare(BareView(browser))
    case .back: back()
    case .mouse: return toggleMouse()
    case .search: searchHistory()
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
      say("in framing \(framing) a message can't contain a newline")
    }
  }

  /// A step back: a detail that covers the log, what is selected, the detail, the search, the unread rule.
  private mutating func back() {
    if layout.isDetailAlone {
      browser.closeDetail()
    } else if browser.viewport.selection != nil {
      deselect()
    } else if browser.isDetailOpen {
      browser.closeDetail()
    } else if !browser.forgetSearch() {
      unread.clear()
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
      say("^C again quits at once")
      return []
    }
    return [.request(.close), .quit]
  }

  private mutating func endOfInput(wasArmed: Bool) -> [Effect<ClientRequest>] {
    input.isEmpty ? quit(wasArmed: wasArmed) : []
  }

  /// Sends what is queued, awaits what is due, and quits.
  mutating func quit(wasArmed: Bool) -> [Effect<ClientRequest>] {
    switch phase {
    case .up: return ending == .none ? finish() : []
    case .closing: return []
    case .starting, .resolving, .connecting:
      guard queue.isEmpty else {
        ending = .whenSent
        say("quits when what is queued has been sent")
        return []
      }
      return [.request(.close), .quit]
    case .down:
      guard queue.isEmpty || wasArmed else {
        isQuitArmed = true
        say("\(Figures.quantity(UInt64(queue.count), "message")) not sent; ^D again quits")
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

  // MARK: The search

  /// Looks upwards, as one asks a conversation; returns what is wrong with the text.
  mutating func find(_ text: String) -> String? {
    defer { settleSplit() }
    isSelectionIncidental = false
    return browser.find(text, looksUp: true)
  }

  private mutating func findAgain(isForward: Bool) {
    isSelectionIncidental = false
    browser.findAgain(isForward: isForward, inDetail: true)
    settleSplit()
  }

  private mutating func press(_ key: Key, in prompt: Prompt) -> [Effect<ClientRequest>] {
    var prompt = prompt
    // Asked for once more: what was looked for before.
    switch prompt.press(key == .control("s") ? Key(.enter) : key) {
    case .editing: focus = .find(prompt)
    case .cancelled: focus = .input
    case .submitted(let text):
      findHistory = prompt.history
      focus = .input
      if let problem = find(text) {
        say(problem, isAlert: true)
        focus = .find(prompt)
      }
    }
    return []
  }

  // MARK: The mouse

  mutating func press(_ mouse: Mouse) {
    let layout = layout
    let isInDetail = layout.detail?.contains(mouse.point) == true
    switch mouse.action {
    case .wheelUp, .wheelDown:
      let distance = mouse.action == .wheelUp ? -ClientModel.wheelStep : ClientModel.wheelStep
      if case .bare(var bare) = focus {
        bare.scroll(by: distance, browser, size: screenSize)
        focus = .bare(bare)
        return
      }
      if isInDetail { scrollDetail { $0.scroll(by: distance) } } else { moveLog { $0.list.scroll(by: distance) } }
    case .press:
      guard focus == .input, layout.list.contains(mouse.point) else { return }
      guard case .row(let row) = logLine(at: mouse.point.row - layout.list.minRow) else { return }
      moveLog { $0.list.stay(by: row) }
    case .release, .drag: break
    }
  }

  private static let wheelStep = 3
}
