import Measuring

/// What a server or a client is kept busy with, and how much of the reference's rate is asked of it.
struct Workload: Sendable {
  enum Subject {
    /// Of clients: how fast they send a file's lines, and the memory that these take.
    case server, clientSpeed, clientMemory
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
  var load = Load()
  var subject = Subject.server
  /// A load whose messages come at half of the rate that it reaches: the waits of a server that is not saturated.
  var saturated: Load?
  /// Of the file that a client sends, about.
  var inputBytes = 0
  var output = Output.quiet
  /// The least ratio of rates, and the largest of processor times a message; nil where nothing is asked.
  var rateTarget: Double?
  var processorTarget: Double?
  var otherTarget: String?

  var asked: String {
    let parts = [
      rateTarget.map { "rate ≥ \(Table.number($0, 2))" }, processorTarget.map { "CPU ≤ \(Table.number($0, 1))" },
      otherTarget,
    ]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }

  var isOfClients: Bool { subject != .server }
  /// Whether programs that print nothing and are as fast as they can be compare by it.
  var isForPeers: Bool { subject == .server && output == .quiet && saturated == nil && load.rate == nil }
}

extension Workload {
  private static let echo = Load(.tcp, .echo, connections: 64)
  private static let unixEcho = Load(.unix, .echo, connections: 64)
  private static let udpEcho = Load(.udp, .echo, connections: 4, depth: 16)

  static let all: [Workload] = [
    lines("lines-16", "lines of 16 B, pipelined", .lines(size: 16, depth: 1024)),
    lines("lines-100", "lines of 100 B, pipelined", .lines100),
    lines("lines-1k", "lines of 1 KiB, pipelined", .lines(size: 1024, depth: 64)),
    lines("lines-64k", "lines of 64 KiB, pipelined", .lines(size: 65_536, depth: 4)),
    Workload(name: "lines-64x1", words: "lines of 16 B, 64 connections, one at a time", load: .lines64x1),
    one("echo-64x1", "echo of 16 B, 64 connections, one at a time", echo, rate: 0.95, processor: 1.1),
    one("unix-64x1", "the same over Unix sockets", unixEcho, rate: 0.95, processor: 1.1),
    one("udp-4x16", "UDP echo of 16 B, 4 sockets, 16 at a time", udpEcho, rate: 0.9, processor: 1.2),
    one(
      "udp-16x16",
      "16 sockets, 16 at a time",
      Load(.udp, .echo, connections: 16, depth: 16),
      rate: 0.9,
      processor: 1.2
    ),
    udpAtARate,
    half("echo-half", "echo of 16 B over 64 connections, at half of the rate of echo-64x1", echo, depth: 64),
    half("unix-half", "the same over Unix sockets", unixEcho, depth: 64),
    half("udp-half", "UDP echo of 16 B, 4 sockets, at half of the rate of udp-4x16", udpEcho, depth: 1024),
    one(
      "accept",
      "connect, a message, its receipt, reset; 64 at once",
      Load(mode: .accept, connections: 64),
      rate: 0.8,
      processor: 1.3
    ),
    Workload(
      name: "text-100",
      words: "lines of 100 B as text to /dev/null, against C without output",
      load: .lines100,
      output: .text
    ),
    Workload(
      name: "json-100",
      words: "lines of 100 B as JSON to /dev/null, against C without output",
      load: .lines100,
      output: .json,
      rateTarget: 0.25
    ),
    idle(5000),
    file("client-16", "a client sends a file, lines of 16 B", size: 16),
    file("client-100", "lines of 100 B", size: 100),
    file("client-1k", "lines of 1 KiB", size: 1024),
    file(
      "client-100-text",
      "lines of 100 B, told as text to /dev/null, against C without output",
      size: 100,
      output: .text,
      rateTarget: nil
    ),
    Workload(
      name: "client-memory",
      words: "the client's memory for a file, and for one of ten times its length",
      load: Load(size: 100),
      subject: .clientMemory,
      inputBytes: 16 << 20
    ),
  ]

  /// How the cost of a message grows with connections, the unanswered messages of all being as many, and with its size.
  static let growth: [Workload] =
    [1, 10, 100, 1000, 10_000].map { count in
      Workload(
        name: "connections-\(count)",
        words: "lines of 100 B, \(10_000 / count) at a time on each",
        load: Load(connections: count, depth: 10_000 / count, size: 100)
      )
    }
    + [("16", 16), ("64", 64), ("256", 256), ("1k", 1024), ("4k", 4096), ("16k", 16_384), ("64k", 65_536)].map {
      (name, size) in
      Workload(
        name: "size-\(name)",
        words: "lines of so many bytes, 4 connections",
        load: .lines(size: size, depth: max(4, 65_536 / size))
      )
    } + [idle(1000), idle(9000)]

  private static let udpAtARate: Workload = {
    var load = Load(.udp, .echo, connections: 4, depth: 1024)
    load.rate = 100_000
    return Workload(name: "udp-100k", words: "UDP echo of 16 B, 100,000 a second", load: load, otherTarget: "0 lost")
  }()

  private static func one(
    _ name: String,
    _ words: String,
    _ load: Load,
    rate: Double,
    processor: Double
  ) -> Workload {
    Workload(name: name, words: words, load: load, rateTarget: rate, processorTarget: processor)
  }

  private static func half(_ name: String, _ words: String, _ saturated: Load, depth: Int) -> Workload {
    var load = saturated
    // Room for those that a pause holds up: they wait in the socket and not in the generator.
    load.depth = depth
    return Workload(name: name, words: words, load: load, saturated: saturated)
  }

  private static func idle(_ connections: Int) -> Workload {
    Workload(
      name: "idle-\(connections)",
      words: "idle connections, after a message",
      load: Load(mode: .idle, connections: connections),
      otherTarget: "≤ 512 B"
    )
  }

  private static func file(
    _ name: String,
    _ words: String,
    size: Int,
    output: Output = .quiet,
    rateTarget: Double? = 0.6
  ) -> Workload {
    Workload(
      name: name,
      words: words,
      load: Load(size: size),
      subject: .clientSpeed,
      inputBytes: 512 << 20,
      output: output,
      rateTarget: rateTarget
    )
  }

  private static func lines(_ name: String, _ words: String, _ load: Load) -> Workload {
    one(name, words, load, rate: 0.8, processor: 1.3)
  }
}
