import Echo
import Screen
import Terminal
import Wire

/// The server with its screen.
struct ServerScreen {
  var configuration: ServerConfiguration
  var historyCount: Int
  var historyBytes: Int
  var theme: ThemeName?

  func run() throws(Failure) {
    let wake = try Failure.onError(.systemError) { try WakeDescriptor() }
    // Bound before the screen is taken, so that a failure is a line where the user typed.
    let server = try WireServer.start(configuration, waking: wake)
    let loop = try ScreenLoop(wake: wake, theme: theme) { look in
      ServerModel(
        framing: configuration.framing,
        stopPolicy: configuration.stopPolicy,
        historyCount: historyCount,
        historyBytes: historyBytes,
        look: look
      )
    }
    let end = try loop.run(drain: { server.events.drain() }, perform: { server.post($0) })
    StandardError.writeLine("\(ServerProgram.name): \(end.summary)")
  }
}
