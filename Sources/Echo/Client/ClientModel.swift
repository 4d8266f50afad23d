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
  }

  enum Phase: Hashable, Sendable {
    case starting
    case resolving(String)
    case connecting(String)
    case up(since: Timestamp)
    /// Everything has been said; receipts may still come.
    case closing
    case down(String)
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

  struct Outgoing: Hashable, Sendable {
    let id: UInt64
    let bytes: [UInt8]
  }

  let framing: Framing
  let transport: Transport
  let timeoutNanoseconds: Int64
  let awaitsReceipts: Bool
  let look: Look
  var title: String
  var size = Size.zero
  var phase = Phase.starting
  var ending = Ending.none
  var log: ClientLog
  var list = ListViewport()
  var input = InputLine()
  /// What the status row says of it: made when it changes, for a frame must not cost a long message's length.
  private(set) var inputText: String?
  var focus = Focus.input
  var history = MessageHistory()
  var counters = ClientCounters()
  /// What the status row says until the next key.
  var notice: String?
  /// Messages that wait for a connection.
  var queue: [Outgoing] = []
  var now = Moment(time: Timestamp(nanoseconds: 0))
  private var attemptFailure: (text: String, time: Timestamp)?
  /// ^C, or ^D while messages wait, was pressed once.
  var isQuitArmed = false
  var nextID: UInt64 = 1

  /// `title` names the endpoint: `tcp 127.0.0.1:5000`.
  package init(
    title: String,
    framing: Framing,
    transport: Transport,
    timeoutNanoseconds: Int64 = 5_000_000_000,
    awaitsReceipts: Bool = true,
    historyCount: Int = 100_000,
    historyBytes: Int = 64 << 20,
    look: Look = Look()
  ) {
    self.title = title
    self.framing = framing
    self.transport = transport
    self.timeoutNanoseconds = timeoutNanoseconds
    self.awaitsReceipts = awaitsReceipts
    self.look = look
    log = ClientLog(countLimit: historyCount, byteLimit: historyBytes)
  }

  /// The last line a client leaves behind.
  package var summary: String {
    counters.totals.text(awaitsReceipts: awaitsReceipts, missing: counters.missing)
  }

  /// Whether every message went out, and every receipt that was awaited came.
  package var isComplete: Bool { counters.missing == 0 && counters.pending == 0 && queue.isEmpty }

  package var showsSeconds: Bool {
    if case .up = phase, size.columns >= ClientLayout.elapsedColumns { return true }
    return !counters.isQuiet
  }

  var layout: ClientLayout { ClientLayout(size: size, lines: input.lineCount) }

  package mutating func update(_ event: ScreenEvent<ClientEvent>) -> [Effect<ClientRequest>] {
    defer {
      if case .input = event { inputText = measuredInput() }
      list.resize(rows: layout.list.size.rows)
    }
    switch event {
    case .resize(let size): self.size = size
    case .tick(let moment):
      now = moment
      counters.advance(to: moment.time)
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
    case .input(.focus), .turn, .file: break
    }
    return []
  }

  // MARK: News

  private mutating func handle(_ news: ClientEvent) -> [Effect<ClientRequest>] {
    switch news {
    case .resolving(let host, _): phase = .resolving(host)
    case .connecting(let address, _):
      noteAttemptFailure()
      phase = .connecting(address?.description ?? "")
    case .attemptFailed(let address, let error, let time):
      noteAttemptFailure()
      attemptFailure = ("\(address.map { "\($0): " } ?? "")\(error.reason); trying on", time)
    case .connected(let local, let peer, let time): return connected(local: local, peer: peer, at: time)
    case .traffic(let batch): return take(batch)
    case .peerFinished(let time): if !awaitsReceipts { note("the server has closed its end", at: time) }
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
    phase = .up(since: time)
    var text = "connected"
    if let peer, !title.hasSuffix(peer.description) { text += " to \(peer)" }
    if let local { text += " from \(local)" }
    note(text, at: time)
    var effects = queue.map { Effect<ClientRequest>.request(.send(id: $0.id, bytes: $0.bytes)) }
    counters.entrust(queue.count)
    queue = []
    if ending == .whenSent { effects += finish() }
    return effects
  }

  private mutating func ended(_ end: ClientEnd, at time: Timestamp) -> [Effect<ClientRequest>] {
    // What was asked of the wire after its end has met the same fate, and nobody will say so.
    log.fail(before: queue.first?.id ?? nextID)
    counters.abandon()
    attemptFailure = nil
    if ending == .asked { return [.quit] }
    let reason = end.failureText ?? "closed"
    phase = .down(reason)
    if ending == .whenSent || queue.isEmpty { ending = .none }
    note(reason, isAlert: true, at: time)
    notice = queue.isEmpty ? "not connected: Enter on a message connects again" : "not connected: Enter tries again"
    return []
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
      counters.count(record, isAwaited: isAwaited, at: batch.time)
      show(record, of: batch, isAwaited: isAwaited)
      effects += follow(record, isAwaited: isAwaited)
    }
    syncList()
    return effects
  }

  /// What a record changes in the log.
  private mutating func show(_ record: TrafficRecord, of batch: TrafficBatch, isAwaited: Bool) {
    switch record.kind {
    case .sent: log.mark(record.message, isAwaited ? .waiting : .written)
    case .timedOut: log.mark(record.message, .timedOut)
    case .failed: log.mark(record.message, .failed)
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
    case .failed: ending = isWritten ? .asked : .none
    case .received: break
    }
    return []
  }

  mutating func finish() -> [Effect<ClientRequest>] {
    ending = .asked
    phase = .closing
    return [.request(.finish)]
  }

  private mutating func note(_ text: String, isAlert: Bool = false, at time: Timestamp) {
    log.append(notice: text, isAlert: isAlert, at: time)
    syncList()
  }

  mutating func syncList() {
    list.append(Int(log.endID - list.end))
    if log.firstID > list.first { list.drop(Int(log.firstID - list.first)) }
  }
}
