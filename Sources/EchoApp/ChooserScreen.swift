import Echo
import Screen
import Terminal

/// The choice of one of several servers, on a screen.
struct ChooserScreen {
  var servers: [ServerGreeting]
  var theme: ThemeName?

  /// The server that the user chooses; nil is none.
  func run() throws(Failure) -> ServerGreeting? {
    let wake = try Failure.onError(.systemError) { try WakeDescriptor() }
    let loop = try ScreenLoop(wake: wake, theme: theme) { look in ChooserModel(servers, look: look) }
    var found: [[ServerGreeting]] = []
    let model = try loop.run(
      drain: {
        defer { found = [] }
        return found
      },
      perform: { request throws(Failure) in
        switch request {
        case .find:
          found = [try RunningServers.find()]
          wake.signal()
        }
      }
    )
    return model.choice
  }
}
