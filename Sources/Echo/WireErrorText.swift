import Screen
package import Wire

extension WireError {
  /// What failed, on what endpoint, why, and what to do where that is known: one line, safe to show.
  package var text: String {
    switch self {
    case .cannotListen(let endpoint, let error):
      "cannot listen on \(endpoint.text): \(error.reason)\(listenAdvice(endpoint, error))"
    case .cannotAdopt(let descriptor, let error):
      "cannot listen on descriptor \(descriptor), which was passed by the service manager: \(error.reason)"
    case .pathTaken(let path):
      "cannot listen on unix \(visible(path)): something else is there (remove it, or choose another path)"
    case .unsafeFolder(let folder, let endpoint, let danger):
      "cannot listen on \(endpoint.text): others could put a socket of theirs there, "
        + danger.text(of: folder)
    case .foreignServer(let path, let user):
      "unix \(visible(path)): \(user.map { "user \($0)" } ?? "somebody else") listens there, and not you"
    case .unknownHost(let host, let reason):
      "unknown host \(visible(host)): \(reason)"
    case .cannotConnect(let endpoint, let error):
      "\(endpoint.text): \(error.reason)\(connectAdvice(endpoint, error))"
    case .connectTimeout(let endpoint):
      "\(endpoint.text): no answer in time (is the address right, is a firewall between?)"
    case .broken(let endpoint, let error):
      "\(endpoint.text): \(error.reason)"
    case .system(let error):
      "\(error.call) failed: \(error.reason)"
    }
  }

  private func listenAdvice(_ endpoint: Endpoint, _ error: SystemError) -> String {
    switch error.cause {
    case .addressInUse where endpoint.transport == .unix: " (another program listens there)"
    case .addressInUse: " (another program listens there; port 0 takes a free one)"
    case .addressNotAvailable: " (no interface of this machine has that address)"
    case .notPermitted: " (is the folder yours, or the port reserved?)"
    default: ""
    }
  }

  private func connectAdvice(_ endpoint: Endpoint, _ error: SystemError) -> String {
    switch (endpoint, error.cause) {
    case (.tcp, .refused): " (is echo_server running there? for UDP add --udp)"
    case (.udp, .refused): " (is echo_server running there? for TCP leave out --udp)"
    case (.unix, .refused): " (nobody listens there any more)"
    case (.unix, .noSuchPath): " (is echo_server running with --unix?)"
    default: ""
    }
  }

  private func visible(_ text: String) -> String { Printable.text(text.utf8) }
}

extension ControlFailure {
  /// Why there is no control socket, and what to do: one line, safe to show.
  package var text: String {
    switch self {
    case .unsafeFolder(let folder):
      "\(Printable.text(folder.utf8)) is not yours alone (it has to belong to you, with mode 0700)"
    case .system(let error, let path):
      "\(path.map { "\(Printable.text($0.utf8)): " } ?? "")\(error.call): \(error.reason)"
    }
  }
}

extension FramingError {
  /// Why a message can't be sent, and what to do.
  package func text(framing: Framing, transport: Transport) -> String {
    switch self {
    case .tooLong(let count, let limit) where transport.isDatagram && limit == Framing.maximumFixed:
      "a message of \(count) bytes does not fit a datagram: at most \(limit)"
    case .tooLong(let count, let limit):
      "a message of \(count) bytes does not fit framing \(framing): at most \(limit)"
    case .containsDelimiter(let byte):
      "a message contains the byte \(Printable.text([byte])) that ends messages in framing \(framing)"
    }
  }
}

extension FolderDanger {
  /// Why a folder is not to be trusted, and what to do.
  package func text(of folder: String) -> String {
    let folder = Printable.text(folder.utf8)
    return switch self {
    case .belongs(let user): "for \(folder) belongs to user \(user) (choose a folder that is yours)"
    case .isOpenToOthers:
      "for \(folder) is writable by others (chmod go-w it, or choose another folder; a sticky one such as /tmp will do)"
    }
  }
}
