import Measuring

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
          workload.load.transport == .unix
          ? ["--unix", address, "0"] : ["--only", workload.load.transport.rawValue, address]
        return [path, "--no-tui", "--reply", workload.load.reply.rawValue]
          + workload.output.options + listens
      },
      tellsPort: true
    )
  }

  /// The C program that is compared with the server, or with the client.
  static func referencePath(_ kind: String) -> String { RunningProgram.beside("reference_\(kind)") }

  static let reference = Contender(
    name: "C on epoll",
    command: { workload, address in
      [
        referencePath("server"), workload.load.reply == .echo ? "echo" : "lines", workload.load.transport.rawValue,
        address,
      ]
    },
    tellsPort: true
  )

  static func ourClient(_ path: String) -> Contender {
    Contender(
      name: "echo_client",
      command: { workload, port in [path, "--no-tui"] + workload.output.options + ["127.0.0.1", port] },
      tellsPort: false
    )
  }

  static let referenceClient = Contender(
    name: "C on epoll",
    command: { _, port in [referencePath("client"), "127.0.0.1", port] },
    tellsPort: false
  )
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
      do throws(Failure) {
        _ = try RunningProgram(["Peers/prepare", peers[index].name, folder], core: -1, .pipe).output()
      } catch {
        complain("bench: \(peers[index].name): \(error.text)")
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
        return command + [workload.load.reply == .echo ? "echo" : "lines", workload.load.transport.rawValue, address]
      },
      tellsPort: true
    )
  }

  /// Only echo; over UDP a process a datagram.
  private static let socat = Contender(
    name: "socat",
    command: { workload, address in
      guard workload.load.reply == .echo, workload.load.mode == .steady else { return nil }
      let listens =
        switch workload.load.transport {
        case .tcp: "TCP-LISTEN:\(address),fork,reuseaddr,backlog=1024"
        case .unix: "UNIX-LISTEN:\(address),fork,backlog=1024"
        case .udp: "UDP-RECVFROM:\(address),fork"
        }
      return ["socat", "-b65536", listens, "PIPE"]
    },
    tellsPort: false,
    forks: true
  )

  private static let ncat = Contender(
    name: "ncat",
    command: { workload, address in
      guard workload.load.reply == .echo, workload.load.mode == .steady, workload.load.transport == .tcp else {
        return nil
      }
      return ["ncat", "-l", "-k", "-m", "1000", "-e", "/bin/cat", "127.0.0.1", address]
    },
    tellsPort: false,
    forks: true
  )
}
