import Screen
package import Wire

/// What a client's screen asks of its wire.
package enum ClientRequest: Hashable, Sendable {
  /// Open the connection anew; the one before has ended.
  case connect
  /// Send one message, which fits the framing; asked only while connected.
  case send(id: UInt64, bytes: [UInt8])
  /// Nothing more will be sent: await the receipts that are due, and end.
  case finish
  /// End now.
  case close
}

/// What `echo_client` is on a screen: a line to type in, and what became of every message.
package struct ClientModel: ScreenModel {
  package typealias News = ClientEvent
  package typealias Request = ClientRequest

  /// What the keys are for at the moment.
  enum Focus: Hashable, Sendable {
    case input
    case help(HelpTable)
    case pasteQuestion(PastedMessages)
    case historySearch(HistorySearch)
  }

  /// Why the session is to end, if it is.
  enum Ending: Hashable, Sendable {
    case none
    /// A stop message was entered; its receipt is awaited.
    case stopMessage(UInt64, isWritten: Bool)
    /// The user has nothing more to say, but something waits for the connection.
    case whenSent
    /// The wire was told; its end is the end.
    case asked
  }

  let framing: Framing
  let transport: Transport
  let timeoutNanoseconds: Int64
  let awaitsReceipts: Bool
  let look: Look
  var title: String
  var size = Size.zero
  var link = ClientLink()
  var reconnection: Reconnection
  var ending = Ending.none
  var log: ClientLog
  var list = ListViewport()
  var input = InputLine()
  /// What the status row says of it: made when it changes, for a frame must not cost a long message's length.
  private(set) var inputText: String?
  var focus = Focus.input
  var history: MessageHistory
  /// Whether the shell is asked to remember what is entered.
  let keepsHistory: Bool
  /// ^X was pressed; the next key says what for.
  var isSequenceBegun = false
  var measures = ClientMeasures()
  /// What the status row says until the next key.
  var notice: String?
  var queue = Outbox()
  var now = Moment(time: Timestamp(nanoseconds: 0))
  private var attemptFailure: (text: String, time: Timestamp)?
  /// The connection is being ended because the user wants that; another one begins if the user wants that too.
  var isClosing = false
  var isReconnecting = false
  /// ^C, or ^D while messages wait, was pressed once.
  var isQuitArmed = false
  var nextID: UInt64 = 1

  /// `title` names the endpoint: `tcp 127.0.0.1:5000`; `reconnects`: what is lost is connected again by itself;
  /// `remembered`: what was entered in earlier runs, or nil for no memory of this one either.
  package init(
    title: String,
    framing: Framing,
    transport: Transport,
    timeoutNanoseconds: Int64 = 5_000_000_000,
    awaitsReceipts: Bool = true,
    reconnects: Bool = true,
    historyCount: Int = 100_000,
    historyBytes: Int = 64 << 20,
    remembered: [String]? = nil,
    look: Look = Look()
  ) {
    self.title = title
    self.framing = framing
    self.transport = transport
    self.timeoutNanoseconds = timeoutNanoseconds
    self.awaitsReceipts = awaitsReceipts
    self.look = look
    history = MessageHistory(remembered ?? [])
    keepsHistory = remembered != nil
    reconnection = Reconnection(isEnabled: reconnects)
    log = ClientLog(countLimit: historyCount, byteLimit: historyBytes)
  }

  /// The last line a client leaves behind.
  package var summary: String {
    let text = measures.totals.text(awaitsReceipts: awaitsReceipts, missing: measures.missing)
    return queue.isEmpty ? text : "\(text); \(Figures.grouped(UInt64(queue.count))) not sent"
  }

  /// Whether every message went out, and every receipt that was awaited came.
  package var isComplete: Bool { measures.missing == 0 && measures.pending == 0 && queue.isEmpty }

  package var showsSeconds: Bool {
    if case .up = phase, size.columns >= ClientLayout.elapsedColumns { return true }
    return reconnection.retry != nil || !measures.isQuiet
  }

  package var wakeTime: Timestamp? { reconnection.retry?.time }

  var phase: ClientLink.Phase { link.phase }

  var layout: ClientLayout { ClientLayout(size: size, lines: input.lineCount) }

  package mutating func update(_ event: ScreenEvent<ClientEvent>) -> [Effect<ClientRequest>] {
    defer {
      switch event {
      case .input, .edited: inputText = measuredInput()
      default: break
      }
      list.resize(rows: layout.list.size.rows)
    }
    switch event {
    case .resize(let size): self.size = size
    case .tick(let moment):
      now = moment
      measures.advance(to: moment.time)
      if reconnection.isDue(at: moment.time) { return connect(isByHand: false) }
    case .news(let news): return handle(news)
    case .terminate: return terminate()
    case .input(.key(let key)): return press(key)
    case .input(.paste(let bytes)): paste(bytes)
    case .input(.mouse(let mouse)):
      switch mouse.action {
      case .wheelUp: list.scroll(by: -3)
      case .wheelDown: list.scroll(by: 3)
      case .press, .release, .drag: break
      }
    case .edited(let event): take(event)
    case .notRemembered(let reason): notice = reason
    case .input(.focus), .turn, .file: break
    }
    return []
  }

  // MARK: News

  private mutating func handle(_ news: ClientEvent) -> [Effect<ClientRequest>] {
    switch news {
    case .resolving(let host, _): link.resolve(host)
    case .resolved(let count, _): link.resolved(addressCount: count)
    case .connecting(let address, _):
      noteAttemptFailure()
      link.connect(to: address)
    case .attemptFailed(let address, let error, let time):
      noteAttemptFailure()
      // Of tries in a row only the first tells of every address.
      if reconnection.isRepeating { break }
      attemptFailure = ("\(address.map { "\($0): " } ?? "")\(error.reason); trying on", time)
    case .connected(let local, let peer, let time): return connected(local: local, peer: peer, at: time)
    case .traffic(let batch): return take(batch)
    case .peerFinished(let time):
      link.peerFinished()
      if !awaitsReceipts { note("the server has closed its end", at: time) }
    case .failure(let error, let time): note("\(error.call) failed: \(error.reason)", isAlert: true, at: time)
    case .ended(let end, _, let time): return ended(end, at: time)
    }
    return []
  }

  private mutating func connected(
    local: SocketAddress?,
    peer: SocketAddress?,
    at time: Timestamp
  ) -> [Effect<ClientRequest>] {
    noteAttemptFailure()
    link.connected(at: time)
    reconnection.connected(at: time)
    var text = "connected"
    if let peer, !title.hasSuffix(peer.description) { text += " to \(peer)" }
    if let local { text += " from \(local)" }
    note(text, at: time)
    var effects = giveQueue()
    if ending == .whenSent { effects += finish() }
    return effects
  }

  private mutating func ended(_ end: ClientEnd, at time: Timestamp) -> [Effect<ClientRequest>] {
    // What the wire was given and did not write goes again; nobody else knows of what came after the wire's end.
    queue.takeBack()
    measures.end(inDoubt: log.doubt(before: queue.firstID ?? nextID))
    attemptFailure = nil
    if ending == .asked { return [.quit] }
    let isWanted = isClosing || end == .closed || end == .finished
    link.phase = .down(isWanted ? .closed : end)
    if isWanted { reconnection.rest() } else { reconnection.lost(at: time) }
    if queue.isEmpty || (ending == .whenSent && reconnection.retry == nil) { ending = .none }
    tell(isWanted ? .closed : end, at: time)
    isClosing = false
    guard isReconnecting else { return [] }
    isReconnecting = false
    return connect(isByHand: true)
  }

  /// Says how the connection ended, and what comes next; what to do about it is said once.
  private mutating func tell(_ end: ClientEnd, at time: Timestamp) {
    let isAlert = end != .closed
    guard let retry = reconnection.retry else {
      note(end.advice ?? end.loss, isAlert: isAlert, at: time)
      return
    }
    if retry.number == 1, let advice = end.advice { note(advice, isAlert: isAlert, at: time) }
    let delay = Figures.latency(nanoseconds: retry.delay)
    note("\(end.loss) - retry \(retry.number) in \(delay)", isAlert: isAlert, at: time)
  }

  /// Tells of an address that did not work, now that it is known not to be the end.
  private mutating func noteAttemptFailure() {
    if let (text, time) = attemptFailure { note(text, isAlert: true, at: time) }
    attemptFailure = nil
  }

  private mutating func take(_ batch: TrafficBatch) -> [Effect<ClientRequest>] {
    var effects: [Effect<ClientRequest>] = []
    for record in batch.records {
      let isAwaited = awaitsReceipts && record.isAwaited
      measures.count(record, isAwaited: isAwaited, at: batch.time)
      show(record, of: batch, isAwaited: isAwaited)
      effects += follow(record, isAwaited: isAwaited)
    }
    syncList()
    return effects
  }

  /// What a record changes in the log.
  private mutating func show(_ record: TrafficRecord, of batch: TrafficBatch, isAwaited: Bool) {
    switch record.kind {
    case .sent:
      queue.remove(record.message)
      log.mark(record.message, isAwaited ? .waiting : .written)
    case .timedOut: log.mark(record.message, .timedOut)
    case .failed:
      if record.detail == .unsent { break }
      queue.remove(record.message)
      log.mark(record.message, record.detail == .refused ? .failed : .inDoubt)
    case .receipt, .lateReceipt, .received:
      let payload = batch.payload(of: record)
      let shown = framing.shown(of: payload, transport: transport)
      var isFolded = false
      if record.kind != .received {
        let fate: ClientLog.Fate =
          record.kind == .receipt ? .answered(record.roundTrip) : .late(record.roundTrip)
        isFolded = log.mark(record.message, fate) && record.flags.isEmpty && shown.elementsEqual("OK".utf8)
      }
      guard !isFolded else { return }
      log.append(
        received: shown,
        wireCount: record.wireCount,
        flags: record.flags,
        answering: record.kind == .received ? 0 : record.message,
        at: batch.time
      )
    }
  }

  /// Ends the session when the stop message has met its fate.
  private mutating func follow(_ record: TrafficRecord, isAwaited: Bool) -> [Effect<ClientRequest>] {
    guard case .stopMessage(record.message, let isWritten) = ending else { return [] }
    switch record.kind {
    case .receipt, .lateReceipt, .timedOut: return finish()
    case .sent:
      guard isAwaited else { return finish() }
      ending = .stopMessage(record.message, isWritten: true)
    case .failed where record.detail == .unsent: break
    case .failed: ending = isWritten ? .asked : .none
    case .received: break
    }
    return []
  }

  mutating func finish() -> [Effect<ClientRequest>] {
    ending = .asked
    link.phase = .closing
    return [.request(.finish)]
  }

  mutating func note(_ text: String, isAlert: Bool = false, at time: Timestamp) {
    log.append(notice: text, isAlert: isAlert, at: time)
    syncList()
  }

  mutating func syncList() {
    list.append(Int(log.endID - list.end))
    if log.firstID > list.first { list.drop(Int(log.firstID - list.first)) }
  }
}
