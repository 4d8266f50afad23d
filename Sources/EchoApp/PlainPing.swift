import Echo
import Terminal
import Wire

/// The client that pings: the loop around a `PingModel`.
struct PlainPing: ~Copyable {
  private let endpoint: Endpoint
  private let client: WireClient
  private let recording: ClientRecording?
  private var streams: PlainStreams
  private var model: PingModel
  private var plain = PlainOutput()
  private let start = ContinuousClock.now

  init(
    _ plan: PingPlan,
    configuration: ClientConfiguration,
    format: OutputFormat,
    isQuiet: Bool,
    streams: consuming PlainStreams,
    recording: ClientRecording?
  ) throws(Failure) {
    var configuration = configuration
    // The wire matches in the order of sending; echoes are matched by what they are.
    configuration.awaitsReceipts = plan.awaitsReceipts
    client = try WireClient.start(configuration, recorder: recording?.recorder, waking: streams.wake)
    self.recording = recording
    endpoint = configuration.endpoint
    model = PingModel(plan, format: format, isQuiet: isQuiet)
    self.streams = streams
  }

  consuming func run() throws(Failure) {
    while true {
      // What had come by now is heard before anything is given up.
      let now = moment
      for event in (recording?.takeNews() ?? []) + client.events.drain() {
        // The end tells how many messages are not recorded.
        if case .ended = event { for news in recording?.end() ?? [] { update(.wire(news), now) } }
        update(.wire(event), now)
        if plain.output.count >= StandardOutput.capacity { try streams.write(&plain) }
      }
      update(.tick, now)
      try streams.write(&plain)
      guard model.end == nil else { break }
      let timeout = model.deadline.map { Duration.nanoseconds($0 - moment.elapsed) }
      if try streams.wait(timeout: timeout).isToEnd { update(.interrupt, moment) }
    }
    try recording?.judge()
    try judge()
    try streams.judge()
  }

  private mutating func update(_ event: PingModel.Event, _ now: PingModel.Moment) {
    for command in model.update(event, at: now, to: &plain) { client.post(command) }
  }

  private var moment: PingModel.Moment { PingModel.Moment(since: start) }

  /// Turns how the ping went into how the program ends.
  private func judge() throws(Failure) {
    if case .failed(let error) = model.end { throw Failure(error) }
    let (unanswered, sent) = model.shortfall
    if model.end == .peerClosed, !model.isWhole {
      throw Failure(.ioError, "\(endpoint.text): closed by the peer after \(Figures.quantity(sent, "message"))")
    }
    guard unanswered > 0 else { return }
    let advice = model.isMisled ? " (what came is no echo: leave out --expect echo?)" : ""
    throw Failure(
      .temporaryFailure,
      "\(unanswered) of \(Figures.quantity(sent, "message")) not answered in time\(advice)"
    )
  }
}

extension PingModel.Moment {
  /// Now, for an exchange that began at `start`.
  init(since start: ContinuousClock.Instant) {
    let (seconds, attoseconds) = start.duration(to: .now).components
    self.init(
      elapsed: seconds * 1_000_000_000 + attoseconds / 1_000_000_000,
      time: Timestamp(nanoseconds: Surroundings.clock().nanoseconds)
    )
  }
}
