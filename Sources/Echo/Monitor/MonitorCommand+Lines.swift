package import Wire

/// What a monitor says to a server, in the words of the protocol.
extension MonitorCommand {
  /// Asks for the server's story from somewhere on; until then it tells nothing.
  package static func attach(_ start: AttachPoint) -> MonitorCommand {
    .send(Array("{\"attach\":\"\(start)\"}\n".utf8))
  }

  /// Asks for what a user may ask of a server; nil for what only programs say to their own.
  static func asking(_ command: ServerCommand) -> MonitorCommand? {
    switch command {
    case .stop: .send(Array("{\"command\":\"stop\"}\n".utf8))
    case .disconnect(let connection):
      .send(Array("{\"command\":\"disconnect\",\"connection\":\(connection.number)}\n".utf8))
    case .recorded, .recordingRotated, .recordingFailed: nil
    }
  }
}
