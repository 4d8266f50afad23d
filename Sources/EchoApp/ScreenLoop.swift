package import Echo
package import Screen
package import Terminal
package import Wire

/// The loop of a screen program: it alone waits, and it sleeps until a key, the wire, a signal or a due frame wakes it.
///
/// News is painted at most 60 times a second, and less often where painting is dear; what a key or another size of the
/// terminal changes is painted at once, whatever news is waiting. While the model has pending work nothing sleeps: it gets a
/// turn after whatever else there is to do. While an editor has the terminal the wire is served as ever, but no key is read
/// and nothing is painted.
package struct ScreenLoop<Model: ScreenModel>: ~Copyable {
  /// How long news is taken in before keys and due frames are seen to again.
  private static var newsSlice: Duration { .milliseconds(1) }

  private var model: Model
  private var terminal: Terminal
  private let wake: WakeDescriptor
  private let signals: SignalWatch
  private var waiter = Waiter()
  private var file: RequestedFile
  private var history: RequestedHistory
  private var editor = RequestedEditor()
  /// What the wire had to say and the model has not been told yet, the newest first.
  private var backlog: [Model.News] = []
  /// The backlog took longer than a slice, so that most likely there is more by now.
  private var isBehind = false
  /// What was typed after the key that opened the editor.
  private var typedAhead: [InputEvent] = []
  /// What a key's echo takes, the terminal's part included, has before a busy wire and before news.
  private let rightOfWay: RightOfWay
  private let clock = ContinuousClock()
  private var pacing = FramePacing()
  /// When the wire was last asked what it has to say.
  private var lastDrain: ContinuousClock.Instant
  private var isPaintDue = true
  private var isStalled = false
  private var isOver = false
  private var ending = Ending()
  private var isTerminalLost = false

  /// Takes the terminal.
  ///
  /// `wake` is what the mailboxes signal, `theme` what the user asked for, `history` where the model's user is remembered,
  /// `writableFolders` where alone files may be written, if there is such a bound; `rightOfWay` is what a busy wire
  /// respects, if there is one.
  package init(
    wake: WakeDescriptor,
    theme: ThemeName?,
    history: HistoryFile? = nil,
    writableFolders: [String]? = nil,
    rightOfWay: RightOfWay = RightOfWay(),
    model: (Look) -> Model
  ) throws(Failure) {
    // Before the terminal is taken: a signal must not end the program and leave it as it is.
    let signals = try Failure.onError(.systemError) {
      try SignalWatch([.terminate, .interrupt, .hangUp, .quit, .windowChange, .resume, .stop, .child], wake: wake)
    }
    let terminal = try Failure.onError(.systemError) { try Terminal() }
    // A key's echo does not wait for the turn of a busy wire to end.
    Turns.short.take()
    self.model = model(Look(of: terminal, theme: theme))
    self.terminal = terminal
    self.wake = wake
    self.signals = signals
    file = RequestedFile(writableFolders: writableFolders)
    self.history = RequestedHistory(history)
    self.rightOfWay = rightOfWay
    lastDrain = clock.now
  }

  /// Runs until the model quits; `drain` takes what the wire has to say, `perform` does what the model asks of it.
  package consuming func run(
    drain: () -> [Model.News],
    perform: (Model.Request) throws(Failure) -> Void
  ) throws(Failure) -> Model {
    do throws(Failure) {
      try serve(drain: drain, perform: perform)
    } catch {
      if editor.isRunning {
        editor = RequestedEditor()
        // The modes that the editor left are no one's: taken, the terminal is given back with those from before.
        terminal.enter()
      }
      throw error
    }
    return model
  }

  private mutating func serve(
    drain: () -> [Model.News],
    perform: (Model.Request) throws(Failure) -> Void
  ) throws(Failure) {
    try apply(.resize(terminal.size), perform)
    try tick(perform)
    // So that the first picture tells what there is to tell already.
    backlog = drain().reversed()
    try takeNews(perform)
    paintIfDue()
    ProgramPages.leave()
    while !isOver || editor.isRunning {
      paintIfDue()
      let hasNews = try wait()
      try tick(perform)
      try takeSignals(perform)
      let hasKeys = try takeInput(perform)
      if hasKeys {
        paintIfDue()
        rightOfWay.grant()
      }
      if hasNews || hasKeys || isBehind, backlog.isEmpty {
        backlog = drain().reversed()
        isBehind = false
        lastDrain = clock.now
      }
      try takeNews(perform)
      if !isOver, model.hasPendingWork { try apply(.turn, perform) }
      if ending.isNewlyOverdue() { try apply(.terminate, perform) }
    }
  }

  /// Tells the model of the backlog, for as long as a key may wait; at the program's end of all of it.
  private mutating func takeNews(_ perform: (Model.Request) throws(Failure) -> Void) throws(Failure) {
    let end = clock.now + ScreenLoop.newsSlice
    while let event = backlog.popLast() {
      try apply(.news(event), perform)
      if !isOver, clock.now >= end {
        isBehind = true
        rightOfWay.respect()
        return
      }
    }
  }

  private mutating func apply(
    _ event: ScreenEvent<Model.News>,
    _ perform: (Model.Request) throws(Failure) -> Void
  ) throws(Failure) {
    isPaintDue = true
    switch event {
    case .input, .resize: pacing.hurry()
    default: break
    }
    for effect in model.update(event) {
      switch effect {
      case .request(let request): try perform(request)
      case .quit: isOver = true
      case .redraw: terminal.redraw()
      case .suspend: try suspend(perform)
      case .copy(let bytes): terminal.copy(bytes)
      case .mouse(let isOn): terminal.setMouse(isOn)
      case .file(let request):
        if let event = file.perform(request) { try apply(.file(event), perform) }
      case .edit(let text):
        terminal.leave()
        if let event = editor.start(text, on: terminal.inputDescriptor) { try takeBack(event, perform) }
      case .remember(let text):
        if let reason = history.keep(text) { try apply(.notRemembered(reason), perform) }
      }
    }
  }

  private mutating func suspend(_ perform: (Model.Request) throws(Failure) -> Void) throws(Failure) {
    terminal.suspend()
    try apply(.resize(terminal.size), perform)
  }

  /// Takes the terminal back from the editor.
  private mutating func takeBack(
    _ event: EditorEvent,
    _ perform: (Model.Request) throws(Failure) -> Void
  ) throws(Failure) {
    terminal.enter()
    try apply(.resize(terminal.size), perform)
    try apply(.edited(event), perform)
    let events = typedAhead
    typedAhead = []
    try take(events, perform)
  }

  private mutating func tick(_ perform: (Model.Request) throws(Failure) -> Void) throws(Failure) {
    let (nanoseconds, offset) = Surroundings.clock()
    try apply(.tick(Moment(time: Timestamp(nanoseconds: nanoseconds), offset: offset)), perform)
  }

  private mutating func paintIfDue() {
    guard isPaintDue, !isOver, !editor.isRunning, pacing.pause(at: clock.now) == .zero else { return }
    let before = Surroundings.processorTime
    // A terminal that takes nothing costs no pictures.
    isStalled = !terminal.flush() || !terminal.paint(model.view())
    if !isStalled {
      isPaintDue = false
      pacing.note(frameAt: clock.now, cost: Surroundings.processorTime - before)
    }
  }

  /// Waits for the next thing to do; true when the wire may have news.
  ///
  /// While a frame is pending the wire is not listened to, for the shortest time between two: what comes in the meantime is
  /// painted together. While there is a backlog it need not be: there is enough to do.
  private mutating func wait() throws(Failure) -> Bool {
    let isAway = editor.isRunning
    let isFramePending = isPaintDue && !isStalled && !isAway
    var timeout: Duration?
    func consider(_ duration: Duration) { timeout = min(timeout ?? duration, max(.zero, duration)) }
    if isFramePending { consider(min(FramePacing.frame, pacing.pause(at: clock.now))) }
    if let pending = terminal.pendingTimeout, !isAway { consider(pending) }
    if let timeout = editor.timeout, isAway { consider(timeout) }
    if let deadline = ending.deadline, !isOver { consider(deadline - clock.now) }
    if model.showsSeconds, !isAway { consider(untilNextSecond) }
    if let wakeTime = model.wakeTime { consider(until(wakeTime)) }
    if model.hasPendingWork || isBehind || !backlog.isEmpty, !isOver { consider(.zero) }
    waiter.watch(wake.descriptor, for: isFramePending || !backlog.isEmpty ? [] : .readable)
    waiter.watch(terminal.inputDescriptor, for: terminal.isClosed || isAway ? [] : .readable)
    waiter.watch(terminal.outputDescriptor, for: isStalled && !terminal.isClosed && !isAway ? .writable : [])
    _ = try Failure.onError(.systemError) { try waiter.wait(timeout: timeout) }
    // A turn is no reason to take the news in smaller pieces than a frame's.
    if isFramePending { return !model.hasPendingWork || clock.now - lastDrain >= FramePacing.frame }
    guard waiter.readiness(of: wake.descriptor).contains(.readable) else { return false }
    wake.clear()
    return true
  }

  private func until(_ time: Timestamp) -> Duration {
    .nanoseconds(time.nanoseconds - Surroundings.clock().nanoseconds)
  }

  private var untilNextSecond: Duration {
    .nanoseconds(1_000_000_000 - Surroundings.clock().nanoseconds % 1_000_000_000)
  }

  private mutating func takeInput(
    _ perform: (Model.Request) throws(Failure) -> Void
  ) throws(Failure) -> Bool {
    guard !editor.isRunning else { return false }
    let events = terminal.read()
    if !events.isEmpty { rightOfWay.grant() }
    try take(events, perform)
    if terminal.isClosed { try lose(perform) }
    return !events.isEmpty
  }

  /// Gives the model what was typed, up to the key that opens an editor; the rest waits for the editor's end.
  private mutating func take(
    _ events: [InputEvent],
    _ perform: (Model.Request) throws(Failure) -> Void
  ) throws(Failure) {
    for (index, event) in events.enumerated() {
      try apply(.input(event), perform)
      if editor.isRunning {
        typedAhead = Array(events[(index + 1)...])
        return
      }
    }
  }

  private mutating func takeSignals(
    _ perform: (Model.Request) throws(Failure) -> Void
  ) throws(Failure) {
    var signals = signals.take()
    if editor.isRunning {
      // The size is asked for, and the terminal taken, when the editor has ended.
      let event = editor.heed(signals)
      signals.subtract([.windowChange, .resume, .stop])
      if let event { try takeBack(event, perform) }
    }
    guard !signals.isEmpty else { return }
    if signals.contains(.windowChange) || signals.contains(.resume) {
      if signals.contains(.resume) { terminal.resume() } else { terminal.resize() }
      try apply(.resize(terminal.size), perform)
    }
    if signals.contains(.stop) { try suspend(perform) }
    if signals.contains(.hangUp) { try lose(perform) }
    if signals.contains(.terminate) || signals.contains(.interrupt) || signals.contains(.quit) {
      try end(.asked, perform)
    }
  }

  /// The terminal is gone: nothing is worth waiting for long.
  private mutating func lose(_ perform: (Model.Request) throws(Failure) -> Void) throws(Failure) {
    guard !isTerminalLost else { return }
    isTerminalLost = true
    try end(.hangUp, perform)
  }

  private mutating func end(
    _ cause: Ending.Cause,
    _ perform: (Model.Request) throws(Failure) -> Void
  ) throws(Failure) {
    let isNew = ending.begin(cause)
    StandardError.end(by: ending.lastMoment)
    if isNew { try apply(.terminate, perform) }
  }
}
