import Glibc
import TestKit
import Testing

/// The programs that these grew out of, each against ours.
@Suite struct SeedProgramTests {
  private static func client(_ port: UInt16) throws -> PlainProgram {
    try PlainProgram(Programs.path(named: "seed_client"), ["127.0.0.1", "\(port)"])
  }

  private static func server() throws -> (program: PlainProgram, port: UInt16) {
    let program = try PlainProgram(Programs.path(named: "seed_server"), ["0"])
    let line = try program.waitForLine(containing: "listening on", from: .error)
    let digits = try #require(line.split(separator: ":").last)
    return (program, try #require(UInt16(digits)))
  }

  @Test(
    "The seed's client is shown and answered, its dot ends both; the framing decides on what it leaves behind a NUL",
    arguments: [([], "\\0\\0o world"), (["--framing", "fixed:16"], "")]
  )
  func seedClient(_ options: [String], _ rest: String) throws {
    let server = try RunningServer(options)
    let client = try SeedProgramTests.client(server.port)
    client.write("hello\nhello world\nhi\n..\n")
    #expect(try client.waitForExit() == 0)
    let exchange = "please enter the message to send: client sent 16 bytes to server\nserver reply: OK \n"
    #expect(client.outputText == String(repeating: exchange, count: 4) + "client entered ., exiting ...\n")
    let ending = try server.end()
    #expect(ending.code == 0)
    #expect(
      ending.output == """
        waiting
        server received 16 bytes from udp 127.0.0.1:PORT: hello
        server received 16 bytes from udp 127.0.0.1:PORT: hello world
        server received 16 bytes from udp 127.0.0.1:PORT: hi\(rest)
        server received ..\(rest) from udp 127.0.0.1:PORT, exiting

        """
    )
    #expect(ending.error.hasSuffix("\n4 messages, 64 bytes received; 0 connections\n"))
  }

  @Test("Where no dot stops the server, the seed's client is still answered and ends; the server goes on")
  func stopRefused() throws {
    let server = try RunningServer(["--stop-on-dot", "never"])
    for _ in 1...2 {
      let client = try SeedProgramTests.client(server.port)
      client.write(".\n")
      #expect(try client.waitForExit() == 0)
      #expect(client.outputText.hasSuffix("server reply: OK \nclient entered ., exiting ...\n"))
    }
    let ending = try server.end(SIGTERM)
    #expect(ending.code == 0)
    let line = "server received 16 bytes from udp 127.0.0.1:PORT (stop refused): .\n"
    #expect(ending.output == "waiting\n\(line)\(line)")
    // A refusal that follows another one soon is told with those after it, or at the end.
    #expect(ending.error.contains("stop refused for udp 127.0.0.1:PORT\n"))
    #expect(ending.error.hasSuffix("2 messages, 32 bytes received; 0 connections; 2 stops refused\n"))
  }

  @Test("The seed's server understands --udp --framing fixed:16, and a dot ends both, with 0")
  func seedServer() throws {
    let server = try SeedProgramTests.server()
    let ending = try Client.run(
      ["--udp", "--framing", "fixed:16", "127.0.0.1", "\(server.port)"],
      input: "hello\nsixteen bytes!!!\n.\n"
    )
    #expect(
      ending
        == Ending(
          code: 0,
          output: """
            client sent 16 bytes to server
            server reply: OK (N ms)
            client sent 16 bytes to server
            server reply: OK (N ms)
            client sent 16 bytes to server
            server reply: OK (N ms)
            client entered ., exiting

            """,
          error: ""
        )
    )
    #expect(try server.program.waitForExit() == 0)
    #expect(
      server.program.outputText == """
        waiting ...
        server received 16 bytes:
        hello
        --------------------------
        waiting ...
        server received 16 bytes:
        sixteen bytes!!!
        --------------------------
        waiting ...
        server received ., exiting ...

        """
    )
  }

  @Test("Without the framing, the seed's server ends with 1 at the first message, and the client says what is missing")
  func unframed() throws {
    let server = try SeedProgramTests.server()
    let ending = try Client.run(["--udp", "--timeout", "1", "127.0.0.1", "\(server.port)"], input: "hello\n")
    #expect(try server.program.waitForExit() == 1)
    #expect(ending.code == 75)
    #expect(ending.output.contains("client sent 5 bytes to server\n"))
    #expect(ending.output.hasSuffix("5 bytes sent; 0 receipts; 1 missing\n"))
  }
}
