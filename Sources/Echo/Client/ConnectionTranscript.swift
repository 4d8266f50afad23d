import Wire

/// What plain mode says of a client's connection itself: every event but traffic and the end.
struct ConnectionTranscript {
  private let format: OutputFormat
  private let transport: Transport
  /// Its number, where there are several.
  private let connection: UInt32?
  private var json = JSONLine()
  private(set) var hasConnected = false
  /// The last attempt that failed; told once it is known not to be the end.
  private var attemptFailure: String?

  init(format: OutputFormat, transport: Transport, connection: UInt32? = nil) {
    self.format = format
    self.transport = transport
    self.connection = connection
  }

  /// Adds the lines of one event.
  mutating func append(_ event: ClientEvent, to plain: inout PlainOutput) {
    switch format {
    case .text: appendText(event, to: &plain)
    case .json: appendJSON(event, to: &plain.output)
    }
    if case .connected = event { hasConnected = true }
  }

  private mutating func appendText(_ event: ClientEvent, to plain: inout PlainOutput) {
    switch event {
    case .connecting, .connected: tellAttemptFailure(&plain)
    case .attemptFailed(let address, let error, _):
      tellAttemptFailure(&plain)
      attemptFailure = "\(address.map { "\(transport.rawValue) \($0): " } ?? "")\(error.reason); trying on"
    case .failure(let error, _): plain.notice("\(error.call) failed: \(error.reason); the client goes on")
    case .recording(let file, let step, _): plain.notice(step.text(file))
    case .recordingFailed(let failure, _): plain.notice(failure.clientText)
    case .resolving, .resolved, .traffic, .peerFinished, .ended: break
    }
  }

  private mutating func tellAttemptFailure(_ plain: inout PlainOutput) {
    if let attemptFailure { plain.notice(attemptFailure) }
    attemptFailure = nil
  }

  private mutating func appendJSON(_ event: ClientEvent, to output: inout [UInt8]) {
    switch event {
    case .resolving(let host, let time):
      json.begin("resolving", at: time)
      json.field("host", host)
    case .connecting(let address, let time):
      json.begin("connecting", at: time)
      json.field("transport", transport.rawValue)
      if let address { json.field("address", address.description) }
    case .attemptFailed(let address, let error, let time):
      describe(error, time)
      if let address { json.field("address", address.description) }
    case .connected(let local, let peer, let time):
      json.begin("connected", at: time)
      json.field("transport", transport.rawValue)
      if let local { json.field("local", local.description) }
      if let peer { json.field("peer", peer.description) }
      if let connection { json.field("connection", connection) }
    case .peerFinished(let time):
      json.begin("closed", at: time)
      json.field("by", "peer")
    case .failure(let error, let time): describe(error, time)
    case .recording(let file, let step, let time): json.begin(step, of: file, at: time)
    case .recordingFailed(let failure, let time):
      json.begin("recording", at: time)
      json.fields(failure, isDetailed: false)
    case .resolved, .traffic, .ended: return
    }
    json.end(into: &output)
  }

  private mutating func describe(_ error: SystemError, _ time: Timestamp) {
    json.begin("failure", at: time)
    json.field("call", error.call)
    json.field("error", error.reason)
  }
}
