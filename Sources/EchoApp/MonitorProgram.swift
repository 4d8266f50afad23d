import ArgumentParser
import Echo
import Screen
import Terminal
import Wire

/// `echo_monitor`: its options, the choice of a server, and that between the TUI and plain mode.
struct MonitorProgram: Program {
  static let configuration = CommandConfiguration(
    commandName: "echo_monitor",
    abstract: "Shows what an echo_server receives, or what a server or a client has recorded, as the server would.",
    usage: """
      echo_monitor [<options>]              the only server that runs here, or one of several, to be chosen
      echo_monitor [<options>] <server>     the one of this name, mostly its port, or with this control socket
      echo_monitor [<options>] <recording>  what was recorded, or is, in this file
      echo_monitor <recording> --export <format> [--output <path>]
      echo_monitor --list
      """,
    discussion: """
      The server goes on when the monitor ends, and is never slowed by it: what the monitor is too slow for is counted \
      and not shown.
      """,
    version: Version.text
  )

  @Argument(
    help: """
      A file that is there, made by --record of echo_server or echo_client; or a server's name, or its control socket: \
      a path with a slash, or one that ends in .sock.
      """
  )
  var server: String?

  @Flag(name: .customLong("list"), help: "Show the servers that run here, a line each, and exit.")
  var lists = false

  @Option(
    help:
      "Where in the server's story to begin: with what comes now, the oldest it has, its newest N messages, or number N."
  )
  var from = AttachPoint.oldest

  @Flag(name: .customLong("control"), help: "Allow the screen to stop the server and to disconnect its peers.")
  var isControlled = false

  @Option(help: "Messages that the view keeps in memory.")
  var history = ServerProgram.historyCount

  @Option(help: "Bytes of messages that the view keeps in memory.")
  var historyBytes = ServerProgram.historyBytes

  @Flag(name: .customLong("no-tui"), help: "Plain lines on standard output, for pipes and scripts.")
  var isPlain = false

  @Option(help: "The plain mode's output.")
  var format = OutputFormat.text

  @OptionGroup
  var export: ExportOptions

  @Option(help: "How the full-screen view looks. (default: dark, or what suits the terminal)")
  var theme: ThemeName?

  @Flag(name: .customLong("no-sandbox"), help: "Do without the sandbox that the kernel provides: for debugging.")
  var isUnconfined = false

  func validate() throws {
    try checked(history, "--history", 1...100_000_000)
    try checked(historyBytes, "--history-bytes", 1024...(1 << 40))
    if server == "" { throw ValidationError("a server's name has at least one letter") }
    _ = try export.exporter(of: server, isConfined: false)
    if export.format != nil, isControlled || from != .oldest {
      throw ValidationError("--control and --from are of a server that runs, and --export is of a file, whole")
    }
    if lists, server != nil { throw ValidationError("--list takes no server") }
  }

  func execute() throws(Failure) {
    if let exporter = try? export.exporter(of: server, isConfined: !isUnconfined) { return try exporter.run() }
    if lists { return try show(try RunningServers.find()) }
    if let server, RegularFile.exists(server) { return try show(recording: server) }
    let hasScreen = Screens.areWanted(isPlain: isPlain, program: MonitorProgram.name)
    if hasScreen {
      try Screens.refuse(isQuiet: false, format: format)
    } else if isControlled {
      throw Failure(.usage, "--control is of the screen: a program says what it wants over the control socket")
    }
    guard let place = try place(hasScreen: hasScreen) else { return }
    if hasScreen {
      try MonitorScreen(
        place: place,
        start: from,
        isControlled: isControlled,
        historyCount: history,
        historyBytes: historyBytes,
        theme: theme,
        isConfined: !isUnconfined
      ).run()
    } else {
      try PlainMonitor(place: place, start: from, format: format, isConfined: !isUnconfined).run()
    }
  }

  private func show(recording path: String) throws(Failure) {
    if isControlled {
      throw Failure(.usage, "--control is of a server that runs, and \(Printable.text(path.utf8)) is a file")
    }
    if from != .oldest { throw Failure(.usage, "--from is of a server that runs: a recording is shown whole") }
    if Screens.areWanted(isPlain: isPlain, program: MonitorProgram.name) {
      try Screens.refuse(isQuiet: false, format: format)
      try RecordingScreen(path: path, theme: theme, isConfined: !isUnconfined).run()
    } else {
      try PlainRecording(path: path, format: format, isConfined: !isUnconfined).run()
    }
  }

  /// What is to be watched: what the user names or chooses, or the only server that runs; nil is nothing.
  private func place(hasScreen: Bool) throws(Failure) -> MonitorPlace? {
    if let server { return MonitorPlace(argument: server) }
    let servers = try RunningServers.find()
    guard let first = servers.first else {
      throw Failure(.unavailable, "no echo_server runs here (start one, or name a socket)")
    }
    guard servers.count == 1 else {
      if hasScreen {
        return try ChooserScreen(servers: servers, theme: theme).run().map { MonitorPlace(name: $0.name) }
      }
      try show(servers)
      throw Failure(.usage, "several servers run here: say which, as in \(MonitorProgram.name) \(first.name)")
    }
    return MonitorPlace(name: first.name)
  }

  private func show(_ servers: [ServerGreeting]) throws(Failure) {
    var output = StandardOutput()
    for server in servers { output.append("\(server.listLine)\n") }
    try Failure.onError(.ioError) { try output.flush() }
  }
}
