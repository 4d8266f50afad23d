import Glibc
import TestKit
import Testing

/// The network tools that people have, as peers.
@Suite struct RealPeerTests {
  static let netcat = Programs.tool(named: "nc")
  static let ncat = Programs.tool(named: "ncat")
  static let socat = Programs.tool(named: "socat")

  struct Tool: CustomTestStringConvertible, Sendable {
    let name: String
    let path: String?
    /// With PORT and PATH where the server's go.
    let arguments: [String]
    /// How the server names the peer.
    let peer: String
    var testDescription: String { name }

    func start(port: UInt16, path: String = "") throws -> PlainProgram {
      try PlainProgram(
        try #require(self.path),
        arguments.map { $0.replacing("PORT", with: "\(port)").replacing("PATH", with: path) }
      )
    }
  }

  /// Each sends its input, half-closes, and prints what comes back until the server's end.
  static let streams = [
    Tool(name: "nc -N", path: netcat, arguments: ["-N", "127.0.0.1", "PORT"], peer: "tcp 127.0.0.1:PORT"),
    Tool(name: "nc -N -6", path: netcat, arguments: ["-N", "-6", "::1", "PORT"], peer: "tcp [::1]:PORT"),
    Tool(name: "nc -N -U", path: netcat, arguments: ["-N", "-U", "PATH"], peer: "unix pid PID"),
    Tool(name: "ncat", path: ncat, arguments: ["127.0.0.1", "PORT"], peer: "tcp 127.0.0.1:PORT"),
    Tool(name: "ncat -6", path: ncat, arguments: ["-6", "::1", "PORT"], peer: "tcp [::1]:PORT"),
    Tool(name: "ncat -U", path: ncat, arguments: ["-U", "PATH"], peer: "unix pid PID"),
    Tool(name: "socat TCP", path: socat, arguments: ["-t5", "-", "TCP4:127.0.0.1:PORT"], peer: "tcp 127.0.0.1:PORT"),
    Tool(name: "socat TCP6", path: socat, arguments: ["-t5", "-", "TCP6:[::1]:PORT"], peer: "tcp [::1]:PORT"),
    Tool(name: "socat UNIX", path: socat, arguments: ["-t5", "-", "UNIX-CONNECT:PATH"], peer: "unix pid PID"),
  ].filter { $0.path != nil && (hasIPv6 || !$0.name.contains("6")) }

  @Test("Stream clients get a receipt for each line, the unterminated one too", arguments: streams)
  func stream(_ tool: Tool) throws {
    let folder = try TemporaryDirectory()
    let path = "\(folder.path)/socket"
    let server = try RunningServer(["--unix", path], bind: hasIPv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"])
    let client = try tool.start(port: server.port, path: path)
    client.write("one\ntwo\nthree")
    client.closeInput()
    #expect(try client.waitForExit() == 0)
    #expect(client.outputText == "OK\nOK\nOK\n")
    let ending = try server.end(SIGTERM)
    #expect(
      ending.output == """
        waiting
        server received 4 bytes from \(tool.peer): one
        server received 4 bytes from \(tool.peer): two
        server received 5 bytes from \(tool.peer) (partial): three

        """
    )
    #expect(ending.error.hasSuffix("stopping\n3 messages, 13 bytes received; 1 connections\n"))
    #expect(access(path, F_OK) != 0, "the socket's path is left")
  }

  static let datagrams = [
    Tool(name: "nc -u", path: netcat, arguments: ["-u", "127.0.0.1", "PORT"], peer: "udp 127.0.0.1:PORT"),
    Tool(name: "nc -u -6", path: netcat, arguments: ["-u", "-6", "::1", "PORT"], peer: "udp [::1]:PORT"),
    Tool(name: "ncat -u", path: ncat, arguments: ["-u", "127.0.0.1", "PORT"], peer: "udp 127.0.0.1:PORT"),
    Tool(name: "socat UDP", path: socat, arguments: ["-", "UDP4:127.0.0.1:PORT"], peer: "udp 127.0.0.1:PORT"),
    Tool(name: "socat UDP6", path: socat, arguments: ["-", "UDP6:[::1]:PORT"], peer: "udp [::1]:PORT"),
  ].filter { $0.path != nil && (hasIPv6 || !$0.name.contains("6")) }

  @Test("Datagram clients get the four bytes for each datagram", arguments: datagrams)
  func datagram(_ tool: Tool) throws {
    let server = try RunningServer([], bind: hasIPv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"])
    let client = try tool.start(port: server.port)
    client.write("first\n")
    try client.waitForOutput { $0.count == 4 }
    client.write("second\n")
    try client.waitForOutput { $0.count == 8 }
    #expect(client.outputText == "OK\0\0OK\0\0")
    client.signal(SIGTERM)
    let ending = try server.end(SIGTERM)
    #expect(
      ending.output == """
        waiting
        server received 6 bytes from \(tool.peer): first\\n
        server received 7 bytes from \(tool.peer): second\\n

        """
    )
    #expect(ending.error.hasSuffix("stopping\n2 messages, 13 bytes received; 0 connections\n"))
  }
}
