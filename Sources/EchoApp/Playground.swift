import Echo
import Screen
import Terminal
import Wire

/// `echo_client` without an address: a server on a free loopback port, and a client connected to it.
struct Playground {
  var framing: Framing
  var format: OutputFormat
  var isQuiet: Bool
  var timeoutNanoseconds: Int64
  var awaitsReceipts: Bool
  var reconnects: Bool
  var history: HistoryFile?
  var theme: ThemeName?
  /// Of plain mode only: the editor that the client's screen starts would be confined with it.
  var isConfined: Bool

  /// What is said when nobody is there to type.
  private static let script = [
    "hello",
    "every message is counted and answered",
    "日本語, and escapes are only shown: \u{1b}[31mred",
    ".",
  ]

  /// Starts the server, and says how to connect to it.
  private func start(
    _ delivery: ServerConfiguration.Delivery,
    _ wake: WakeDescriptor,
    isConfined: Bool = false,
    rightOfWay: RightOfWay = RightOfWay()
  ) throws(Failure) -> (WireServer, ClientConfiguration) {
    var serverConfiguration = ServerConfiguration(port: 0)
    serverConfiguration.framing = framing
    serverConfiguration.delivery = delivery
    let sandbox = ProgramSandbox(isConfined ? .server(serverConfiguration) : nil)
    let server = try WireServer.start(
      serverConfiguration,
      confinement: sandbox.confinement,
      rightOfWay: rightOfWay,
      waking: wake
    )
    guard let endpoint = server.endpoints.first else { throw Failure(.systemError, "no loopback address") }
    var configuration = ClientConfiguration(endpoint: endpoint)
    configuration.framing = framing
    configuration.timeoutNanoseconds = timeoutNanoseconds
    configuration.awaitsReceipts = awaitsReceipts
    return (server, configuration)
  }

  /// The client's screen, and beside it what the server received.
  func runScreen() throws(Failure) {
    let wake = try Failure.onError(.systemError) { try WakeDescriptor() }
    let rightOfWay = RightOfWay(input: StandardInput().descriptor)
    let (server, configuration) = try start(.lossy, wake, rightOfWay: rightOfWay)
    let connection = try ClientConnection(configuration, wake: wake)
    let loop = try ScreenLoop(wake: wake, theme: theme, history: history, rightOfWay: rightOfWay) { look in
      PlaygroundModel(
        client: ClientModel(configuration, reconnects: reconnects, framingIsFixed: true, history: history, look: look),
        server: ServerModel(
          framing: framing,
          stopPolicy: .local,
          historyCount: ServerProgram.historyCount,
          historyBytes: ServerProgram.historyBytes,
          look: look
        )
      )
    }
    let end = try loop.run(
      drain: {
        server.events.drain().map(PlaygroundNews.server) + connection.drain().map(PlaygroundNews.client)
      },
      perform: { request throws(Failure) in
        switch request {
        case .client(let request): try connection.perform(request)
        case .server(let command): server.post(command)
        }
      }
    )
    end.client.leaveSummary()
    try end.client.judge()
  }

  /// Sends the lines of standard input, or holds a conversation with itself and ends.
  func runPlain(isScripted: Bool) throws(Failure) {
    let streams = try PlainStreams.open()
    let (server, configuration) = try start(.lossless, streams.wake, isConfined: isConfined)
    if isConfined { Sandbox.client(of: configuration.endpoint).enterQuietly() }
    let source: MessageSource = isScripted ? .script(Playground.script.reversed()) : .input(MessageReader())
    let client = try PlainClient(
      configuration: configuration,
      format: format,
      source: source,
      isQuiet: isQuiet,
      streams: streams,
      embedded: EmbeddedServer(
        server: server,
        transcript: ServerTranscript(format: format, framing: framing, isQuiet: isQuiet),
        isScripted: isScripted
      )
    )
    try client.run()
    server.join()
  }
}
