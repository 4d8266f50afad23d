/// A program that is compared: a server that takes the load of a workload, or a client that makes it.
struct Contender: Sendable {
  let name: String
  /// The command for a workload and an address, which is a port (0: any free one) or a path; nil where it can't serve it.
  private let command: @Sendable (Workload, _ address: String) -> [String]?
  /// Whether a server tells its port on standard error; if not it gets one.
  let tellsPort: Bool

  func command(for workload: Workload, at address: String) -> [String]? { command(workload, address) }

  static func ours(_ path: String) -> Contender {
    Contender(
      name: "echo_server",
      command: { workload, address in
        let listens =
          workload.transport == .unix ? ["--unix", address, "0"] : ["--only", workload.transport.rawValue, address]
        return [path, "--no-tui", "--reply", workload.reply.rawValue, "--max-connections", "100000"]
          + workload.output.options + listens
      },
      tellsPort: true
    )
  }

  static func reference(_ path: String) -> Contender {
    Contender(
      name: "C on epoll",
      command: { workload, address in
        [path, workload.reply == .echo ? "echo" : "lines", workload.transport.rawValue, address]
      },
      tellsPort: true
    )
  }

  static func ourClient(_ path: String) -> Contender {
    Contender(
      name: "echo_client",
      command: { workload, port in [path, "--no-tui"] + workload.output.options + ["127.0.0.1", port] },
      tellsPort: false
    )
  }

  static func referenceClient(_ path: String) -> Contender {
    Contender(name: "C on epoll", command: { _, port in [path, "127.0.0.1", port] }, tellsPort: false)
  }

  /// What Debian has, where it can do the same job: only echo, and without a process for each connection's end told.
  static let socat = Contender(
    name: "socat",
    command: { workload, address in
      guard workload.reply == .echo, workload.mode == .steady else { return nil }
      return switch workload.transport {
      case .tcp: ["socat", "-b65536", "TCP-LISTEN:\(address),fork,reuseaddr,backlog=1024", "EXEC:cat"]
      case .unix: ["socat", "-b65536", "UNIX-LISTEN:\(address),fork", "EXEC:cat"]
      case .udp: nil
      }
    },
    tellsPort: false
  )

  static let ncat = Contender(
    name: "ncat",
    command: { workload, address in
      guard workload.reply == .echo, workload.mode == .steady, workload.transport == .tcp else { return nil }
      return ["ncat", "-l", "-k", "-m", "1000", "-e", "/bin/cat", "127.0.0.1", address]
    },
    tellsPort: false
  )
}
