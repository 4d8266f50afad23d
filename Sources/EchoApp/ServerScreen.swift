import Echo
import Journal
import Screen
import Terminal
import Wire

/// The server with its screen.
struct ServerScreen {
  var configuration: ServerConfiguration
  var historyCount: Int
  var historyBytes: Int
  var theme: ThemeName?
  var recording: RecordOptions
  var control: ControlOptions?
  var isConfined: Bool

  func run() throws(Failure) {
    let wake = try Failure.onError(.systemError) { try WakeDescriptor() }
    let rightOfWay = RightOfWay(input: StandardInput().descriptor)
    var sandbox = ProgramSandbox(isConfined ? self.sandbox : nil)
    // Bound before the screen is taken, so that a failure is a line where the user typed.
    let server = try RecordedServer.start(
      configuration,
      recording: recording,
      control: control?.configuration(for: configuration),
      confinement: sandbox.confinement,
      rightOfWay: rightOfWay,
      waking: wake
    )
    sandbox.tellFailure(of: ServerProgram.name)
    control?.tell(server.wire.controlFailure)
    let recorded: (rows: any RecordedRows, count: UInt64)? = server.series.map { series in
      (RecordedFile(series, framing: configuration.framing), UInt64(series.recordedCount))
    }
    let loop = try ScreenLoop(
      wake: wake,
      theme: theme,
      writableFolders: sandbox.writableFolders,
      rightOfWay: rightOfWay
    ) { look in
      ServerModel(
        framing: configuration.framing,
        stopPolicy: configuration.stopPolicy,
        historyCount: historyCount,
        historyBytes: historyBytes,
        recorded: recorded,
        look: look
      )
    }
    // The terminal and what describes it are open now, and the time zone is the last thing to be read.
    Surroundings.loadTimeZone()
    sandbox.enter()
    let end = try loop.run(drain: { server.wire.events.drain() }, perform: { server.wire.post($0) })
    sandbox.tellFailure(of: ServerProgram.name)
    StandardError.writeLine("\(ServerProgram.name): \(end.summary)")
    try server.finish()
  }

  private var sandbox: Sandbox {
    var sandbox = Sandbox.server(configuration)
    sandbox.allowSaving()
    // What memory has no room for is read from the recording.
    if let path = recording.record { sandbox.databaseFolders = Sandbox.recording(path).databaseFolders }
    return sandbox
  }
}
