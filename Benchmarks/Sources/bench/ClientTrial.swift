import Glibc

/// Runs of a client: it sends a file's lines to the reference server, and awaits their receipts.
struct ClientTrial {
  let contender: Contender
  let workload: Workload
  /// The reference server's path.
  let server: String

  /// How fast the file goes, and what a message costs.
  func speed(_ input: InputFile) throws(ChildProcess.Failure) -> Trial? {
    try withClient(input) { client throws(ChildProcess.Failure) in
      _ = try client.output()
      let messages = Double(input.messageCount)
      return Trial(values: [
        "rate": messages / client.seconds, Trial.processorFigure: client.processorSeconds * 1e9 / messages,
      ])
    }
  }

  /// The most memory taken for a file, and for one that is ten times as long.
  func memory() throws(ChildProcess.Failure) -> Trial? {
    var values: [String: Double] = [:]
    for (name, byteCount) in [("memory", workload.inputBytes), ("tenfold_memory", workload.inputBytes * 10)] {
      values[name] = try withClient(InputFile(size: workload.size, byteCount: byteCount)) {
        client throws(ChildProcess.Failure) in
        let memory = client.mostMemory()
        _ = try client.output()
        return Double(memory)
      }
    }
    return Trial(values: values)
  }

  private func withClient<Result>(
    _ input: InputFile,
    _ body: (ChildProcess) throws(ChildProcess.Failure) -> Result
  ) throws(ChildProcess.Failure) -> Result? {
    let server = try ChildProcess([server, "lines", "tcp", "0"], core: Trial.serverCore, output: .nowhere)
    defer { server.end() }
    let port = String(try server.errorLine(with: "127.0.0.1:").split(separator: ":").last ?? "")
    guard let command = contender.command(for: workload, at: port) else { return nil }
    return try body(try ChildProcess(command, core: Trial.generatorCore, input: input.path, output: .nowhere))
  }
}
