import Screen
import Terminal
import Wire

/// Where a server can be watched: a control socket, by the name of its server or by its path.
struct MonitorPlace {
  let path: String
  /// nil where the path was given.
  let name: String?

  private init(path: String, name: String?) {
    self.path = path
    self.name = name
  }

  init(name: String) { self.init(path: ControlFolder.ofUser.socketPath(of: name), name: name) }

  /// Reads what a user names: a path has a slash or ends as sockets do.
  init(argument: String) {
    if argument.contains("/") || argument.hasSuffix(".sock") {
      self.init(path: argument, name: nil)
    } else {
      self.init(name: argument)
    }
  }

  /// As it may be shown.
  var text: String { Printable.text((name ?? path).utf8) }
}

extension ControlFolder {
  static var ofUser: ControlFolder { standard(runtimeDirectory: Surroundings.variable("XDG_RUNTIME_DIR")) }
}

extension Failure {
  /// What keeps a server from being watched.
  init(watching place: MonitorPlace, _ error: WireError) {
    self.init(error)
    guard case .cannotConnect(_, let error) = error else { return }
    switch (error.cause, place.name) {
    case (.noSuchPath, nil): line = "\(place.text): there is no such file, nor a server's control socket"
    case (.refused, nil):
      line = "\(place.text): \(error.reason) (no server listens there; is it the control socket of one that runs?)"
    case (.noSuchPath, let name?), (.refused, let name?):
      // A number is a port, and that is most often a server's name.
      let wanted =
        UInt16(name) == nil
        ? "there is no file \(place.text), and no echo_server of that name"
        : "no echo_server named \(place.text)"
      line = "\(wanted) runs here (--list tells which do)"
    default: line = "\(place.text): \(error.reason)"
    }
  }
}
