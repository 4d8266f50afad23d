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

  func run() throws(Failure) {
    let wake = try Failure.onError(.systemError) { try WakeDescriptor() }
    let connection = try ClientConnection(configuration, wake: wake)
    let loop = try ScreenLoop(wake: wake, theme: theme, history: history) { look in
      ClientModel(configuration, reconnects: reconnects, history: history, look: look)
    }
    let end = try loop.run(
      drain: { connection.drain() },
      perform: { request throws(Failure) in try connection.perform(request) }
    )
    try end.conclude()
  }
}

extension ClientModel {
  /// Leaves the totals behind, and makes a failure of messages that were not answered.
  func conclude() throws(Failure) {
    StandardError.writeLine("\(ClientProgram.name): \(summary)")
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
  private let wake: WakeDescriptor
  private var client: WireClient
  /// What the wire could not tell, for it could not begin.
  private var untold: [ClientEvent] = []

  init(_ configuration: ClientConfiguration, wake: WakeDescriptor) throws(Failure) {
    self.configuration = configuration
    self.wake = wake
    client = try WireClient.start(configuration, waking: wake)
  }

  func drain() -> [ClientEvent] {
    defer { untold = [] }
    return untold + client.events.drain()
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
      client = try WireClient.start(configuration) { [wake] in wake.signal() }
    } catch {
      let time = Timestamp(nanoseconds: Surroundings.clock().nanoseconds)
      untold.append(.ended(.failed(error), ClientTotals(), at: time))
      wake.signal()
    }
  }
}
