/// What the engine needs after its start.
extension Sandbox {
  /// What stands behind names: DNS (RFC 1035), and DNS over TLS (RFC 7858) for resolvers that speak it in the process.
  private static let resolverPorts: [UInt16] = [53, 853]

  /// For a server whose sockets are bound: it accepts, answers, and takes its Unix socket's name away at the end.
  package static func server(_ configuration: ServerConfiguration) -> Sandbox {
    var sandbox = Sandbox()
    if let path = configuration.unixPath { sandbox.removableFolders = [SocketFolder.path(of: path)] }
    return sandbox
  }

  /// For what only answers on a control socket, and takes its name away at the end.
  static func control(_ path: String) -> Sandbox {
    var sandbox = Sandbox()
    sandbox.removableFolders = [SocketFolder.path(of: path)]
    return sandbox
  }

  /// For what writes a database, beside which files come and go.
  package static func recording(_ path: String) -> Sandbox {
    var sandbox = Sandbox()
    sandbox.databaseFolders = [SocketFolder.path(of: path)]
    return sandbox
  }

  /// For a client that connects to one endpoint; to find a name's addresses the system's resolver reads files, and what it
  /// reads is not ours to know.
  package static func client(of endpoint: Endpoint) -> Sandbox {
    var sandbox = Sandbox()
    if case .tcp(_, let port) = endpoint { sandbox.connectablePorts = [port] }
    switch endpoint {
    case .tcp(let host, _), .udp(let host, _):
      if Resolver.literal(host) == nil {
        sandbox.readsFiles = true
        sandbox.connectablePorts += resolverPorts.filter { !sandbox.connectablePorts.contains($0) }
      }
    case .unix: break
    }
    return sandbox
  }
}
