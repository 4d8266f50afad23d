import Glibc
import Measuring

/// What bench reads of the figures of a run.
enum Figure {
  static let rate = "rate"
  /// Nanoseconds of the processor that a message costs what is measured.
  static let processor = "ns_a_message"
  /// How much of the time it was on a processor.
  static let busy = "busy"
}

/// Runs of a server under the load of a workload.
enum Trial {
  /// Starts a server, keeps it busy, and ends it; nil where it can't serve the workload.
  static func run(
    _ contender: Contender,
    _ workload: Workload,
    seconds: Double,
    rate: Double? = nil
  ) throws(Failure) -> Figures? {
    var load = workload.load
    if let rate { load.rate = rate }
    // As JSON it tells its port on standard output, which is what is to go nowhere.
    let tellsPort = contender.tellsPort && workload.output != .json
    let path = "/tmp/echo-bench-\(getpid()).socket"
    let wanted = load.transport == .unix ? path : tellsPort ? "0" : "\(20_000 + Int(getpid()) % 10_000)"
    guard let command = contender.command(for: workload, at: wanted) else { return nil }
    // Not every server replaces what the one before it has left.
    unlink(path)
    let server = try RunningProgram(command, .nowhere)
    defer { server.end() }
    var address = load.transport == .unix ? Load.address(path: path) : Load.address(port: wanted)
    if !tellsPort {
      // It says nothing when it is ready.
      usleep(300_000)
    } else if load.transport == .unix {
      _ = try server.errorLine(with: "listening on")
    } else {
      address = Load.address(port: try server.port())
    }
    var figures = Figures(lines: try load.start(address: address, seconds: seconds, server: server.process).output())
    figures[Figure.processor] = contender.forks ? nil : figures["server_ns_a_message"]
    figures[Figure.busy] = contender.forks ? nil : figures["server_busy"]
    return figures
  }
}
