import Wire

/// What goes to the clipboard.
extension ServerModel {
  mutating func copy() -> [Effect<ServerCommand>] {
    openDetail()
    let bytes = browser.copyText()
    return bytes.isEmpty ? [] : [.copy(bytes)]
  }

  /// Copies messages as a command line that sends them again; the detail's, where nothing is said. An event stands for the
  /// conversation that it is about, or else for that of the message above it.
  mutating func copy(_ argument: String) throws(CommandProblem) -> [Effect<ServerCommand>] {
    if argument.isEmpty { return copy() }
    let request = try CommandLineRequest(argument)
    guard let selected = browser.subjectID, let event = browser.log[selected] else {
      throw CommandProblem("no message is selected")
    }
    guard let id = event.hasPeer ? selected : browser.messageID(before: selected), let row = browser.log[id] else {
      throw CommandProblem("an event is no message, and none stands above it")
    }
    let run = browser.log.earlierRun(of: id)
    let scope = CommandLineJob<ServerLog>.Scope(
      ids: request.scope == .message && !event.isNotice ? id..<(id + 1) : run?.ids ?? browser.log.ownIDs,
      peer: row.peer,
      areSent: row.record.flags.contains(.sent) || row.isNotice && row.isClients,
      framing: run?.run.framing ?? framing,
      transport: row.peer.transport
    )
    let places = run?.run.endpoints ?? endpoints
    let endpoint =
      scope.areSent ? places.first { $0.transport == scope.transport } : .near(row.peer, among: places)
    // What echo_client frames as lines ends as the lines here do, which have their CR.
    let sent = scope.framing == .crlf && !scope.areSent ? .line : scope.framing
    browser.startCopy(scope, as: try ShellCommand(request.form, to: endpoint, scope.transport, sent))
    return copySlice()
  }

  /// Goes on with a command line that is being copied.
  mutating func copySlice() -> [Effect<ServerCommand>] { browser.copySlice().map { [.copy($0)] } ?? [] }
}
