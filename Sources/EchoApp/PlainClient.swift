import Echo
import Terminal
import Wire

/// The client without a screen: lines are sent, what becomes of them is written.
///
/// Nothing is sent one round trip at a time; a full queue stops the reading of standard input.
struct PlainClient: ~Copyable {
  /// A peer that takes nothing any more would keep a script for ever.
  private static let stallNanoseconds: Int64 = 30_000_000_000
  private static let prompt = "please enter the message to send: "

  private let configuration: ClientConfiguration
  private let client: WireClient
  private let recording: ClientRecording?
  private var streams: PlainStreams
  private var source: MessageSource
  private var transcript: ClientTranscript
  /// The server inside the same process, in the playground.
  private var embedded: EmbeddedServer?
  private var plain = PlainOutput()
  private var held: [ClientEvent] = []
  private var lastID: UInt64 = 0
  /// Bytes that were sent last: as many are likely to be sent next.
  private var lastByteCount = 0
  /// Messages that were queued and are neither answered nor given up.
  private var pendingCount = 0
  private var sentCount: UInt64 = 0
  /// Messages that the network did not take.
  private var refusedCount: UInt64 = 0
  private let isPrompting: Bool
  private var isConnected = false
  private var isPrompted = false
  /// Nothing more will be read: the input has ended, or a stop message was entered.
  private var isFinishing = false
  /// The user has asked for the end.
  private var isInterrupted = false
  /// A message did not fit the framing; the others were sent.
  private var hasMisfit = false
  private var end: (reason: ClientEnd, totals: ClientTotals)?

  init(
    configuration: ClientConfiguration,
    format: OutputFormat,
    source: MessageSource,
    isQuiet: Bool = false,
    streams: consuming PlainStreams,
    recording: ClientRecording? = nil,
    embedded: EmbeddedServer? = nil
  ) throws(Failure) {
    FreedMemory.keep()
    var configuration = configuration
    // The embedded server's lines stand among those of each message.
    configuration.isQuiet = isQuiet && embedded == nil
    // Whoever else has closed its end may still read.
    configuration.endsWithPeer = embedded != nil
    configuration.stallNanoseconds = PlainClient.stallNanoseconds
    client = try WireClient.start(configuration, recorder: recording?.recorder, waking: streams.wake)
    self.recording = recording
    self.configuration = configuration
    self.source = source
    self.streams = streams
    self.embedded = embedded
    isPrompting = source.isTerminal && format == .text
    transcript = ClientTranscript(
      format: format,
      framing: configuration.framing,
      transport: configuration.endpoint.transport,
      timeoutNanoseconds: configuration.timeoutNanoseconds,
      awaitsReceipts: configuration.awaitsReceipts,
      isQuiet: isQuiet
    )
  }

  consuming func run() throws(Failure) {
    while !isOver {
      try takeEvents()
      if isOver { break }
      if try sendScript() { continue }
      prompt()
      try streams.write(&plain)
      let wantsInput = !isFinishing && client.hasRoom
      let (hasInput, isToEnd) = try streams.wait(input: wantsInput ? source.descriptor : nil)
      if isToEnd { interrupt() }
      if hasInput { try send() }
    }
    try streams.write(&plain)
    try recording?.judge()
    try judge()
  }

  private var isOver: Bool { end != nil && held.isEmpty && embedded?.isOver != false }

  private mutating func takeEvents() throws(Failure) {
    // What becomes of the recording first: it belongs before an end.
    let events = (recording?.takeNews() ?? []) + client.events.drain()
    // The embedded server's line of a message stands between the two of the client's.
    held += embedded == nil ? events : events.flatMap(\.steps)
    var taken = 0
    embedded?.takeEvents(&plain, sentCount: sentCount)
    // What the embedded server says of a message stands before its receipt.
    while taken < held.count, embedded?.hasTold(held[taken]) != false {
      take(held[taken])
      taken += 1
      embedded?.takeEvents(&plain, sentCount: sentCount)
      if plain.output.count >= StandardOutput.capacity { try streams.write(&plain) }
    }
    held.removeFirst(taken)
    if end != nil { embedded?.stop() }
    try streams.write(&plain)
  }

  private mutating func take(_ event: ClientEvent) {
    // The end tells how many messages are not recorded.
    if case .ended = event { for news in recording?.end() ?? [] { take(news) } }
    transcript.append(event, to: &plain)
    switch event {
    case .connected: isConnected = true
    case .traffic(let batch):
      count(batch.uneventful)
      for record in batch.records { count(record) }
      if pendingCount == 0 { isPrompted = false }
    case .ended(let reason, let totals, _): end = (reason, totals)
    case .recordingFailed(let failure, _):
      guard failure.endsProgram else { break }
      isFinishing = true
      client.post(.close)
    case .resolving, .resolved, .connecting, .attemptFailed, .peerFinished, .failure, .recording: break
    }
  }

  private mutating func count(_ uneventful: UneventfulTraffic) {
    sentCount += uneventful.sent
    pendingCount -= Int(uneventful.unawaited + uneventful.receipts)
  }

  private mutating func count(_ record: TrafficRecord) {
    switch record.kind {
    case .sent:
      sentCount += 1
      if !record.isAwaited { pendingCount -= 1 }
    case .receipt, .timedOut: pendingCount -= 1
    case .failed:
      pendingCount -= 1
      if record.detail == .refused { refusedCount += 1 }
    case .lateReceipt, .received: break
    }
  }

  /// Asks for a message when somebody at a terminal is to type one.
  private mutating func prompt() {
    guard isPrompting, isConnected, !isPrompted, !isFinishing, pendingCount == 0, end == nil else { return }
    isPrompted = true
    plain.output.append(contentsOf: PlainClient.prompt.utf8)
  }

  /// Nothing was typed behind the prompt: what follows begins a line.
  private mutating func leavePrompt() {
    if isPrompted { plain.output.append(0x0a) }
    isPrompted = false
  }

  /// The first time, what was sent is still waited for.
  private mutating func interrupt() {
    leavePrompt()
    client.post(isInterrupted ? .close : .finish)
    if isInterrupted { embedded?.stopAtOnce() }
    isInterrupted = true
    isFinishing = true
  }

  /// Sends the next line of a script once everything before it is settled; false when there is none to send now.
  private mutating func sendScript() throws(Failure) -> Bool {
    guard source.isScript, isConnected, pendingCount == 0, !isFinishing, end == nil else { return false }
    try send()
    return true
  }

  /// Sends what one read takes from the source.
  private mutating func send() throws(Failure) {
    var collector = MessageCollector(configuration, after: lastID, capacity: lastByteCount)
    try source.read(into: &collector)
    let batch = collector.batch
    lastID = collector.lastID
    lastByteCount = batch.bytes.count
    for reason in collector.misfits { tell(misfit: reason) }
    pendingCount += batch.messages.count
    if collector.hasStopped { transcript.enterStop() }
    if source.hasRest { plain.notice("echo_client: what follows the message that begins with . was not sent") }
    if !batch.isEmpty { client.post(.send(batch)) } else if !source.isAtEnd { isPrompted = false }
    if collector.hasStopped || source.isAtEnd {
      if batch.isEmpty { leavePrompt() }
      isFinishing = true
      client.post(.finish)
    }
  }

  private mutating func tell(misfit reason: String) {
    hasMisfit = true
    transcript.append(misfit: reason, at: Timestamp(nanoseconds: Surroundings.clock().nanoseconds), to: &plain)
  }

  private func judge() throws(Failure) {
    guard let end else { return }
    let outcome = ClientOutcome(
      end: end.reason,
      totals: end.totals,
      endpoint: configuration.endpoint,
      // What was posted when the wire had just ended is in no total of its own.
      unresolvedCount: end.totals.unresolved + UInt64(max(0, pendingCount)),
      refusedCount: refusedCount,
      awaitsReceipts: configuration.awaitsReceipts,
      isFinishing: isFinishing,
      hasMisfit: hasMisfit
    )
    if let failure = outcome.failure { throw failure }
    try streams.judge()
  }
}
