import Screen
package import Wire

/// What `echo_server` is on a screen: what was received, from whom, and where the reader looks.
package struct ServerModel: ScreenModel {
  package typealias News = ServerEvent
  package typealias Request = ServerCommand

  /// What the keys are for at the moment.
  enum Focus: Hashable, Sendable {
    case list
    case help(HelpTable)
    /// Peers are connected and the user wants to quit.
    case quitQuestion
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
  private(set) var log: MessageLog
  private(set) var list = ListViewport()
  private(set) var peers = PeerTable()
  private(set) var rates = RateWindow()
  private(set) var totals = ServerTotals()
  private(set) var focus = Focus.list
  /// Columns of the previews that are scrolled off to the left.
  private(set) var skip = 0
  /// Painting rests; receiving never does.
  private(set) var isPaused = false
  private(set) var startTime: Timestamp?
  private(set) var now = Moment(time: Timestamp(nanoseconds: 0))

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
  package var summary: String { totals.text }

  package var showsSeconds: Bool { phase != .starting && size.columns >= ServerLayout.uptimeColumns }

  package mutating func update(_ event: ScreenEvent<ServerEvent>) -> [Effect<ServerCommand>] {
    switch event {
    case .resize(let size):
      self.size = size
      list.resize(rows: ServerLayout(size: size).list.size.rows)
    case .tick(let moment):
      now = moment
      rates.advance(to: moment.time.nanoseconds / 1_000_000_000)
    case .news(let news): return handle(news)
    case .input(.key(let key)): return press(key)
    case .input(.mouse(let mouse)): scroll(mouse)
    case .input(.paste), .input(.focus), .turn, .file: break
    case .terminate: return [.request(.stop)]
    }
    return []
  }

  /// The list is shown in a part of another program's screen, `ServerModel.drawPane`, and not in a view of its own.
  mutating func resize(pane: Rect) {
    list.resize(rows: max(0, pane.size.rows - (ServerModel.hasPaneHeader(pane) ? 2 : 1)))
  }

  // News.

  private mutating func handle(_ news: ServerEvent) -> [Effect<ServerCommand>] {
    switch news {
    case .listening(let endpoints):
      self.endpoints = endpoints
      phase = .listening
      startTime = startTime ?? now.time
    case .messages(let batch): receive(batch)
    case .connected(let peer, let time):
      totals.connections += 1
      peers.connect(peer, at: time)
      note(news)
    case .disconnected(let peer, _, _, _):
      peers.disconnect(peer)
      note(news)
    case .dropped(let drop, let time):
      switch drop.agent {
      case .kernel: totals.droppedByKernel += drop.count
      case .server:
        totals.droppedByServer += drop.count
        totals.traffic.messages += drop.count
        totals.traffic.bytesReceived += drop.bytes
        rates.add(messages: drop.count, bytes: drop.bytes, at: time.nanoseconds / 1_000_000_000)
      }
      note(news)
    case .refused(let refusal, _):
      totals.refused += refusal.count
      note(news)
    case .failure: note(news)
    case .stopping:
      phase = .stopping
      note(news)
    case .stopped(let totals, _):
      self.totals = totals
      return [.quit]
    }
    return []
  }

  private mutating func receive(_ batch: MessageBatch) {
    var bytes: UInt64 = 0
    var start = 0
    while start < batch.records.count {
      // Records of one peer come in runs: one look-up a run.
      let place = batch.records[start].peer
      var end = start
      var runBytes: UInt64 = 0
      while end < batch.records.count, batch.records[end].peer == place {
        runBytes &+= batch.records[end].wireCount
        end += 1
      }
      peers.receive(
        messages: UInt64(end - start),
        bytes: runBytes,
        from: batch.peers[Int(place)],
        at: batch.records[start].time
      )
      bytes &+= runBytes
      start = end
    }
    let count = UInt64(batch.records.count)
    totals.traffic.messages += count
    totals.traffic.bytesReceived += bytes
    if let time = batch.records.last?.time {
      rates.add(messages: count, bytes: bytes, at: time.nanoseconds / 1_000_000_000)
    }
    log.append(batch)
    syncList()
  }

  private mutating func note(_ event: ServerEvent) {
    log.append(event: event)
    syncList()
  }

  private mutating func syncList() {
    if !isPaused { list.append(Int(log.endID - list.end)) }
    if log.firstID > list.first { list.drop(Int(log.firstID - list.first)) }
  }

  // Keys.

  private mutating func press(_ key: Key) -> [Effect<ServerCommand>] {
    switch focus {
    case .help(var help):
      focus = HelpKeys.press(key, &help, size: size) ? .help(help) : .list
      return []
    case .quitQuestion:
      focus = .list
      return key == .character("y") || key == .character("Y") || key == .control("c") ? [.request(.stop)] : []
    case .list:
      guard let action = ServerKeys.map.action(for: key) else { return [] }
      return perform(action)
    }
  }

  private mutating func perform(_ action: ServerKeys.Action) -> [Effect<ServerCommand>] {
    switch action {
    case .up: list.up()
    case .down: list.down()
    case .pageUp: list.pageUp()
    case .pageDown: list.pageDown()
    case .top: list.top()
    case .bottom:
      isPaused = false
      syncList()
      list.bottom()
    case .follow: list.toggleFollow()
    case .pause:
      isPaused.toggle()
      syncList()
    case .left: skip = max(0, skip - ServerModel.skipStep)
    case .right: skip = min(ServerModel.maximumSkip, skip + ServerModel.skipStep)
    case .help: focus = .help(HelpTable(title: "echo_server", entries: ServerKeys.map.helpEntries()))
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quitNow: return [.request(.stop)]
    case .quit:
      guard phase == .listening, peers.connectedCount > 0 else { return [.request(.stop)] }
      focus = .quitQuestion
    }
    return []
  }

  private static let skipStep = 8
  private static let maximumSkip = 1 << 20

  private mutating func scroll(_ mouse: Mouse) {
    switch mouse.action {
    case .wheelUp: list.scroll(by: -3)
    case .wheelDown: list.scroll(by: 3)
    case .press, .release, .drag: break
    }
  }
}
