import Echo
import Terminal
import Wire

/// The server without a screen: what happens becomes lines on standard output, notices on standard error.
///
/// A pipe or a file gets every message: the wire waits for it. A terminal does not hold the wire up.
struct PlainServer {
  var configuration: ServerConfiguration
  var format: OutputFormat
  var isQuiet: Bool
  var recording: RecordOptions
  var control: ControlOptions?
  var isConfined: Bool

  func run() throws(Failure) {
    FreedMemory.keep()
    var streams = try PlainStreams.open()
    var configuration = configuration
    configuration.delivery = streams.output.isTerminal ? .lossy : .lossless
    configuration.tellsMessages = !isQuiet
    var sandbox = ProgramSandbox(isConfined ? .server(configuration) : nil)
    let server = try RecordedServer.start(
      configuration,
      recording: recording,
      control: control?.configuration(for: configuration),
      confinement: sandbox.confinement,
      waking: streams.wake
    )
    // Before the sandbox, which has no more connections made.
    let manager = Surroundings.variable("NOTIFY_SOCKET").flatMap { try? ServiceManager(name: $0) }
    manager?.tellReady("listening on \(server.wire.endpoints.map(\.text).joined(separator: ", "))")
    sandbox.enter()
    // Who reads JSON reads events, and this is none.
    if format == .text {
      sandbox.tellFailure(of: ServerProgram.name)
      control?.tell(server.wire.controlFailure)
    }
    var transcript = ServerTranscript(format: format, framing: configuration.framing, isQuiet: isQuiet)
    if configuration.stopPolicy == .any {
      StandardError.writeLine(
        "\(ServerProgram.name): anyone who can reach this port may stop the server (--stop-on-dot any)"
      )
    }
    // Also while a reader takes nothing: the peers' time runs beside the reader's.
    streams.whenAskedToEnd = { server.wire.post(.stop) }
    ProgramPages.leave()
    var plain = PlainOutput()
    var isOver = false
    while !isOver {
      for event in server.wire.events.drain() {
        transcript.append(event, to: &plain)
        if case .stopping = event { manager?.tellStopping() }
        if case .stopped = event { isOver = true }
        if plain.output.count >= StandardOutput.capacity { try streams.write(&plain) }
      }
      try streams.write(&plain)
      guard !isOver else { break }
      _ = try streams.wait()
    }
    try server.finish()
    try streams.judge()
  }
}
