import Glibc
import Measuring

/// `bench`: echo_server and echo_client beside bare C on epoll, in interleaved rounds of one run, as tables of rates and
/// ratios.
struct Bench {
  let options: Options
  let peers: [Contender]

  func run() throws(Failure) {
    Bench.raiseDescriptorLimit()
    print(Setting.text(command: CommandLine.arguments))
    let report: any ComparisonReport =
      peers.isEmpty ? Report(columns: Report.comparison) : PeerReport(contenders: servers)
    measure(options.workloads, report)
    measure(options.growth, Report(columns: Report.growth))
    guard options.hasFormatting else { return }
    print("\n" + Formatting.header)
    let formatting = Formatting(server: .ours(options.server), seconds: options.seconds, rounds: options.rounds)
    print(try formatting.row("text", .text))
    print(try formatting.row("JSON", .json))
  }

  private func measure(_ workloads: [Workload], _ report: any ComparisonReport) {
    guard !workloads.isEmpty else { return }
    print("\n" + report.header)
    for workload in workloads {
      guard workload.load.connections <= Bench.mostConnections else {
        complain(
          "bench: \(workload.name): left out, for only \(Bench.mostConnections) connections may be open (ulimit -Hn)"
        )
        continue
      }
      let contenders = workload.isOfClients ? clients : servers
      let comparison = compare(contenders, workload)
      for row in report.rows(comparison, of: contenders) { print(row) }
      fflush(nil)
    }
  }

  private func compare(_ contenders: [Contender], _ workload: Workload) -> Comparison {
    var comparison = Comparison(workload)
    do throws(Failure) {
      runRounds(&comparison, contenders, try trial(of: workload))
    } catch {
      for contender in contenders { comparison.fail(contender, error.text) }
    }
    return comparison
  }

  private func runRounds(
    _ comparison: inout Comparison,
    _ contenders: [Contender],
    _ trial: (Contender) throws(Failure) -> Figures?
  ) {
    let workload = comparison.workload
    // Where the rounds don't agree on a target, there are more of them; with peers there is no time for that.
    let most = workload.load.mode == .idle ? 1 : peers.isEmpty ? 2 * options.rounds - 1 : options.rounds
    for round in 0..<most {
      if round >= options.rounds, !comparison.isUndecided(contenders[0], to: contenders[1]) { break }
      // Nobody is always the first.
      for contender in round.isMultiple(of: 2) ? contenders : contenders.reversed() {
        guard comparison.failure(of: contender) == nil else { continue }
        do throws(Failure) {
          if let figures = try trial(contender) { comparison.add(figures, of: contender) }
        } catch {
          comparison.fail(contender, error.text)
        }
      }
    }
  }

  /// A run of a workload, with what all of its runs share.
  private func trial(of workload: Workload) throws(Failure) -> (Contender) throws(Failure) -> Figures? {
    let size = workload.load.size
    switch workload.subject {
    case .clientSpeed:
      let input = try InputFile(size: size, byteCount: workload.inputBytes)
      let short = try InputFile(size: size, byteCount: 1)
      return { contender throws(Failure) in
        try ClientTrial(contender: contender, workload: workload).speed(input, short, seconds: options.seconds)
      }
    case .clientMemory:
      return { contender throws(Failure) in try ClientTrial(contender: contender, workload: workload).memory() }
    case .server:
      let rate = try workload.saturated.map { load throws(Failure) in try halfRate(workload, load) }
      return { contender throws(Failure) in
        try Trial.run(contender, workload, seconds: options.seconds, rate: rate)
      }
    }
  }

  /// Half of what the slower one of ours and the reference reaches.
  private func halfRate(_ workload: Workload, _ load: Load) throws(Failure) -> Double {
    let workload = Workload(name: workload.name, words: "", load: load)
    var least = Double.infinity
    for contender in servers.prefix(2) {
      least = min(least, try Trial.run(contender, workload, seconds: options.seconds)?[Figure.rate] ?? least)
    }
    return (least / 2).rounded()
  }

  private var servers: [Contender] { [.ours(options.server), .reference] + peers }
  private var clients: [Contender] { [.ourClient(options.client), .referenceClient] }

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

guard let options = Options(CommandLine.arguments.dropFirst()) else {
  complain("bench: bad arguments\n\(Options.usage)")
  exit(64)
}
do throws(Failure) {
  try Bench(options: options, peers: options.hasPeers ? Contender.peers() : []).run()
} catch {
  complain("bench: \(error.text)")
  exit(71)
}
