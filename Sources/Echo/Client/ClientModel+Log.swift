import Screen
import Wire

/// The reader's way through the log.
extension ClientModel {
  /// A line of the log's window.
  enum LogLine: Hashable {
    case row(UInt64)
    /// The rule above what came while nobody looked.
    case unread
  }

  /// What the log's window shows, from the top: the list's rows, and the rule between them.
  var logLines: [LogLine] {
    let viewport = browser.viewport
    var lines = viewport.visible.map(LogLine.row)
    guard unread.count > 0, let first = unread.first else { return lines }
    let row = browser.list.row(from: first)
    guard row > viewport.visible.lowerBound, viewport.visible.contains(row) else { return lines }
    lines.insert(.unread, at: Int(row - viewport.visible.lowerBound))
    guard lines.count > viewport.rows else { return lines }
    // The rule takes the line of the row that is missed the least.
    if viewport.isFollowing || viewport.selection == viewport.visible.last {
      lines.removeFirst()
    } else {
      lines.removeLast()
    }
    return lines
  }

  func logLine(at place: Int) -> LogLine? {
    let lines = logLines
    return lines.indices.contains(place) ? lines[place] : nil
  }

  /// Moves in the log. Who leaves its newest rows out of sight gets a window for them below, and then has moved in the
  /// window that is left.
  mutating func moveLog(_ move: (inout LogBrowser<ClientLog>) -> Void) {
    isSelectionIncidental = false
    let before = browser.list
    move(&browser)
    if !isSplit, isEndOutOfSight {
      browser.list = before
      isSplit = true
      browser.list.resize(rows: splitLayout.list.size.rows)
      move(&browser)
    }
    settleSplit()
  }

  /// After the reader was moved: whether the newest rows are to have a window of their own.
  mutating func settleSplit() { isSplit = isEndOutOfSight }

  var isEndOutOfSight: Bool {
    !browser.viewport.isFollowing && browser.viewport.visible.upperBound < browser.viewport.end
  }

  /// The layout as it is with a window for the newest rows.
  private var splitLayout: ClientLayout {
    ClientLayout(size: size, lines: input.lineCount, isDetailOpen: browser.isDetailOpen, isSplit: true)
  }

  mutating func goToUnread() {
    guard unread.count > 0, let first = unread.first else { return say("nothing is unread") }
    let row = browser.list.row(from: first)
    if browser.viewport.isFollowing, browser.viewport.visible.contains(row) {
      return say("all that is unread is in sight")
    }
    moveLog {
      $0.list.jump(to: row)
      $0.list.deselect()
    }
  }

  /// Drops the selection; who is at the newest rows then follows again.
  mutating func deselect() {
    let wasSelected = browser.viewport.selection != nil
    browser.list.deselect()
    isSelectionIncidental = false
    if wasSelected, browser.viewport.visible.upperBound == browser.viewport.end { browser.bottom() }
  }

  /// Scrolls in the bytes of a message, which is held for that: another one that comes must not take its place.
  mutating func scrollDetail(_ scroll: (inout DetailPane) -> Void) {
    if browser.isDetailOpen, let row = browser.subjectRow, browser.viewport.selection != row {
      moveLog { $0.list.stay(by: row) }
      isSelectionIncidental = true
    }
    scroll(&browser.detail)
  }

  // MARK: What is done with a row

  /// Puts the selected message into the input again, to be changed and sent as a new one; false when nothing is selected.
  mutating func takeUpSelected() -> Bool {
    guard let id = browser.selectedID else { return false }
    guard !isSelectionIncidental else {
      deselect()
      return false
    }
    guard let row = browser.log[id], !row.isNotice else {
      say("an event is no message: there is nothing to send again")
      return true
    }
    deselect()
    input.replaceAll(with: ClientModel.typed(row.payload))
    return true
  }

  /// The text to type for a message of these bytes.
  static func typed(_ payload: ArraySlice<UInt8>) -> String {
    let isText = payload.withUnsafeBytes { bytes in
      let oddities = Printable.oddities(of: bytes)
      return oddities.illFormed == 0 && oddities.controls == 0 && oddities.bidirectional == 0 && oddities.hidden == 0
    }
    guard isText else { return "/escape \(Printable.text(payload))" }
    let text = String(decoding: payload, as: UTF8.self)
    if text.isEmpty { return "/send" }
    return text.hasPrefix("/") && !text.utf8.contains(0x0a) ? "/\(text)" : text
  }

  /// Sends the row again that the detail would show.
  mutating func resendSubject() -> [Effect<ClientRequest>] {
    guard let row = browser.subjectRow else {
      say("nothing to send again")
      return []
    }
    let id = browser.list.id(of: row)
    guard case .sent = browser.log[id]?.kind else {
      say("only what was sent can be sent again: M-Up selects it")
      return []
    }
    return resend(row: id)
  }

  mutating func copy() -> [Effect<ClientRequest>] {
    let bytes = browser.copyText()
    if bytes.isEmpty, browser.notice == nil { say("nothing to copy") }
    return bytes.isEmpty ? [] : [.copy(bytes)]
  }

  /// Copies what was sent as a command line that sends it again; what the detail shows, where nothing is said. An event stands
  /// for the whole conversation.
  mutating func copy(_ argument: String) throws(CommandProblem) -> [Effect<ClientRequest>] {
    if argument.isEmpty { return copy() }
    let request = try CommandLineRequest(argument)
    var ids = max(browser.log.firstID, framingStart)..<browser.log.endID
    if request.scope == .message, browser.subjectID.map(browser.log.isNotice) != true {
      guard let id = browser.subjectID, case .sent = browser.log[id]?.kind else {
        throw CommandProblem("only what was sent can be sent again: M-Up selects it")
      }
      guard id >= framingStart else { throw CommandProblem("that was sent in another framing") }
      ids = id..<(id + 1)
    }
    let scope = CommandLineJob<ClientLog>.Scope(ids: ids, areSent: true, framing: framing, transport: transport)
    browser.startCopy(
      scope,
      as: try ShellCommand(request.form, to: endpoint, transport, framing, awaitsReceipts: awaitsReceipts)
    )
    return copySlice()
  }

  /// Goes on with a command line that is being copied.
  mutating func copySlice() -> [Effect<ClientRequest>] { browser.copySlice().map { [.copy($0)] } ?? [] }

  mutating func toggleMouse() -> [Effect<ClientRequest>] {
    isMouseOn.toggle()
    browser.notice = .mouse(isOn: isMouseOn)
    return [.mouse(isMouseOn)]
  }
}
