import Echo
import Screen
import Terminal
import Wire

/// The server with its screen.
struct ServerScreen {
  var configuration: ServerConfiguration
  var historyCount: Int
  var historyBytes: Int

  func run() throws(Failure) {
    let wake = try Failure.onError(.systemError) { try WakeDescriptor() }
    // Bound before the screen is taken, so that a failure is a line where the user typed.
    let server: WireServer
    do throws(WireError) {
      server = try WireServer.start(configuration) { wake.signal() }
    } catch {
      throw Failure(listening: error)
    }
    let terminal = try Failure.onError(.systemError) { try Terminal() }
    let model = ServerModel(
      framing: configuration.framing,
      stopPolicy: configuration.stopPolicy,
      historyCount: historyCount,
      historyBytes: historyBytes,
      look: Look(of: terminal)
    )
    let loop = try ScreenLoop(model: model, terminal: terminal, wake: wake)
    let end = try loop.run(drain: { server.events.drain() }, perform: { server.post($0) })
    StandardError.writeLine("echo_server: \(end.summary)")
  }
}

extension Look {
  /// What suits a terminal, and the user's NO_COLOR (no-color.org).
  init(of terminal: borrowing Terminal) {
    let hasColour = terminal.colours >= 8 && Surroundings.variable("NO_COLOR") == nil
    self.init(theme: hasColour ? .dark : .mono, glyphs: terminal.isUTF8 ? .unicode : .ascii)
  }
}
