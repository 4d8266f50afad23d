import Echo
import Journal
import Screen
import Terminal
import Wire

/// The client that replays a recording: the loop around a `ReplayModel`.
struct PlainReplay: ~Copyable {
  private let endpoint: Endpoint
  private let path: String
  private let client: WireClient
  private var streams: PlainStreams
  private var source: RecordedMessages
  private var model: ReplayModel
  private var plain = PlainOutput()
  /// Where Enter is heard; nil where nothing waits for it.
  private var input: StandardInput?
  private let start = ContinuousClock.now

  /// `configuration`: with the framing that was asked for; nil is the recorded one.
  init(
    _ options: ReplayOptions,
    of path: String,
    configuration given: ClientConfiguration,
    framing: Framing?,
    format: OutputFormat,
    isConfined: Bool
  ) throws(Failure) {
    // Before the sandbox: a terminal is opened anew, so that nothing waits for it.
    let streams = try PlainStreams.open()
    // Before the recording, which may be anybody's.
    if isConfined {
      var sandbox = Sandbox.client(of: given.endpoint)
      sandbox.databaseFolders = Sandbox.recording(path).databaseFolders
      sandbox.enterQuietly()
    }
    let source = try RecordedMessages.open(path, run: options.run)
    var configuration = given
    configuration.framing = framing ?? Framing(source.run.framing) ?? .line
    let isClients = source.isClients
    let reply = source.run.awaitsReplies ? nil : ReplyMode(rawValue: source.run.reply)
    guard isClients || reply != nil else {
      throw Failure(.dataError, "\(Printable.text(path.utf8)): the run's reply mode is none that is known")
    }
    let plan: ReplayPlan
    do throws(ReplayPlanError) {
      plan = try ReplayPlan(
        reply: reply,
        recordedPath: isClients ? source.replyPath : nil,
        pace: options.pace,
        sendsStops: options.sendsStops,
        configuration: configuration
      )
    } catch {
      throw Failure(.usage, error.text)
    }
    configuration.awaitsReceipts = plan.awaitsReceipts
    client = try WireClient.start(configuration, waking: streams.wake)
    endpoint = configuration.endpoint
    model = ReplayModel(plan, format: format)
    input = options.isStepwise ? StandardInput() : nil
    self.path = path
    self.source = source
    self.streams = streams
  }

  consuming func run() throws(Failure) {
    while true {
      for event in client.events.drain() {
        update(.wire(event))
        if plain.output.count >= StandardOutput.capacity { try streams.write(&plain) }
      }
      try readMessages()
      update(.tick)
      try streams.write(&plain)
      guard model.end == nil else { break }
      let due = model.deadline.map { Duration.nanoseconds(max(0, $0 - moment.elapsed)) }
      let timeout = model.wantsMessages ? .zero : due
      let (hasInput, isToEnd) = try streams.wait(input: input?.descriptor, timeout: timeout)
      if isToEnd { update(.interrupt) }
      if hasInput { try readSteps() }
    }
    try judge()
    try streams.judge()
  }

  /// Reads as many messages as are wanted.
  private mutating func readMessages() throws(Failure) {
    guard model.wantsMessages else { return }
    let now = moment
    do throws(RecordingError) {
      let isMore = try source.read { message in
        _ = model.update(.message(message), at: now, to: &plain)
        return model.wantsMessages
      }
      if !isMore { update(.endOfMessages) }
    } catch {
      throw Failure(reading: path, error)
    }
  }

  /// Each line is a step; after the last one nothing more goes.
  private mutating func readSteps() throws(Failure) {
    guard let input else { return }
    switch try Failure.onError(.ioError, { try input.read() }) {
    case .notYet: break
    case .bytes(let bytes): for byte in bytes where byte == 0x0a { update(.step) }
    case .end:
      self.input = nil
      update(.endOfSteps)
    }
  }

  private mutating func update(_ event: ReplayModel.Event) {
    for command in model.update(event, at: moment, to: &plain) { client.post(command) }
  }

  private var moment: ReplayModel.Moment { ReplayModel.Moment(since: start) }

  /// Turns how the replay went into how the program ends.
  private func judge() throws(Failure) {
    if case .failed(let error) = model.end { throw Failure(error) }
    let tally = model.tally
    if model.end == .peerClosed, !model.isWhole {
      throw Failure(.ioError, "\(endpoint.text): closed by the peer after \(Figures.quantity(tally.sent, "message"))")
    }
    let differences = tally.different + tally.unexpected
    if differences > 0 {
      throw Failure(.dataError, "\(Figures.quantity(differences, "message")) not answered as recorded")
    }
    if tally.misfits > 0 { throw Failure(.dataError, "messages that do not fit the framing were not sent") }
    guard tally.missing > 0 else { return }
    throw Failure(
      .temporaryFailure,
      "\(Figures.quantity(tally.missing, "message")) not answered, and were when recorded"
    )
  }
}
