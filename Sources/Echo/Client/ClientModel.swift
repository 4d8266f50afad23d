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
  /// Cut and frame messages so, from the next connection on.
  case frame(Framing)
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
    case question(Question)
    case find(Prompt)
    /// The texts of the log alone, for the terminal's own selection.
    case bare(BareView)
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

  /// Where it connects to, as the user named it.
  let endpoint: Endpoint?
  var framing: Framing
  /// The first row since the framing is this one.
  var framingStart: UInt64 = 0
  let transport: Transport
  let timeoutNanoseconds: Int64
  let awaitsReceipts: Bool
  /// Whether the framing may change: not where the peer is our own and has the same.
  let framingIsFixed: Bool
  let look: Look
  var title: String
  var size = Size.zero
  /// The whole screen, of which another program may have a part.
  var screenSize = Size.zero
  var link = ClientLink()
  var reconnection: Reconnection
  var ending = Ending.none
  var browser: LogBrowser<ClientLog>
  /// The newest rows have a window of their own below the one that the reader has scrolled up.
  var isSplit = false
  var unread = UnreadMark()
  var hasTerminalFocus = true
  /// The selected row is only held, for its bytes are being read: Enter is not meant for it.
  var isSelectionIncidental = false
  var input = InputLine()
  /// What the status row says of it: made when it changes, for a frame must not cost a long message's length.
  private(set) var inputText: String?
  var focus = Focus.input
  var findHistory = MessageHistory()
  var isMouseOn = false
  var history: MessageHistory
  /// Whether the shell is asked to remember what is entered.
  let keepsHistory: Bool
  /// ^X was pressed; the next key says what for.
  var isSequenceBegun = false
  var measures = ClientMeasures()
  var queue = Outbox()
  var now = Moment(time: Timestamp(nanoseconds: 0))
  /// Whether what is sent and received is to be recorded.
  package var isRecording = false
  /// Why nothing is recorded any more.
  package internal(set) var recordingFailure: RecordingFailure?
  var attemptFailure: (text: String, time: Timestamp)?
  /// Whether there ever was a connection.
  package var hasConnected = false
  /// What to do about a connection that can't be made was said since there was one.
  var hasAdvised = false
  /// The connection is being ended because the user wants that; another one begins if the user wants that too.
  var isClosing = false
  var isReconnecting = false
  /// ^C, or ^D while messages wait, was pressed once.
  var isQuitArmed = false
  var nextID: UInt64 = 1

  /// `title` names the endpoint, as far as it is known: `tcp 127.0.0.1:5000`; `reconnects`: what is lost is connected again by itself;
  /// `remembered`: what was entered in earlier runs, or nil for no memory of this one either.
  package init(
    title: String,
    endpoint: Endpoint? = nil,
    framing: Framing,
    transport: Transport,
    timeoutNanoseconds: Int64 = 5_000_000_000,
    awaitsReceipts: Bool = true,
    reconnects: Bool = true,
    framingIsFixed: Bool = false,
    historyCount: Int = 100_000,
    historyBytes: Int = 64 << 20,
    remembered: [String]? = nil,
    look: Look = Look()
  ) {
    self.title = title
    self.endpoint = endpoint
    self.framing = framing
    self.transport = transport
    self.timeoutNanoseconds = timeoutNanoseconds
    self.awaitsReceipts = awaitsReceipts
    self.framingIsFixed = framingIsFixed
    self.look = look
    history = MessageHistory(remembered ?? [])
    keepsHistory = remembered != nil
    reconnection = Reconnection(isEnabled: reconnects)
    // Its rows hold what is shown of a message: no framing is left to be looked through.
    browser = LogBrowser(
      ClientLog(countLimit: historyCount, byteLimit: historyBytes),
      framing: .raw,
      selectsByItself: false
    )
  }

  /// The last line a client leaves behind.
  package var summary: String {
    let text = measures.totals.text(
      awaitsReceipts: awaitsReceipts,
      missing: measures.missing,
      unrecorded: recordingFailure?.unrecorded(of: measures.totals) ?? 0
    )
    return queue.isEmpty ? text : "\(text); \(Figures.grouped(UInt64(queue.count))) not sent"
  }

  /// Messages that were entered and are left behind.
  package var unsentCount: Int { queue.count }

  /// Messages that the network did not take.
  package var refusedCount: UInt64 { measures.refused }

  /// Whether every message went out, and every receipt that was awaited came.
  package var isComplete: Bool { measures.missing == 0 && measures.pending == 0 && queue.isEmpty }

  package var showsSeconds: Bool {
    if case .up = phase, size.columns >= ClientLayout.elapsedColumns { return true }
    return reconnection.retry != nil || !measures.isQuiet
  }

  package var wakeTime: Timestamp? { reconnection.retry?.time }

  var phase: ClientLink.Phase { link.phase }

  package var hasPendingWork: Bool { browser.hasPendingWork }

  package mutating func update(_ event: ScreenEvent<ClientEvent>) -> [Effect<ClientRequest>] {
    var effects: [Effect<ClientRequest>] = []
    let revision = input.revision
    switch event {
    case .resize(let size): (self.size, screenSize) = (size, size)
    case .tick(let moment):
      now = moment
      browser.renewAllowance()
      measures.advance(to: moment.time)
      if reconnection.isDue(at: moment.time) { effects = connect(isByHand: false) }
    case .news(let news): effects = handle(news)
    case .turn: effects = work()
    case .file(let event): if let path = browser.handle(event) { focus = .question(.overwrite(path)) }
    case .terminate: effects = terminate()
    case .input(.key(let key)):
      // Not every terminal tells of the focus that it has got.
      hasTerminalFocus = true
      effects = press(key)
    case .input(.paste(let bytes)): paste(bytes)
    case .input(.mouse(let mouse)): press(mouse)
    case .input(.focus(let hasFocus)): hasTerminalFocus = hasFocus
    case .edited(let event): take(event)
    case .notRemembered(let reason): say(reason)
    }
    switch event {
    case .input, .edited:
      inputText = measuredInput()
      // Who has put a message into the line has no use for a selection that Enter would take in its place.
      if input.revision != revision, !input.isEmpty, command == nil { deselect() }
    case .news, .tick, .resize, .turn, .file, .notRemembered, .terminate: break
    }
    arrange()
    browser.showSubject()
    unread.watch(isAway: !browser.viewport.isFollowing || !hasTerminalFocus, end: browser.log.endID)
    return effects
  }

  /// Does a slice of what there is to do.
  private mutating func work() -> [Effect<ClientRequest>] {
    let wasSearching = browser.isSearching
    defer { if wasSearching, !browser.isSearching { settleSplit() } }
    return browser.work().map(Effect.file) + copySlice()
  }

  /// Tells the parts their sizes.
  mutating func arrange() {
    // Nobody has scrolled, but a filter or the history's end may have left less to see.
    if isSplit, !isEndOutOfSight { isSplit = false }
    let layout = layout
    browser.list.resize(rows: layout.list.size.rows)
    browser.detail.resize(layout.detail?.size ?? .zero)
  }

  var layout: ClientLayout {
    ClientLayout(
      size: size,
      lines: input.lineCount,
      isDetailOpen: browser.isDetailOpen,
      isSplit: isSplit && !browser.viewport.isFollowing
    )
  }

  /// Says something until the next key.
  mutating func say(_ text: String, isAlert: Bool = false) { browser.notice = Notice(text, isAlert: isAlert) }
}
