import Glibc

/// One run of a workload against one program.
struct Trial {
  /// Nanoseconds of the processor that a message costs, by the load generator's name for it.
  static let processorFigure = "server_ns_a_message"

  private let values: [String: Double]

  /// What was measured, by its names.
  init(values: [String: Double]) { self.values = values }

  subscript(name: String) -> Double? { values[name] }

  /// Starts a server, keeps it busy, and ends it; nil where it can't serve the workload.
  static func run(
    _ contender: Contender,
    _ workload: Workload,
    seconds: Double,
    generator: String
  ) throws(ChildProcess.Failure) -> Trial? {
    // As JSON it tells its port on standard output, which is what is to go nowhere.
    let tellsPort = contender.tellsPort && workload.output != .json
    let path = "/tmp/echo-bench-\(getpid()).socket"
    let wanted = workload.transport == .unix ? path : tellsPort ? "0" : "\(20_000 + Int(getpid()) % 10_000)"
    guard let command = contender.command(for: workload, at: wanted) else { return nil }
    // Not every server replaces what the one before it has left.
    unlink(path)
    let server = try ChildProcess(
      command,
      core: serverCore,
      output: .nowhere,
      error: tellsPort ? .pipe : .nowhere
    )
    defer { server.end() }
    var address = ["--unix", path]
    if tellsPort {
      // It has bound everything by then.
      let line = try server.errorLine(with: workload.transport == .unix ? "listening on" : "127.0.0.1:")
      if workload.transport != .unix { address = ["--port", String(line.split(separator: ":").last ?? "")] }
    } else {
      if workload.transport != .unix { address = ["--port", wanted] }
      // It says nothing when it is ready.
      usleep(300_000)
    }
    let load = try ChildProcess(
      [generator] + address + workload.load(seconds: seconds) + ["--server", "\(server.identifier)"],
      core: generatorCore
    )
    let output = try load.output()
    var values: [String: Double] = [:]
    for line in output.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, let value = Double(words[1]) { values[String(words[0])] = value }
    }
    if contender.forks { values[processorFigure] = nil }
    return Trial(values: values)
  }

  /// Apart where there are two processors, so that neither waits for the other.
  static let serverCore = 0
  static let generatorCore = sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1 ? 1 : 0
}
