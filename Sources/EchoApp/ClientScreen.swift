import Echo
import Screen
import Terminal
import Wire

/// The client with its screen.
struct ClientScreen {
  var configuration: ClientConfiguration
  var reconnects: Bool
  var history: HistoryFile?
  var theme: ThemeName?
  var record: RecordOptions
  /// Of the thread that records only: the editor that the screen starts would be confined with it.
  var isConfined: Bool

  func run() throws(Failure) {
    let wake = try Failure.onError(.systemError) { try WakeDescriptor() }
    let recording = try ClientRecording.start(record, of: configuration, isConfined: isConfined, waking: wake)
    let connection = try ClientConnection(configuration, recording: recording, wake: wake)
    let loop = try ScreenLoop(wake: wake, theme: theme, history: history) { look in
      var model = ClientModel(configuration, reconnects: reconnects, history: history, look: look)
      model.isRecording = recording != nil
      return model
    }
    var end = try loop.run(
      drain: { connection.drain() },
      perform: { request throws(Failure) in try connection.perform(request) }
    )
    connection.end()
    for news in recording?.end() ?? [] {
      _ = end.update(.news(news))
      if case .recordingFailed(let failure, _) = news, !failure.endsProgram {
        StandardError.writeLine("\(ClientProgram.name): \(failure.clientText)")
      }
    }
    end.leaveSummary()
    try recording?.judge()
    try end.judge()
  }
}

extension ClientModel {
  /// Leaves the totals behind.
  func leaveSummary() { StandardError.writeLine("\(ClientProgram.name): \(summary)") }

  /// Makes a failure of messages that were not answered.
  func judge() throws(Failure) {
    if unsentCount > 0 {
      throw Failure(hasConnected ? .ioError : .unavailable, "not every message was sent")
    }
    if refusedCount > 0 { throw Failure(.ioError, "the network did not take every message") }
    if !isComplete { throw Failure(.temporaryFailure, "not every message was answered") }
  }

  init(
    _ configuration: ClientConfiguration,
    reconnects: Bool,
    framingIsFixed: Bool = false,
    history: HistoryFile?,
    look: Look
  ) {
    self.init(
      title: configuration.endpoint.description,
      endpoint: configuration.endpoint,
      framing: configuration.framing,
      transport: configuration.endpoint.transport,
      timeoutNanoseconds: configuration.timeoutNanoseconds,
      awaitsReceipts: configuration.awaitsReceipts,
      reconnects: reconnects,
      framingIsFixed: framingIsFixed,
      // What can't be read is no reason not to begin; that it can't be kept either is told with the first message.
      remembered: history.map { (try? $0.read()) ?? [] },
      look: look
    )
  }
}

/// The wire of a screen client: one connection after another, as the user asks for them.
final class ClientConnection {
  private var configuration: ClientConfiguration
  private let recording: ClientRecording?
  private let wake: WakeDescriptor
  private var client: WireClient
  /// What the wire could not tell, for it could not begin.
  private var untold: [ClientEvent] = []

  init(
    _ configuration: ClientConfiguration,
    recording: ClientRecording? = nil,
    wake: WakeDescriptor
  ) throws(Failure) {
    self.configuration = configuration
    self.recording = recording
    self.wake = wake
    client = try WireClient.start(configuration, recorder: recording?.recorder, waking: wake)
  }

  /// Ends the wire, and waits until it has told everything.
  func end() {
    client.post(.close)
    client.join()
  }

  func drain() -> [ClientEvent] {
    defer { untold = [] }
    return (recording?.takeNews() ?? []) + untold + client.events.drain()
  }

  func perform(_ request: ClientRequest) throws(Failure) {
    switch request {
    case .connect: connect()
    case .send(let id, let bytes):
      var batch = OutgoingBatch(framing: configuration.framing, transport: configuration.endpoint.transport)
      do throws(FramingError) {
        try batch.append(bytes, id: id, expectsReceipt: configuration.awaitsReceipts)
      } catch {
        throw Failure(
          .dataError,
          error.text(framing: configuration.framing, transport: configuration.endpoint.transport)
        )
      }
      client.post(.send(batch))
    case .finish: client.post(.finish)
    case .close: client.post(.close)
    case .frame(let framing): configuration.framing = framing
    }
  }

  /// What this machine lacks at the moment, descriptors or threads, is a try that failed: what is queued waits on.
  private func connect() {
    do throws(WireError) {
      client = try WireClient.start(configuration, recorder: recording?.recorder) { [wake] in wake.signal() }
    } catch {
      let time = Timestamp(nanoseconds: Surroundings.clock().nanoseconds)
      untold.append(.ended(.failed(error), ClientTotals(), at: time))
      wake.signal()
    }
  }
}
