import Echo
import Screen
import Terminal
import Wire

/// The monitor with its screen.
struct MonitorScreen {
  var place: MonitorPlace
  var start: MonitorStart
  var isControlled: Bool
  var historyCount: Int
  var historyBytes: Int
  var theme: ThemeName?
  var isConfined: Bool

  func run() throws(Failure) {
    let wake = try Failure.onError(.systemError) { try WakeDescriptor() }
    var sandbox = ProgramSandbox(isConfined ? self.sandbox : nil)
    // Before the screen is taken, so that a failure is a line where the user typed.
    let session = try MonitorSession.open(place, confinement: sandbox.confinement, waking: wake)
    let loop = try ScreenLoop(wake: wake, theme: theme, writableFolders: sandbox.writableFolders) { look in
      MonitorModel(
        session.greeting,
        feed: session.feed,
        isControlled: isControlled,
        historyCount: historyCount,
        historyBytes: historyBytes,
        look: look
      )
    }
    // The terminal and what describes it are open now, and the time zone is the last thing to be read.
    Surroundings.loadTimeZone()
    sandbox.enter()
    session.wire.post(.attach(start))
    let model = try loop.run(drain: { session.wire.news.drain() }, perform: { session.wire.post($0) })
    switch model.end {
    case nil: StandardError.writeLine("\(MonitorProgram.name): \(session.greeting.name) goes on")
    case .stopped: StandardError.writeLine("\(MonitorProgram.name): \(session.greeting.name): \(model.summary)")
    case .lost: throw Failure(.ioError, "\(session.greeting.name): \(model.end?.text ?? "")")
    }
  }

  private var sandbox: Sandbox {
    var sandbox = Sandbox()
    sandbox.allowSaving()
    return sandbox
  }
}
