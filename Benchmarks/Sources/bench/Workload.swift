/// What a server or a client is kept busy with, and how much of the reference's rate is asked of it.
struct Workload: Sendable {
  enum Transport: String { case tcp, udp, unix }
  enum Reply: String { case ok, echo }
  enum Mode: String {
    /// Of servers: load, connections that come and go, and connections that stay and say nothing.
    case steady, accept, idle
    /// Of clients: a file's lines, and the memory that they take.
    case file, memory
  }
  /// What ours prints, to /dev/null: nothing but what is no message, or a line a message.
  enum Output {
    case quiet, text, json

    var options: [String] {
      switch self {
      case .quiet: ["--quiet"]
      case .text: []
      case .json: ["--format", "json"]
      }
    }
  }

  let name: String
  let words: String
  var transport = Transport.tcp
  var reply = Reply.ok
  var mode = Mode.steady
  var connections = 1
  var depth = 1
  var size = 16
  /// Of the file that a client sends, at least.
  var inputBytes = 0
  var output = Output.quiet
  /// The least ratio of rates, and the largest of processor times a message; nil where nothing is asked.
  var rateTarget: Double?
  var processorTarget: Double?

  static let all: [Workload] = [
    lines("lines-16", "lines of 16 B, pipelined", size: 16, depth: 1024),
    lines("lines-100", "lines of 100 B, pipelined", size: 100, depth: 256),
    lines("lines-1k", "lines of 1 KiB, pipelined", size: 1024, depth: 64),
    lines("lines-64k", "lines of 64 KiB, pipelined", size: 65_536, depth: 4),
    Workload(name: "lines-64x1", words: "lines of 16 B, 64 connections, one at a time", connections: 64),
    Workload(
      name: "echo-64x1",
      words: "echo of 16 B, 64 connections, one at a time",
      reply: .echo,
      connections: 64,
      rateTarget: 0.95,
      processorTarget: 1.1
    ),
    Workload(
      name: "unix-64x1",
      words: "the same over Unix sockets",
      transport: .unix,
      reply: .echo,
      connections: 64,
      rateTarget: 0.95,
      processorTarget: 1.1
    ),
    Workload(
      name: "udp-4x16",
      words: "UDP echo of 16 B, 4 sockets, 16 at a time",
      transport: .udp,
      reply: .echo,
      connections: 4,
      depth: 16,
      rateTarget: 0.9,
      processorTarget: 1.2
    ),
    Workload(
      name: "accept",
      words: "connect, a message, its receipt, reset",
      mode: .accept,
      connections: 8,
      rateTarget: 0.8,
      processorTarget: 1.3
    ),
    Workload(
      name: "text-100",
      words: "lines of 100 B as text to /dev/null, against C without output",
      connections: 4,
      depth: 256,
      size: 100,
      output: .text
    ),
    Workload(
      name: "json-100",
      words: "lines of 100 B as JSON to /dev/null, against C without output",
      connections: 4,
      depth: 256,
      size: 100,
      output: .json,
      rateTarget: 0.25
    ),
    Workload(name: "idle", words: "idle connections, after a message", mode: .idle, connections: 5000),
    file("client-16", "a client sends a file, lines of 16 B", size: 16, mebibytes: 64),
    file("client-100", "lines of 100 B", size: 100, mebibytes: 256),
    file("client-1k", "lines of 1 KiB", size: 1024, mebibytes: 256),
    file(
      "client-100-text",
      "lines of 100 B, told as text to /dev/null, against C without output",
      size: 100,
      mebibytes: 256,
      output: .text,
      rateTarget: nil
    ),
    Workload(
      name: "client-memory",
      words: "the client's memory for a file, and for one of ten times its length",
      mode: .memory,
      size: 100,
      inputBytes: 16 << 20
    ),
  ]

  /// How the cost of a message grows with connections, the unanswered messages of all being as many, and with its size.
  static let growth: [Workload] =
    [1, 10, 100, 1000, 10_000].map { count in
      Workload(
        name: "connections-\(count)",
        words: "lines of 100 B, \(10_000 / count) at a time on each",
        connections: count,
        depth: 10_000 / count,
        size: 100
      )
    }
    + [("16", 16), ("64", 64), ("256", 256), ("1k", 1024), ("4k", 4096), ("16k", 16_384), ("64k", 65_536)].map {
      (name, size) in
      Workload(
        name: "size-\(name)",
        words: "lines of so many bytes, 4 connections",
        connections: 4,
        depth: max(4, 65_536 / size),
        size: size
      )
    }

  var isOfClients: Bool { mode == .file || mode == .memory }

  private static func file(
    _ name: String,
    _ words: String,
    size: Int,
    mebibytes: Int,
    output: Output = .quiet,
    rateTarget: Double? = 0.6
  ) -> Workload {
    Workload(
      name: name,
      words: words,
      mode: .file,
      size: size,
      inputBytes: mebibytes << 20,
      output: output,
      rateTarget: rateTarget
    )
  }

  private static func lines(_ name: String, _ words: String, size: Int, depth: Int) -> Workload {
    Workload(
      name: name,
      words: words,
      connections: 4,
      depth: depth,
      size: size,
      rateTarget: 0.8,
      processorTarget: 1.3
    )
  }

  /// The arguments of the load generator but the address.
  func load(seconds: Double) -> [String] {
    (transport == .udp ? ["--udp"] : []) + [
      "--reply", reply.rawValue, "--mode", mode.rawValue, "--connections", "\(connections)", "--depth", "\(depth)",
      "--size", "\(size)", "--seconds", "\(seconds)",
    ]
  }
}
