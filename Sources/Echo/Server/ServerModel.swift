import Screen
package import Wire

/// What a server is on a screen, here or elsewhere: what was received, from whom, and where the reader looks.
package struct ServerModel: ScreenModel {
  package typealias News = ServerEvent
  package typealias Request = ServerCommand

  /// The part of the screen that has the keys.
  enum Pane: Hashable, Sendable {
    case list, detail, peers, statistics
  }

  /// What stands before the panes and takes the keys.
  enum Overlay: Sendable {
    case help(HelpTable)
    case prompt(Prompt, PromptKind)
    case question(Question)
  }

  enum PromptKind: Hashable, Sendable {
    case find, filter, command
  }

  enum Phase: Hashable, Sendable {
    case starting, listening, stopping
    /// Nothing more comes of a server that runs elsewhere, or ran.
    case over(ServerEnd)
  }

  let site: ServerSite
  let framing: Framing
  let stopPolicy: StopPolicy
  let look: Look
  private(set) var size = Size.zero
  private(set) var phase = Phase.starting
  private(set) var endpoints: [Endpoint] = []
  private(set) var startTime: Timestamp?
  /// When it was known that nothing more comes.
  private(set) var endTime: Timestamp?
  private(set) var now = Moment(time: Timestamp(nanoseconds: 0))
  var measures: ServerMeasures
  /// How far a recording is added up.
  var count = RecordedCount()
  /// Whether what comes is recorded, or was to be.
  private(set) var isRecording = false
  /// Why what comes is not recorded any more, though it was to be.
  private(set) var recordingFailure: RecordingFailure?
  var browser: LogBrowser<ServerLog>
  var peersPane = PeersPane()
  var pane = Pane.list
  var overlay: Overlay?
  var histories: [PromptKind: MessageHistory] = [:]
  var isMouseOn = false
  /// Columns of the previews that are scrolled off to the left.
  var skip = 0

  /// `recorded`: what this program records, and how many rows that had before.
  package init(
    site: ServerSite = .here,
    framing: Framing,
    stopPolicy: StopPolicy,
    historyCount: Int,
    historyBytes: Int,
    recorded: (rows: any RecordedRows, count: UInt64)? = nil,
    look: Look = Look()
  ) {
    let received = MessageLog(
      countLimit: historyCount,
      byteLimit: historyBytes,
      framing: framing,
      firstID: recorded?.count ?? 0
    )
    let log = recorded.map { ServerLog(received, recordedIn: RecordedLog($0.rows)) } ?? ServerLog(received)
    self.init(site: site, log: log, stopPolicy: stopPolicy, look: look)
    browser.follow()
  }

  init(site: ServerSite, log: ServerLog, stopPolicy: StopPolicy, look: Look) {
    self.site = site
    framing = log.received.framing
    self.stopPolicy = stopPolicy
    self.look = look
    measures = ServerMeasures(recalls: site != .here)
    browser = LogBrowser(log, framing: framing)
  }

  /// The last line a server leaves behind.
  package var summary: String { measures.totals.text }

  package var showsSeconds: Bool {
    browser.log.isRecordingAlone || isRunning && size.columns >= ServerLayout.uptimeColumns
  }

  /// Whether there is more to come.
  var isRunning: Bool {
    switch phase {
    case .starting, .over: false
    case .listening, .stopping: true
    }
  }

  package var hasPendingWork: Bool { browser.hasPendingWork || isCounting }

  var layout: ServerLayout { ServerLayout(size: size, isDetailOpen: browser.isDetailOpen, pane: pane) }

  package mutating func update(_ event: ScreenEvent<ServerEvent>) -> [Effect<ServerCommand>] {
    var effects: [Effect<ServerCommand>] = []
    switch event {
    case .resize(let size):
      self.size = size
      arrange()
    case .tick(let moment):
      let before = now
      now = moment
      refreshRecording(since: before)
      browser.renewAllowance()
      measures.advance(to: moment.time)
      peersPane.sync(measures.peers)
    case .turn:
      effects = browser.work().map(Effect.file) + copySlice()
      countRecording()
    case .file(let event): if let path = browser.handle(event) { overlay = .question(.overwrite(path)) }
    case .news(let news): effects = handle(news)
    case .input(.key(let key)): effects = press(key)
    case .input(.mouse(let mouse)): press(mouse)
    case .input(.paste(let bytes)): paste(bytes)
    case .input(.focus), .edited, .notRemembered: break
    case .terminate: effects = leave()
    }
    browser.keepSight()
    browser.showSubject()
    noticeFailure()
    return effects
  }

  /// The list is shown in a part of another program's screen, `ServerModel.drawPane`, and not in a view of its own.
  mutating func resize(pane: Rect) {
    browser.list.resize(rows: max(0, pane.size.rows - (ServerModel.hasPaneHeader(pane) ? 2 : 1)))
  }

  /// Tells the panes their sizes, which a resize and an opened pane change.
  mutating func arrange() {
    let layout = layout
    browser.list.resize(rows: layout.list.size.rows)
    browser.detail.resize(layout.detail?.size ?? .zero)
    peersPane.resize(rows: max(0, (layout.peers?.size.rows ?? 0) - PeersPane.headerRows), measures.peers)
  }

  // News.

  /// Takes in what a server elsewhere says of itself.
  mutating func take(_ greeting: ServerGreeting) {
    endpoints = greeting.endpoints
    startTime = greeting.started
    phase = .listening
  }

  /// Begins with what a server elsewhere had counted before, who was connected, and what its recording was.
  mutating func take(_ totals: ServerTotals, peers: UInt64, _ recording: RecordingStatus?) {
    measures.adopt(totals, peers: peers)
    switch recording {
    case .going: isRecording = true
    case .failed(let failure): recordingFailure = failure
    case nil: break
    }
  }

  /// Nothing more comes of a server elsewhere; what came stays to be read.
  mutating func end(_ end: ServerEnd) {
    guard isRunning else { return }
    phase = .over(end)
    endTime = now.time
    // What was said before is of a server that ran.
    browser.notice = nil
  }

  private mutating func handle(_ news: ServerEvent) -> [Effect<ServerCommand>] {
    if case .stopped(let totals, _) = news, site != .here {
      measures.adopt(totals)
      end(.stopped)
      return []
    }
    measures.count(news)
    switch news {
    case .listening(let endpoints):
      self.endpoints = endpoints
      phase = .listening
      startTime = startTime ?? now.time
    case .messages(let batch): browser.grow { $0.append(batch) }
    case .stopping:
      phase = .stopping
      browser.grow { $0.append(event: news) }
    case .stopped: return [.quit]
    case .recording:
      isRecording = true
      browser.grow { $0.append(event: news) }
    case .recordingFailed(let failure, _):
      recordingFailure = failure
      browser.grow { $0.append(event: news) }
    case .connected, .disconnected, .dropped, .refused, .failure: browser.grow { $0.append(event: news) }
    }
    // Where nobody reads it costs what is shown; else the next tick brings the newcomers.
    if !peersPane.isAttended { peersPane.sync(measures.peers) }
    return []
  }
}
