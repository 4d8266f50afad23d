import Echo
import Screen
import Terminal
import Wire

/// The client with its screen.
struct ClientScreen {
  var configuration: ClientConfiguration

  func run() throws(Failure) {
    let wake = try Failure.onError(.systemError) { try WakeDescriptor() }
    let terminal = try Failure.onError(.systemError) { try Terminal() }
    let model = ClientModel(configuration, look: Look(of: terminal))
    let connection = try ClientConnection(configuration, wake: wake)
    let loop = try ScreenLoop(model: model, terminal: terminal, wake: wake)
    let end = try loop.run(
      drain: { connection.drain() },
      perform: { request throws(Failure) in try connection.perform(request) }
    )
    StandardError.writeLine("\(ClientProgram.name): \(end.summary)")
    if !end.isComplete { throw Failure(.temporaryFailure, "not every message was answered") }
  }
}

extension ClientModel {
  init(_ configuration: ClientConfiguration, look: Look) {
    self.init(
      title: configuration.endpoint.description,
      framing: configuration.framing,
      transport: configuration.endpoint.transport,
      timeoutNanoseconds: configuration.timeoutNanoseconds,
      awaitsReceipts: configuration.awaitsReceipts,
      look: look
    )
  }
}

/// The wire of a screen client: one connection after another, as the user asks for them.
final class ClientConnection {
  private let configuration: ClientConfiguration
  private let wake: WakeDescriptor
  private var client: WireClient

  init(_ configuration: ClientConfiguration, wake: WakeDescriptor) throws(Failure) {
    self.configuration = configuration
    self.wake = wake
    client = try ClientConnection.start(configuration, wake)
  }

  func drain() -> [ClientEvent] { client.events.drain() }

  func perform(_ request: ClientRequest) throws(Failure) {
    switch request {
    case .connect: client = try ClientConnection.start(configuration, wake)
    case .send(let id, let bytes):
      var batch = OutgoingBatch(framing: configuration.framing, transport: configuration.endpoint.transport)
      do throws(FramingError) {
        try batch.append(bytes, id: id, expectsReceipt: configuration.awaitsReceipts)
      } catch {
        throw Failure(.dataError, error.text(framing: configuration.framing))
      }
      client.post(.send(batch))
    case .finish: client.post(.finish)
    case .close: client.post(.close)
    }
  }

  private static func start(
    _ configuration: ClientConfiguration,
    _ wake: WakeDescriptor
  ) throws(Failure) -> WireClient {
    do throws(WireError) {
      return try WireClient.start(configuration) { wake.signal() }
    } catch {
      throw Failure(error)
    }
  }
}
