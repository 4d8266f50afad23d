/// What `bench` was asked for.
struct Options {
  private var wantedRounds: Int?
  var seconds = 1.0
  var workloads: [Workload] = []
  var growth: [Workload] = []
  var hasPeers = false
  var hasFormatting = false
  var server = "../echo_server"
  var client = "../echo_client"

  static let usage = """
    usage: bench [--rounds N] [--seconds S] [--server PATH] [--client PATH] [--peers] [WORKLOAD ...] [growth]
                 [formatting]
      --rounds   runs of each program under each workload, in turn (5, with --peers 2); up to twice as many where they
                 don't agree on a target
      --seconds  how long each run is measured (1)
      --peers    socat, ncat, and servers in Go, on tokio, Node and asyncio too, where they can do the same
    workloads, all of them and formatting unless some are named:
    \(list(Workload.all))
    growth, or some of:
    \(list(Workload.growth))
    formatting: what the line of a message costs
    """

  private static func list(_ workloads: [Workload]) -> String {
    workloads.map { "  \($0.name)\(String(repeating: " ", count: max(1, 20 - $0.name.count)))\($0.words)" }
      .joined(separator: "\n")
  }

  init?(_ arguments: some Sequence<String>) {
    var rest = Array(arguments)[...]
    while let word = rest.popFirst() {
      switch word {
      case "--rounds":
        guard let value = rest.popFirst().flatMap(Int.init), value > 0 else { return nil }
        wantedRounds = value
      case "--seconds":
        guard let value = rest.popFirst().flatMap(Double.init), value > 0 else { return nil }
        seconds = value
      case "--server":
        guard let value = rest.popFirst() else { return nil }
        server = value
      case "--client":
        guard let value = rest.popFirst() else { return nil }
        client = value
      case "--peers": hasPeers = true
      case "growth": growth = Workload.growth
      case "formatting": hasFormatting = true
      default:
        if let workload = Workload.all.first(where: { $0.name == word }) {
          workloads.append(workload)
        } else if let workload = Workload.growth.first(where: { $0.name == word }) {
          growth.append(workload)
        } else {
          return nil
        }
      }
    }
    if workloads.isEmpty, growth.isEmpty, !hasFormatting {
      workloads = hasPeers ? Workload.all.filter(\.isForPeers) : Workload.all
      hasFormatting = !hasPeers
    }
  }

  /// With peers there are fewer: all of a workload's runs take less than half a minute.
  var rounds: Int { wantedRounds ?? (hasPeers ? 2 : 5) }
}
