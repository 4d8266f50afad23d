package import Glibc

/// What the load generator does to a server: messages over so many connections, each with so many unanswered.
package struct Load: Sendable {
  package enum Transport: String, Sendable { case tcp, udp, unix }
  package enum Reply: String, Sendable { case ok, echo }
  package enum Mode: String, Sendable {
    /// Messages, connections that come and go, and connections that stay and say nothing.
    case steady, accept, idle
  }

  package var transport = Transport.tcp
  package var reply = Reply.ok
  package var mode = Mode.steady
  package var connections = 1
  package var depth = 1
  package var size = 16
  /// Messages a second; nil: as many as are answered.
  package var rate: Double?

  package init(
    _ transport: Transport = .tcp,
    _ reply: Reply = .ok,
    mode: Mode = .steady,
    connections: Int = 1,
    depth: Int = 1,
    size: Int = 16
  ) {
    (self.transport, self.reply, self.mode) = (transport, reply, mode)
    (self.connections, self.depth, self.size) = (connections, depth, size)
  }

  /// Lines over four connections, pipelined.
  package static func lines(size: Int, depth: Int) -> Load { Load(connections: 4, depth: depth, size: size) }

  package static let lines100 = lines(size: 100, depth: 256)
  package static let lines64x1 = Load(connections: 64)

  /// The options of the generator that say where a server is.
  package static func address(port: some StringProtocol) -> [String] { ["--port", String(port)] }
  package static func address(path: String) -> [String] { ["--unix", path] }

  /// Starts the generator on a processor where the server is not; it tells its figures at its end.
  package func start(address: [String], seconds: Double, server: pid_t) throws(Failure) -> RunningProgram {
    var command = [RunningProgram.beside("load_generator")] + address
    if transport == .udp { command.append("--udp") }
    if let rate { command += ["--rate", "\(rate)"] }
    command += [
      "--reply", reply.rawValue, "--mode", mode.rawValue, "--connections", "\(connections)", "--depth", "\(depth)",
      "--size", "\(size)", "--seconds", "\(seconds)", "--server", "\(server)",
    ]
    return try RunningProgram(command, core: Processors.other, .pipe)
  }
}
