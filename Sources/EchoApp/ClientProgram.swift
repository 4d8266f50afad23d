import ArgumentParser
import Echo
import Journal
import Screen
import Terminal
import Wire

/// `echo_client`: its options, and the choice between conversation and playground, TUI and plain mode.
struct ClientProgram: Program {
  static let configuration = CommandConfiguration(
    commandName: "echo_client",
    abstract: "Sends messages to a socket and shows what becomes of each.",
    usage: """
      echo_client [<options>]                     the loopback playground: a server and a client in one
      echo_client [<options>] <host> <port>       TCP, or UDP with --udp
      echo_client [<options>] <url>               tcp://host:port, udp://host:port, unix:path
      """,
    discussion: """
      A message that begins with "." ends the session: the client sends it, waits for its receipt, and ends; so does \
      the server, if it may.
      """,
    version: Version.text
  )

  @Argument(help: ArgumentHelp("A host and a port, or a URL; none for the playground.", valueName: "address"))
  var address: [String] = []

  @Flag(help: "Send datagrams to the host and port.")
  var udp = false

  @Option(help: "How a stream is cut into messages; with UDP, fixed:N pads each to N bytes. (default: line)")
  var framing: Framing?

  @Option(help: "Seconds that a receipt is awaited.")
  var timeout = 5.0

  @Flag(name: .customLong("no-receipts"), help: "Await no receipts: for peers that never answer.")
  var awaitsNoReceipts = false

  @Flag(name: .customLong("no-reconnect"), help: "Leave a connection that was lost as it is; plain mode always does.")
  var staysDown = false

  @Flag(name: .customLong("no-history"), help: "Neither read nor keep what is entered in the full-screen view.")
  var keepsNoHistory = false

  @Flag(name: .customLong("where"), help: "Show where what is entered is kept, and exit.")
  var tellsPaths = false

  @Flag(name: .customLong("no-tui"), help: "Plain lines on standard output, for pipes and scripts.")
  var isPlain = false

  @Option(help: "The plain mode's output.")
  var format = OutputFormat.text

  @Flag(
    name: .customLong("quiet"),
    help: "The plain mode tells of no message that was sent and answered in time, but of all others, and the numbers."
  )
  var isQuiet = false

  @OptionGroup
  var record: RecordOptions

  @OptionGroup
  var ping: PingOptions

  @OptionGroup
  var replay: ReplayOptions

  @Option(help: "How the full-screen view looks. (default: dark, or what suits the terminal)")
  var theme: ThemeName?

  @Flag(name: .customLong("no-sandbox"), help: "Do without plain mode's sandbox: for debugging.")
  var isUnconfined = false

  func validate() throws {
    guard (0.001...86_400).contains(timeout) else {
      throw ValidationError("--timeout must be from 0.001 to 86400 seconds, not \(timeout)")
    }
    let endpoint = try endpoint()
    if ping.count != nil {
      guard let endpoint else { throw ValidationError("--ping needs an address") }
      if awaitsNoReceipts { throw ValidationError("--ping awaits replies: leave out --no-receipts") }
      _ = try ping.plan(clientConfiguration(endpoint))
    }
    if replay.path != nil {
      guard endpoint != nil else { throw ValidationError("--replay needs an address") }
      if awaitsNoReceipts { throw ValidationError("--replay awaits replies: leave out --no-receipts") }
      if ping.count != nil { throw ValidationError("--replay and --ping are two things") }
    }
    if record.record != nil {
      guard endpoint != nil else { throw ValidationError("--record needs an address") }
      if replay.path != nil { throw ValidationError("--record and --replay are two things") }
      if record.durability == .each {
        throw ValidationError("--durability each is for servers: nothing of a client waits for its recording")
      }
    }
    if udp, endpoint?.transport != .udp { throw ValidationError("--udp needs a host and a port") }
  }

  /// Where to connect to; nil for the playground.
  private func endpoint() throws -> Endpoint? {
    switch address.count {
    case 0: return nil
    case 1:
      do throws(Endpoint.ParseError) {
        return try Endpoint(url: address[0])
      } catch {
        throw ValidationError(error.text)
      }
    case 2:
      do throws(Endpoint.ParseError) {
        let port = try Endpoint.port(address[1])
        // As servers tell an IPv6 address, and URLs have it.
        let isBracketed = address[0].hasPrefix("[") && address[0].hasSuffix("]")
        let host = isBracketed ? String(address[0].dropFirst().dropLast()) : address[0]
        guard !host.isEmpty else { throw .missingHost }
        return udp ? .udp(host: host, port: port) : .tcp(host: host, port: port)
      } catch {
        throw ValidationError(error.text)
      }
    default: throw ValidationError("too many arguments: a host and a port, or one URL")
    }
  }

  private var timeoutNanoseconds: Int64 { Int64(timeout * 1_000_000_000) }

  private func clientConfiguration(_ endpoint: Endpoint) -> ClientConfiguration {
    var configuration = ClientConfiguration(endpoint: endpoint)
    configuration.framing = framing ?? .line
    configuration.timeoutNanoseconds = timeoutNanoseconds
    configuration.awaitsReceipts = !awaitsNoReceipts
    return configuration
  }

  /// Where what is entered is kept; nil if it is not.
  private var history: HistoryFile? { keepsNoHistory ? nil : HistoryFile() }

  private var historyPath: String {
    if keepsNoHistory { return "none: --no-history" }
    guard let history else { return "none: neither XDG_STATE_HOME nor HOME is an absolute path" }
    return Printable.text(history.path.utf8)
  }

  func execute() throws(Failure) {
    if tellsPaths {
      var output = StandardOutput()
      output.append("history \(historyPath)\n")
      return try Failure.onError(.systemError) { try output.flush() }
    }
    if let endpoint = try? endpoint(), let plan = try? ping.plan(clientConfiguration(endpoint)) {
      // Before the sandbox: a terminal is opened anew, so that nothing waits for it.
      let streams = try PlainStreams.open()
      let recording = try recording(of: clientConfiguration(endpoint), ping: plan, waking: streams.wake)
      if !isUnconfined { Sandbox.client(of: endpoint).enterQuietly() }
      return try PlainPing(
        plan,
        configuration: clientConfiguration(endpoint),
        format: format,
        isQuiet: isQuiet,
        streams: streams,
        recording: recording
      ).run()
    }
    if let endpoint = try? endpoint(), let path = replay.path {
      return try PlainReplay(
        replay,
        of: path,
        configuration: clientConfiguration(endpoint),
        framing: framing,
        format: format,
        isConfined: !isUnconfined
      ).run()
    }
    let hasScreen = Screens.areWanted(isPlain: isPlain, program: ClientProgram.name)
    if hasScreen { try Screens.refuse(isQuiet: isQuiet, format: format) }
    guard let endpoint = try? endpoint() else {
      let playground = Playground(
        framing: framing ?? .line,
        format: format,
        isQuiet: isQuiet,
        timeoutNanoseconds: timeoutNanoseconds,
        awaitsReceipts: !awaitsNoReceipts,
        reconnects: !staysDown,
        history: history,
        theme: theme,
        isConfined: !isUnconfined
      )
      if hasScreen { return try playground.runScreen() }
      let isScripted = !isPlain && !StandardInput().isTerminal
      if isScripted {
        StandardError.writeLine(
          "\(ClientProgram.name): standard input is not a terminal: a scripted exchange (--no-tui sends its lines)"
        )
      }
      return try playground.runPlain(isScripted: isScripted)
    }
    let configuration = clientConfiguration(endpoint)
    if hasScreen {
      return try ClientScreen(
        configuration: configuration,
        reconnects: !staysDown,
        history: history,
        theme: theme,
        record: record,
        isConfined: !isUnconfined
      ).run()
    }
    let source = MessageSource.input(MessageReader())
    let streams = try PlainStreams.open()
    let recording = try recording(of: configuration, waking: streams.wake)
    if !isUnconfined { Sandbox.client(of: endpoint).enterQuietly() }
    try PlainClient(
      configuration: configuration,
      format: format,
      source: source,
      isQuiet: isQuiet,
      streams: streams,
      recording: recording
    ).run()
  }

  /// Opens the recording, if one is wanted: before the sandbox, in which no file can be made.
  private func recording(
    of configuration: ClientConfiguration,
    ping: PingPlan? = nil,
    waking wake: WakeDescriptor
  ) throws(Failure) -> ClientRecording? {
    try ClientRecording.start(record, of: configuration, ping: ping, isConfined: !isUnconfined, waking: wake)
  }
}

extension Endpoint.ParseError {
  /// What is wrong with an address, and how it should be.
  fileprivate var text: String {
    switch self {
    case .unknownScheme(let text):
      "\(text) alone is no address: give a host and a port, or tcp://host:port, udp://host:port, unix:path"
    case .missingHost: "the address has no host"
    case .missingPort: "the address has no port"
    case .badPort(let text): "a port is a number from 1 to 65535, not \(text)"
    case .missingPath: "unix: needs a path"
    }
  }
}
