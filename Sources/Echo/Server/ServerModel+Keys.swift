import Screen
import Wire

extension ServerModel {
  mutating func press(_ key: Key) -> [Effect<ServerCommand>] {
    // Whatever is open: the shell is meant.
    if ServerKeys.map.action(for: key) == .suspend { return [.suspend] }
    browser.notice = nil
    switch overlay {
    case .help(var help):
      overlay = HelpKeys.press(key, &help, size: size) ? .help(help) : nil
      return []
    case .question(let question):
      overlay = nil
      guard key == .character("y") || key == .character("Y") || (question == .quit && key == .control("c")) else {
        return refuse(question)
      }
      return agree(to: question)
    case .prompt(let prompt, let kind): return press(key, in: prompt, kind)
    case nil:
      guard let action = ServerKeys.map.action(for: key) else { return [] }
      return move(action) ? [] : perform(action)
    }
  }

  /// Moves in the pane that has the keys; false when the action is no movement.
  private mutating func move(_ action: ServerKeys.Action) -> Bool {
    switch pane {
    case .list: moveList(action)
    case .detail: moveDetail(action)
    case .peers: movePeers(action)
    // They stand beside the list, or cover it and have nothing to move in.
    case .statistics: layout.side != nil ? moveList(action) : false
    }
  }

  private mutating func moveList(_ action: ServerKeys.Action) -> Bool {
    switch action {
    case .up: browser.list.move(by: -1)
    case .down: browser.list.move(by: 1)
    case .pageUp: browser.list.pageUp()
    case .pageDown: browser.list.pageDown()
    case .top: browser.list.top()
    case .bottom: browser.bottom()
    case .left: skip = max(0, skip - ServerModel.skipStep)
    case .right: skip = min(ServerModel.maximumSkip, skip + ServerModel.skipStep)
    default: return false
    }
    return true
  }

  private mutating func moveDetail(_ action: ServerKeys.Action) -> Bool {
    switch action {
    case .up: browser.detail.scroll(by: -1)
    case .down: browser.detail.scroll(by: 1)
    case .pageUp: browser.detail.pageUp()
    case .pageDown: browser.detail.pageDown()
    case .top: browser.detail.top()
    case .bottom: browser.detail.bottom()
    default: return false
    }
    return true
  }

  private mutating func movePeers(_ action: ServerKeys.Action) -> Bool {
    switch action {
    case .up: peersPane.move(by: -1)
    case .down: peersPane.move(by: 1)
    case .pageUp: peersPane.pageUp()
    case .pageDown: peersPane.pageDown()
    case .top: peersPane.top()
    case .bottom: peersPane.bottom()
    default: return false
    }
    return true
  }

  /// Whether a pane covers the list, so that nothing can be done with messages that nobody sees.
  private var isListCovered: Bool { layout.side == nil && (pane == .peers || pane == .statistics) }

  private mutating func perform(_ action: ServerKeys.Action) -> [Effect<ServerCommand>] {
    if isListCovered, ServerKeys.forMessages.contains(action) {
      browser.notice = Notice("that is for messages, which \(ServerKeys.map.label(of: .back) ?? "") brings back")
      return []
    }
    switch action {
    case .up, .down, .pageUp, .pageDown, .top, .bottom, .left, .right: break
    case .follow: if browser.list.isPaused { browser.bottom() } else { browser.list.toggleFollow() }
    case .order: if pane == .peers { peersPane.reorder(measures.peers, at: now.time) }
    case .pause: browser.togglePause()
    case .open: open()
    case .back: back()
    case .nextPane: focus(nextPane)
    case .peers: focus(pane == .peers ? .list : .peers)
    case .statistics: showStatistics()
    case .mode:
      openDetail()
      browser.detail.cycleMode()
    case .find: ask(.find)
    case .filter: ask(.filter, text: browser.filter?.description ?? "")
    case .command: ask(.command)
    case .save: ask(.command, text: "save \(browser.defaultScope.rawValue) ")
    case .findNext: browser.findAgain(isForward: true, inDetail: pane == .detail)
    case .findPrevious: browser.findAgain(isForward: false, inDetail: pane == .detail)
    case .nextOddity: browser.find(.oddity, isForward: true)
    case .previousOddity: browser.find(.oddity, isForward: false)
    case .mark: browser.toggleMark()
    case .copy: return copy()
    case .copyAs: ask(.command, text: "copy nc ")
    case .clear: askToClear()
    case .disconnect: askToDisconnect()
    case .mouse: return toggleMouse()
    case .help: overlay = .help(ServerKeys.help(for: site))
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quitNow: return leave()
    case .quit: return backOrQuit()
    }
    return []
  }

  // Panes.

  private mutating func open() {
    switch pane {
    case .list:
      guard browser.selectedID != nil else { return }
      if browser.isDetailOpen { focus(.detail) } else { openDetail() }
    case .detail, .statistics: focus(.list)
    case .peers:
      guard let peer = peersPane.selected else { return }
      focus(.list)
      filter(by: peer)
    }
  }

  mutating func openDetail() {
    guard !browser.isDetailOpen, browser.openDetail() else { return }
    // Where the detail covers the list, the keys go to what is seen.
    focus(layout.isDetailAlone ? .detail : pane)
  }

  /// A step back: to the list, then the detail closed, then what is at work given up, then a search forgotten. False when
  /// there is nothing to go back from.
  @discardableResult
  private mutating func back() -> Bool {
    if pane != .list {
      if layout.isDetailAlone { browser.closeDetail() }
      focus(.list)
    } else if browser.isDetailOpen {
      browser.closeDetail()
      arrange()
    } else {
      let isGivenUp = !browser.isSearching && browser.log.recorded != nil && browser.cancelFilter()
      return isGivenUp || browser.forgetSearch()
    }
    return true
  }

  private var nextPane: Pane {
    switch pane {
    case .list: browser.isDetailOpen ? .detail : .peers
    case .detail: .peers
    case .peers: areStatisticsBeside ? .list : .statistics
    case .statistics: .list
    }
  }

  /// Whether they are there without being asked for.
  private var areStatisticsBeside: Bool { layout.peers != nil && layout.statistics != nil }

  private mutating func showStatistics() {
    if areStatisticsBeside { return browser.notice = Notice("the statistics stand below the peers") }
    focus(pane == .statistics ? .list : .statistics)
  }

  private mutating func focus(_ pane: Pane) {
    let wasInPeers = self.pane == .peers
    self.pane = pane
    arrange()
    // Who reads bytes must not have them taken away by what comes.
    if pane == .detail, let row = browser.viewport.selection { browser.list.stay(by: row) }
    if pane == .peers, !wasInPeers { peersPane.enter(measures.peers, at: now.time) }
    if pane != .peers, wasInPeers { peersPane.leave(measures.peers) }
  }

  private mutating func backOrQuit() -> [Effect<ServerCommand>] {
    guard pane != .list || browser.isDetailOpen else { return quit() }
    back()
    return []
  }

  mutating func quit() -> [Effect<ServerCommand>] {
    let hasPeers = site == .here && measures.peers.connectedCount > 0
    guard phase == .listening || site != .here, hasPeers || browser.save != nil else { return leave() }
    overlay = .question(.quit)
    return []
  }

  /// Goes: a server that is here stops, one elsewhere goes on.
  func leave() -> [Effect<ServerCommand>] { site == .here ? [.request(.stop)] : [.quit] }

  /// Stops the server; one elsewhere after a question.
  mutating func stop() -> [Effect<ServerCommand>] {
    guard site != .here else { return [.request(.stop)] }
    if mayControl() { overlay = .question(.stop) }
    return []
  }

  /// Whether the server can be told what to do; says why not.
  private mutating func mayControl() -> Bool {
    switch (site, phase) {
    case (.recording, _): browser.notice = Notice("a recording has no server to be controlled")
    case (.elsewhere(_, isControlled: false), _): browser.notice = Notice("view only: start with --control")
    case (_, .over(let end)): browser.notice = Notice(end.text)
    default: return true
    }
    return false
  }

  // What is done with messages.

  mutating func toggleMouse() -> [Effect<ServerCommand>] {
    isMouseOn.toggle()
    browser.notice = .mouse(isOn: isMouseOn)
    return [.mouse(isMouseOn)]
  }

  mutating func askToClear() {
    guard !browser.log.isRecordingAlone else { return browser.notice = Notice("a recording stays as it is") }
    overlay = .question(.clear)
  }

  mutating func askToDisconnect() {
    guard mayControl() else { return }
    let peer = pane == .peers ? peersPane.selected : browser.selectedID.flatMap { browser.log[$0]?.peer }
    guard let peer else { return browser.notice = Notice("no connection is selected") }
    guard peer.connection != .none else { return browser.notice = Notice("\(peer) has no connection to be ended") }
    guard measures.peers[peer]?.isEnded == false else {
      return browser.notice = Notice("\(peer) is not connected any more")
    }
    overlay = .question(.disconnect(peer))
  }

  // The mouse.

  mutating func press(_ mouse: Mouse) {
    let layout = layout
    guard overlay == nil, pane != .statistics || layout.side != nil else { return }
    switch mouse.action {
    case .wheelUp: wheel(mouse.point, -ServerModel.wheelStep, layout)
    case .wheelDown: wheel(mouse.point, ServerModel.wheelStep, layout)
    case .press:
      if let rect = layout.detail, rect.contains(mouse.point) {
        focus(.detail)
      } else if let rect = layout.peers, rect.contains(mouse.point) {
        if pane != .peers { focus(.peers) }
        peersPane.select(line: mouse.point.row - rect.minRow - PeersPane.headerRows)
      } else if layout.list.contains(mouse.point) {
        focus(.list)
        let row = browser.viewport.visible.lowerBound + UInt64(mouse.point.row - layout.list.minRow)
        if browser.viewport.visible.contains(row) { browser.list.select(row: row) }
      }
    case .release, .drag: break
    }
  }

  private mutating func wheel(_ point: Point, _ distance: Int, _ layout: ServerLayout) {
    if let rect = layout.detail, rect.contains(point) {
      browser.detail.scroll(by: distance)
    } else if let rect = layout.peers, rect.contains(point) {
      peersPane.move(by: distance)
    } else {
      browser.list.scroll(by: distance)
    }
  }

  private static let wheelStep = 3
  private static let skipStep = 8
  private static let maximumSkip = 1 << 20
}
