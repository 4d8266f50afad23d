import Measuring

/// Runs of a client: it sends a file's lines to the reference server, and awaits their receipts.
struct ClientTrial {
  let contender: Contender
  let workload: Workload

  /// How fast a file goes, and what a message costs: the file is sent until that has taken so many seconds, and what a run
  /// takes for hardly a message is subtracted from each.
  func speed(_ input: InputFile, _ short: InputFile, seconds: Double) throws(Failure) -> Figures? {
    guard let start = try run(short) else { return nil }
    var (messages, elapsed, processor) = (0.0, 0.0, 0.0)
    while elapsed < seconds {
      guard let run = try run(input) else { return nil }
      messages += Double(input.messageCount - short.messageCount)
      elapsed += max(1e-9, run.elapsed - start.elapsed)
      processor += run.processor - start.processor
    }
    return Figures([
      "rate": messages / elapsed, "busy": processor / elapsed, Figure.processor: processor * 1e9 / messages,
      "start_ms": start.elapsed * 1e3,
    ])
  }

  private func run(_ input: InputFile) throws(Failure) -> (elapsed: Double, processor: Double)? {
    try withClient(input) { client throws(Failure) in
      _ = try client.output()
      return (client.seconds, client.processorSeconds)
    }
  }

  /// The most memory taken for a file, and for one that is ten times as long.
  func memory() throws(Failure) -> Figures? {
    var figures = Figures()
    for (name, byteCount) in [("memory", workload.inputBytes), ("tenfold_memory", workload.inputBytes * 10)] {
      figures[name] = try withClient(InputFile(size: workload.load.size, byteCount: byteCount)) {
        client throws(Failure) in
        let memory = ClientTrial.mostMemory(client)
        _ = try client.output()
        return memory
      }
    }
    return figures
  }

  /// The most memory that it takes until it ends, in bytes: what the kernel would tell at the end has this program's own
  /// memory in it, from before the start of the other.
  private static func mostMemory(_ client: RunningProgram) -> Double {
    var memory = 0.0
    while !client.isReadable(within: 2), client.isRunning {
      let kibibytes = Files.field("VmHWM", of: Files.text("/proc/\(client.process)/status"))
      memory = max(memory, (kibibytes.flatMap { Double($0) } ?? 0) * 1024)
    }
    return memory
  }

  private func withClient<Result>(
    _ input: InputFile,
    _ body: (RunningProgram) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    let server = try RunningProgram(
      [Contender.referencePath("server"), "lines", "tcp", "0"],
      core: Processors.other,
      .nowhere
    )
    defer { server.end() }
    guard let command = contender.command(for: workload, at: try server.port()) else { return nil }
    return try body(try RunningProgram(command, input: input.path, .nowhere))
  }
}
