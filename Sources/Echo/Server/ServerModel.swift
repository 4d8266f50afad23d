import Screen
package import Wire

/// What `echo_server` is on a screen: what was received, from whom, and where the reader looks.
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
  }

  let framing: Framing
  let stopPolicy: StopPolicy
  let look: Look
  private(set) var size = Size.zero
  private(set) var phase = Phase.starting
  private(set) var endpoints: [Endpoint] = []
  private(set) var startTime: Timestamp?
  private(set) var now = Moment(time: Timestamp(nanoseconds: 0))
  private(set) var log: MessageLog
  var list = MessageList()
  private(set) var measures = ServerMeasures()
  var detail = DetailPane()
  var isDetailOpen = false
  var peersPane = PeersPane()
  var pane = Pane.list
  var overlay: Overlay?
  var histories: [PromptKind: MessageHistory] = [:]
  /// The last search, for `n` and for the highlight.
  var pattern: SearchPattern? { didSet { hasOtherPattern = true } }
  private var hasOtherPattern = false
  /// Where the search's matches are in the message of the detail.
  private(set) var detailMatches: [Range<Int>] = []
  var finder: Finder?
  var marks: Set<UInt64> = []
  var save: SaveJob?
  var isMouseOn = false
  /// What the last key led to, until the next one.
  var notice: Notice?
  /// Columns of the previews that are scrolled off to the left.
  var skip = 0

  package init(
    framing: Framing,
    stopPolicy: StopPolicy,
    historyCount: Int,
    historyBytes: Int,
    look: Look = Look()
  ) {
    self.framing = framing
    self.stopPolicy = stopPolicy
    self.look = look
    log = MessageLog(countLimit: historyCount, byteLimit: historyBytes, framing: framing)
  }

  /// The last line a server leaves behind.
  package var summary: String { measures.totals.text }

  package var showsSeconds: Bool { phase != .starting && size.columns >= ServerLayout.uptimeColumns }

  package var hasPendingWork: Bool {
    !list.isComplete(for: log) || finder != nil || save?.isReady == true
  }

  var layout: ServerLayout { ServerLayout(size: size, isDetailOpen: isDetailOpen, pane: pane) }

  package mutating func update(_ event: ScreenEvent<ServerEvent>) -> [Effect<ServerCommand>] {
    var effects: [Effect<ServerCommand>] = []
    switch event {
    case .resize(let size):
      self.size = size
      arrange()
    case .tick(let moment):
      now = moment
      measures.advance(to: moment.time)
      peersPane.sync(measures.peers)
    case .turn: effects = work()
    case .file(let event): effects = handle(event)
    case .news(let news): effects = handle(news)
    case .input(.key(let key)): effects = press(key)
    case .input(.mouse(let mouse)): press(mouse)
    case .input(.paste(let bytes)): paste(bytes)
    case .input(.focus): break
    case .terminate: effects = [.request(.stop)]
    }
    showSelected()
    return effects
  }

  /// The list is shown in a part of another program's screen, `ServerModel.drawPane`, and not in a view of its own.
  mutating func resize(pane: Rect) {
    list.resize(rows: max(0, pane.size.rows - (ServerModel.hasPaneHeader(pane) ? 2 : 1)))
  }

  /// Tells the panes their sizes, which a resize and an opened pane change.
  mutating func arrange() {
    let layout = layout
    list.resize(rows: layout.list.size.rows)
    detail.resize(layout.detail?.size ?? .zero)
    peersPane.resize(rows: max(0, (layout.peers?.size.rows ?? 0) - PeersPane.headerRows), measures.peers)
  }

  /// Gives the detail the selected message, where there is one.
  mutating func showSelected() {
    guard isDetailOpen, let number = list.viewport.selection, let row = log[list.id(of: number)] else {
      detailMatches = []
      return detail.show(nil)
    }
    let before = list.row(before: number).flatMap { log[list.id(of: $0)] }
    let id = list.id(of: number)
    let isOther = detail.subject?.id != id
    detail.show(DetailSubject(row, id: id, framing: framing, before: before))
    if isOther || hasOtherPattern { markMatches() }
  }

  /// Finds what the search is for in the message of the detail.
  private mutating func markMatches() {
    hasOtherPattern = false
    guard let pattern, let bytes = detail.subject?.bytes else { return detailMatches = [] }
    detailMatches = bytes.withUnsafeBytes { pattern.ranges(in: $0, limit: ServerModel.markLimit) }
    if let first = detailMatches.first { detail.reveal(first.lowerBound) }
  }

  /// Matches that are marked in one message.
  private static let markLimit = 4096

  // News.

  private mutating func handle(_ news: ServerEvent) -> [Effect<ServerCommand>] {
    measures.count(news)
    switch news {
    case .listening(let endpoints):
      self.endpoints = endpoints
      phase = .listening
      startTime = startTime ?? now.time
    case .messages(let batch): log.append(batch)
    case .stopping:
      phase = .stopping
      log.append(event: news)
    case .stopped: return [.quit]
    case .connected, .disconnected, .dropped, .refused, .failure: log.append(event: news)
    }
    list.follow(log, framing: framing)
    if let oldest = marks.min(), oldest < log.firstID { marks = marks.filter { $0 >= log.firstID } }
    // Where nobody reads it costs what is shown; else the next tick brings the newcomers.
    if !peersPane.isAttended { peersPane.sync(measures.peers) }
    return []
  }

  /// Forgets every row; the totals go on.
  mutating func clear() {
    log.clear()
    list.clear(log)
    marks = []
    finder = nil
  }

  // Work that is done in slices between keys.

  private mutating func work() -> [Effect<ServerCommand>] {
    if !list.isComplete(for: log) { list.work(log, framing: framing) }
    if finder != nil { search() }
    return saveSlice()
  }
}
