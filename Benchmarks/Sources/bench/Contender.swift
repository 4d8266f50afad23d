/// A program that is compared: a server that takes the load of a workload, or a client that makes it.
struct Contender: Sendable {
  let name: String
  /// The command for a workload and an address, which is a port (0: any free one) or a path; nil where it can't serve it.
  private let command: @Sendable (Workload, _ address: String) -> [String]?
  /// Whether a server tells its port on standard error; if not it gets one.
  let tellsPort: Bool
  /// Whether it has a process a connection, whose processor time is not seen.
  var forks = false
  /// Whether it can be run here at all.
  private(set) var isThere = true

  func command(for workload: Workload, at address: String) -> [String]? {
    isThere ? command(workload, address) : nil
  }

  /// Whether it would serve a workload if only it were there.
  func isMissed(for workload: Workload) -> Bool { !isThere && command(workload, "") != nil }

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
}

/// Peers: two programs that Debian has, and servers in the style of a competent user of a language (`Peers/`).
extension Contender {
  /// All of them, built where that is needed.
  static func peers() -> [Contender] {
    let folder = ".build/peers"
    var peers = [
      socat, ncat,
      peer("go", ["\(folder)/go/peer"]),
      peer("tokio", ["\(folder)/tokio/target/release/peer"]),
      peer("node", ["node", "Peers/node/server.js"]),
      peer("asyncio", ["python3", "Peers/asyncio/server.py"]),
    ]
    for index in peers.indices {
      do throws(ChildProcess.Failure) {
        _ = try ChildProcess(["Peers/prepare", peers[index].name, folder]).output()
      } catch {
        complain("\(peers[index].name): \(error.text)")
        peers[index].isThere = false
      }
    }
    return peers
  }

  private static func peer(_ name: String, _ command: [String]) -> Contender {
    Contender(
      name: name,
      command: { workload, address in
        guard workload.output == .quiet else { return nil }
        return command + [workload.reply == .echo ? "echo" : "lines", workload.transport.rawValue, address]
      },
      tellsPort: true
    )
  }

  /// Only echo, and without a process for each connection's end told.
  private static let socat = Contender(
    name: "socat",
    command: { workload, address in
      guard workload.reply == .echo, workload.mode == .steady else { return nil }
      return switch workload.transport {
      case .tcp: ["socat", "-b65536", "TCP-LISTEN:\(address),fork,reuseaddr,backlog=1024", "EXEC:cat"]
      case .unix: ["socat", "-b65536", "UNIX-LISTEN:\(address),fork,backlog=1024", "EXEC:cat"]
      case .udp: nil
      }
    },
    tellsPort: false,
    forks: true
  )

  private static let ncat = Contender(
    name: "ncat",
    command: { workload, address in
      guard workload.reply == .echo, workload.mode == .steady, workload.transport == .tcp else { return nil }
      return ["ncat", "-l", "-k", "-m", "1000", "-e", "/bin/cat", "127.0.0.1", address]
    },
    tellsPort: false,
    forks: true
  )
}
