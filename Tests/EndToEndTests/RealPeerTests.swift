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
    #expect(ending.error.hasSuffix("stopping\n3 messages, 13 bytes received; 1 connection; 1 partial\n"))
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

  @Test("The client talks to netcat, typed answers and all", .enabled(if: netcat != nil), arguments: [[], ["-u"]])
  func clientToNetcat(options: [String]) throws {
    let server = try PlainProgram(try #require(RealPeerTests.netcat), ["-l", "-v"] + options + ["127.0.0.1", "0"])
    let port = try port(of: server)
    let client = try PlainProgram(Client.path, ["127.0.0.1", port] + (options.isEmpty ? [] : ["--udp"]))
    client.write("how are you\n")
    try server.waitForOutput { !$0.isEmpty }
    // A datagram of one write: netcat sends a line as it is typed.
    server.write("fine\n")
    let reply = try client.waitForLine(containing: "server reply")
    #expect(reply.hasPrefix(options.isEmpty ? "server reply: fine (" : "server reply: fine\\n ("))
    client.closeInput()
    #expect(try client.waitForExit() == 0)
    server.closeInput()
    #expect(server.outputText == (options.isEmpty ? "how are you\n" : "how are you"))
  }

  @Test("--no-receipts sends to a netcat that never answers, and ends at once", .enabled(if: netcat != nil))
  func noReceipts() throws {
    let server = try PlainProgram(try #require(RealPeerTests.netcat), ["-l", "-v", "127.0.0.1", "0"])
    let port = try port(of: server)
    let ending = try Client.run(["--no-receipts", "127.0.0.1", port], input: "one\ntwo\n")
    #expect(
      ending
        == Ending(
          code: 0,
          output: """
            client sent 4 bytes to server
            client sent 4 bytes to server
            2 messages, 8 bytes sent; 0 bytes received

            """,
          error: ""
        )
    )
    server.closeInput()
    try server.waitForExit()
    #expect(server.outputText == "one\ntwo\n")
  }

  @Test(
    "The client talks to an echo that socat makes, over IPv4 and IPv6",
    .enabled(if: socat != nil),
    arguments: ["4", "6"]
  )
  func clientToSocat(family: String) throws {
    guard family == "4" || hasIPv6 else { return }
    let bind = family == "4" ? "127.0.0.1" : "[::1]"
    let server = try PlainProgram(
      try #require(RealPeerTests.socat),
      ["-d", "-d", "TCP\(family)-LISTEN:0,bind=\(bind)", "EXEC:/bin/cat"]
    )
    let port = try port(of: server)
    let ending = try Client.run(["tcp://\(bind):\(port)"], input: "one\ntwo\nthree")
    #expect(ending.code == 0, "\(ending.error)")
    #expect(
      ending.output == """
        client sent 4 bytes to server
        server reply: one (N ms)
        client sent 4 bytes to server
        server reply: two (N ms)
        client sent 6 bytes to server
        server reply: three (N ms)
        3 messages, 14 bytes sent; 3 receipts; 0 missing

        """
    )
  }

  @Test("The client talks to an echo that ncat makes on a Unix socket", .enabled(if: ncat != nil))
  func clientToNcat() throws {
    let folder = try TemporaryDirectory()
    let path = "\(folder.path)/socket"
    let server = try PlainProgram(try #require(RealPeerTests.ncat), ["-l", "-v", "-U", path, "--exec", "/bin/cat"])
    try server.waitForLine(containing: "Listening on", from: .error)
    let client = try PlainProgram(Client.path, ["unix:\(path)"])
    client.write("one\ntwo\n")
    // Once its peer has half-closed, ncat sends nothing any more of what its program still has to say.
    try client.waitForLine(containing: "server reply: two")
    client.closeInput()
    let ending = try client.ending()
    #expect(ending.code == 0, "\(ending.error)")
    #expect(ending.output.hasSuffix("2 messages, 8 bytes sent; 2 receipts; 0 missing\n"))
  }
}
