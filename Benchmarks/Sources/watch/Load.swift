import Glibc

/// What the load generator does to a server: lines over so many connections, each with so many unanswered.
struct Load {
  let name: String
  let words: String
  let connections: Int
  let depth: Int
  let size: Int

  static let all = [
    Load(name: "lines-100", words: "lines of 100 B, pipelined", connections: 4, depth: 256, size: 100),
    Load(
      name: "lines-64x1",
      words: "lines of 16 B, 64 connections, one at a time",
      connections: 64,
      depth: 1,
      size: 16
    ),
  ]

  /// Starts the generator on a processor where the server is not.
  func start(port: String, seconds: Double, server: pid_t) throws(Failure) -> RunningProgram {
    try RunningProgram(
      [
        Programs.generator, "--port", port, "--connections", "\(connections)", "--depth", "\(depth)", "--size",
        "\(size)", "--seconds", "\(seconds)", "--server", "\(server)",
      ],
      core: Processors.other,
      .standardOutput
    )
  }
}
