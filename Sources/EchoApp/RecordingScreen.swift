import Echo
import Screen
import Terminal
import Wire

/// A recording on a screen.
struct RecordingScreen {
  var path: String
  var theme: ThemeName?
  var isConfined: Bool

  func run() throws(Failure) {
    let wake = try Failure.onError(.systemError) { try WakeDescriptor() }
    var sandbox = ProgramSandbox(isConfined ? self.sandbox : nil)
    // Before the screen is taken, so that a failure is a line where the user typed.
    let rows = try RecordedFile(path: path)
    let name = Printable.text(path.split(separator: "/").last.map { Array($0.utf8) } ?? [])
    let loop = try ScreenLoop(wake: wake, theme: theme, writableFolders: sandbox.writableFolders) { look in
      ServerModel(recording: rows, name: name, look: look)
    }
    // The terminal and what describes it are open now, and the time zone is the last thing to be read.
    Surroundings.loadTimeZone()
    sandbox.enter()
    _ = try loop.run(drain: { [] }, perform: { _ in })
  }

  private var sandbox: Sandbox {
    var sandbox = Sandbox.recording(path)
    sandbox.allowSaving()
    return sandbox
  }
}
