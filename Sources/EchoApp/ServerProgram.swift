import ArgumentParser
import Echo
import Screen
import Terminal
import Wire

/// `echo_server`: its options, and the choice between the TUI and plain mode.
struct ServerProgram: Program {
  static let configuration = CommandConfiguration(
    commandName: "echo_server",
    abstract: "Receives messages on a socket, shows them with their byte counts, and answers each.",
    discussion: """
      Listens on TCP and UDP at once, on loopback unless --bind says otherwise. A message that begins with "." \
      ends the server, if --stop-on-dot allows its sender to.
      """,
    version: Version.text
  )

  /// What a view keeps if nothing else is asked for.
  static let historyCount = 100_000
  static let historyBytes = 64 << 20

  @Argument(help: "The port to listen on, 1025 to 65535; 0 takes any free one; none with a service manager's sockets.")
  var port: Int?

  @Option(help: "An address to listen on, repeatable; \"any\" is all interfaces. (default: loopback)")
  var bind: [String] = []

  @Option(help: "Listen on one transport only. (default: both)")
  var only: InternetTransport?

  @Option(help: "Listen on a Unix stream socket at this path too.")
  var unix: String?

  @Option(help: "How a stream is cut into messages.")
  var framing = Framing.line

  @Option(help: "What a message is answered with.")
  var reply = ReplyMode.ok

  @Option(help: "Whose message beginning with \".\" may stop the server.")
  var stopOnDot = StopPolicy.local

  @Option(help: "Bytes kept of one message; the rest is counted.")
  var maxMessage = 1 << 20

  @Option(help: "Connections open at once; more are refused.")
  var maxConnections = 10_000

  @Option(help: "Seconds without a byte after which a connection is closed. (default: never)")
  var idleTimeout: Int?

  @Option(help: "Messages that the view keeps in memory.")
  var history = ServerProgram.historyCount

  @Option(help: "Bytes of messages that the view keeps in memory.")
  var historyBytes = ServerProgram.historyBytes

  @OptionGroup(title: "Recording")
  var recording: RecordOptions

  @Flag(name: .customLong("no-tui"), help: "Plain lines on standard output, for pipes and scripts.")
  var isPlain = false

  @Option(help: "The plain mode's output.")
  var format = OutputFormat.text

  @Flag(name: .customLong("quiet"), help: "The plain mode tells everything but the messages, and at the end how many.")
  var isQuiet = false

  @Option(help: "How the full-screen view looks. (default: dark, or what suits the terminal)")
  var theme: ThemeName?

  @Flag(
    name: .customLong("no-control"),
    help: "No control socket, by which other programs of yours watch the server and stop it."
  )
  var isUncontrolled = false

  @Flag(name: .customLong("no-sandbox"), help: "Do without the sandbox that the kernel provides: for debugging.")
  var isUnconfined = false

  init() {}

  /// What a service manager has bound for this process.
  private static let passedDescriptors = Surroundings.takePassedDescriptors()

  private func validatePlace() throws {
    if !ServerProgram.passedDescriptors.isEmpty {
      guard port == nil, bind.isEmpty, only == nil, unix == nil else {
        throw ValidationError("the service manager has bound the sockets: leave out PORT, --bind, --only and --unix")
      }
      return
    }
    guard let port else { throw ValidationError("Missing expected argument '<port>'") }
    guard port == 0 || (1025...65_535).contains(port) else {
      throw ValidationError("PORT must be from 1025 to 65535, or 0 for any free port, not \(port)")
    }
  }

  func validate() throws {
    try validatePlace()
    // SQLite has no longer values (SQLITE_MAX_LENGTH).
    try checked(maxMessage, "--max-message", 1...(recording.record == nil ? 1 << 30 : 999_999_000))
    try checked(maxConnections, "--max-connections", 1...1_000_000)
    if let idleTimeout { try checked(idleTimeout, "--idle-timeout", 1...1_000_000_000) }
    try checked(history, "--history", 1...100_000_000)
    try checked(historyBytes, "--history-bytes", 1024...(1 << 40))
    if bind.contains("") { throw ValidationError("--bind needs an address, or \"any\"") }
    if unix == "" { throw ValidationError("--unix needs a path") }
  }

  var serverConfiguration: ServerConfiguration {
    var configuration = ServerConfiguration(port: UInt16(clamping: port ?? 0))
    configuration.passedDescriptors = ServerProgram.passedDescriptors
    configuration.hosts = bind
    if let only { configuration.transports = [only.transport] }
    configuration.unixPath = unix
    configuration.framing = framing
    configuration.reply = reply
    configuration.stopPolicy = stopOnDot
    configuration.limits.messageBytes = maxMessage
    configuration.limits.connections = maxConnections
    configuration.limits.idleSeconds = idleTimeout
    return configuration
  }

  func execute() throws(Failure) {
    if Screens.areWanted(isPlain: isPlain, program: ServerProgram.name) {
      try Screens.refuse(isQuiet: isQuiet, format: format)
      try ServerScreen(
        configuration: serverConfiguration,
        historyCount: history,
        historyBytes: historyBytes,
        theme: theme,
        recording: recording,
        control: isUncontrolled ? nil : ControlOptions.standard,
        isConfined: !isUnconfined
      ).run()
    } else {
      try PlainServer(
        configuration: serverConfiguration,
        format: format,
        isQuiet: isQuiet,
        recording: recording,
        control: isUncontrolled ? nil : ControlOptions.standard,
        isConfined: !isUnconfined
      ).run()
    }
  }
}
