import Glibc

/// `bench`: echo_server beside bare C on epoll, in interleaved rounds of one run, as a table of rates and ratios.
struct Options {
  var rounds = 5
  var seconds = 1.0
  var names: [String] = []
  var peers: [Contender] = []
  var server = "../echo_server"

  static let usage = """
    usage: bench [--rounds N] [--seconds S] [--server PATH] [--peers] [WORKLOAD ...]
      --rounds   pairs of runs of each workload, interleaved (5)
      --seconds  how long each run is measured (1)
      --peers    socat and ncat too, where they can do the same
    workloads:
    """
    + Workload.all.map { "\n  \($0.name)\(String(repeating: " ", count: max(1, 12 - $0.name.count)))\($0.words)" }
    .joined()

  init?(_ arguments: some Sequence<String>) {
    var rest = Array(arguments)[...]
    while let word = rest.popFirst() {
      switch word {
      case "--rounds":
        guard let value = rest.popFirst().flatMap(Int.init), value > 0 else { return nil }
        rounds = value
      case "--seconds":
        guard let value = rest.popFirst().flatMap(Double.init), value > 0 else { return nil }
        seconds = value
      case "--server":
        guard let value = rest.popFirst() else { return nil }
        server = value
      case "--peers": peers = [.socat, .ncat]
      default:
        guard Workload.all.contains(where: { $0.name == word }) else { return nil }
        names.append(word)
      }
    }
  }
}

func run(_ options: Options) throws(ChildProcess.Failure) {
  let folder = CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
    separator: "/"
  )
  let ours = Contender.ours(options.server)
  let reference = Contender.reference("\(folder)/reference_server")
  let contenders = [ours, reference] + options.peers
  let report = Report(contenders: contenders, reference: reference)
  print(Report.header)
  for workload in Workload.all where options.names.isEmpty || options.names.contains(workload.name) {
    var comparison = Comparison(workload)
    let rounds = workload.mode == .idle ? 1 : options.rounds
    for _ in 0..<rounds {
      for contender in contenders {
        let trial = try Trial.run(
          contender,
          workload,
          seconds: options.seconds,
          generator: "\(folder)/load_generator"
        )
        if let trial { comparison.add(trial, of: contender) }
      }
    }
    for row in report.rows(comparison) { print(row) }
    fflush(nil)
  }
}

func complain(_ text: String) {
  let line = Array("\(text)\n".utf8)
  _ = write(STDERR_FILENO, line, line.count)
}

guard let options = Options(CommandLine.arguments.dropFirst()) else {
  complain(Options.usage)
  exit(64)
}
do throws(ChildProcess.Failure) {
  try run(options)
} catch {
  complain("bench: \(error.text)")
  exit(71)
}
