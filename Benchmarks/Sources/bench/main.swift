import Glibc

/// `bench`: echo_server and echo_client beside bare C on epoll, in interleaved rounds of one run, as tables of rates and
/// ratios.
struct Bench {
  let options: Options
  /// Where the C programs are.
  let folder: String
  let peers: [Contender]

  func run() throws(ChildProcess.Failure) {
    Bench.raiseDescriptorLimit()
    try measure(options.workloads, Report(columns: Report.comparison))
    try measure(options.growth, Report(columns: Report.growth))
  }

  private func measure(_ workloads: [Workload], _ report: Report) throws(ChildProcess.Failure) {
    guard !workloads.isEmpty else { return }
    print(report.header)
    for workload in workloads {
      guard workload.connections <= Bench.mostConnections else {
        complain("\(workload.name): left out, for only \(Bench.mostConnections) connections may be open (ulimit -Hn)")
        continue
      }
      let contenders = workload.isOfClients ? clients : servers
      let comparison = try compare(contenders, workload)
      for row in report.rows(comparison, of: contenders) { print(row) }
      fflush(nil)
    }
  }

  private func compare(_ contenders: [Contender], _ workload: Workload) throws(ChildProcess.Failure) -> Comparison {
    var comparison = Comparison(workload)
    let input = workload.mode == .file ? try InputFile(size: workload.size, byteCount: workload.inputBytes) : nil
    for _ in 0..<(workload.mode == .idle ? 1 : options.rounds) {
      for contender in contenders {
        if let trial = try trial(contender, workload, input) { comparison.add(trial, of: contender) }
      }
    }
    return comparison
  }

  private func trial(
    _ contender: Contender,
    _ workload: Workload,
    _ input: InputFile?
  ) throws(ChildProcess.Failure) -> Trial? {
    let clientTrial = ClientTrial(contender: contender, workload: workload, server: "\(folder)/reference_server")
    if let input { return try clientTrial.speed(input) }
    if workload.mode == .memory { return try clientTrial.memory() }
    return try Trial.run(contender, workload, seconds: options.seconds, generator: "\(folder)/load_generator")
  }

  private var servers: [Contender] {
    [.ours(options.server), .reference("\(folder)/reference_server")] + peers
  }

  private var clients: [Contender] { [.ourClient(options.client), .referenceClient("\(folder)/reference_client")] }

  /// For the programs that it starts: not every server raises its own.
  private static func raiseDescriptorLimit() {
    var limit = descriptorLimit
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// As many as a process may have descriptors for, beside some others.
  private static var mostConnections: Int { Int(clamping: descriptorLimit.rlim_max) - 100 }

  private static var descriptorLimit: rlimit {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return limit
  }
}

func complain(_ text: String) {
  let line = Array("bench: \(text)\n".utf8)
  _ = write(STDERR_FILENO, line, line.count)
}

guard let options = Options(CommandLine.arguments.dropFirst()) else {
  complain("bad arguments\n\(Options.usage)")
  exit(64)
}
let path = CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false)
do throws(ChildProcess.Failure) {
  try Bench(
    options: options,
    folder: path.dropLast().joined(separator: "/"),
    peers: options.hasPeers ? Contender.peers() : []
  ).run()
} catch {
  complain(error.text)
  exit(71)
}
