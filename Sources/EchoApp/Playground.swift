import Echo
import Screen
import Terminal
import Wire

/// `echo_client` without an address: a server on a free loopback port, and a client connected to it.
struct Playground {
  var framing: Framing
  var format: OutputFormat

  /// What is said when nobody is there to type.
  private static let script = [
    "hello",
    "every message is counted and answered",
    "日本語, and escapes are only shown: \u{1b}[31mred",
    ".",
  ]

  private var serverConfiguration: ServerConfiguration {
    var configuration = ServerConfiguration(port: 0)
    configuration.framing = framing
    return configuration
  }

  /// Sends the lines of standard input, or holds a conversation with itself and ends.
  func runPlain(isScripted: Bool, timeoutNanoseconds: Int64) throws(Failure) {
    let streams = try PlainStreams.open()
    let wake = streams.wake
    var serverConfiguration = serverConfiguration
    serverConfiguration.delivery = .lossless
    let server: WireServer
    do throws(WireError) {
      server = try WireServer.start(serverConfiguration) { wake.signal() }
    } catch {
      throw Failure(error)
    }
    guard let endpoint = server.endpoints.first else { return }
    var configuration = ClientConfiguration(endpoint: endpoint)
    configuration.framing = framing
    configuration.timeoutNanoseconds = timeoutNanoseconds
    let source: MessageSource = isScripted ? .script(Playground.script.reversed()) : .input(MessageReader())
    let client = try PlainClient(
      configuration: configuration,
      format: format,
      source: source,
      streams: streams,
      embedded: EmbeddedServer(
        server: server,
        transcript: ServerTranscript(format: format, framing: framing),
        isScripted: isScripted
      )
    )
    try client.run()
    server.join()
  }
}
