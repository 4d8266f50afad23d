import Glibc
import TestKit
import Testing

/// `echo_client --ping`, as a script uses it.
@Suite struct PingTests {
  /// The text with every time replaced.
  private func timeless(_ text: String) -> String {
    text.replacing(/[0-9]+\.[0-9]{3}/) { _ in "N" }
  }

  private func run(_ arguments: [String]) throws -> Ending {
    let program = try PlainProgram(Client.path, arguments)
    let code = try program.waitForExit()
    let output = timeless(program.outputText).replacing(/[0-9-]{10}T[0-9:.]+N[0-9]*Z/) { _ in "TIME" }
    return Ending(code: code, output: output, error: normalized(program.errorText))
  }

  private static let times = "round trip min N, p50 N, p95 N, p99 N, max N ms\n"

  // MARK: Our own server

  @Test("Receipts: a line each, a sum, and 0; standard input is not read", arguments: [[], ["--udp"]])
  func receipts(options: [String]) throws {
    let server = try RunningServer()
    let bytes = options.isEmpty ? 3 : 4
    let ending = try run(["127.0.0.1", "\(server.port)", "--ping", "3", "--interval", "0"] + options)
    #expect(
      ending
        == Ending(
          code: 0,
          output: """
            reply to 1: \(bytes) bytes (N ms)
            reply to 2: \(bytes) bytes (N ms)
            reply to 3: \(bytes) bytes (N ms)
            sent 3, received 3, lost 0, late 0, unmatched 0
            \(PingTests.times)
            """,
          error: ""
        )
    )
    #expect(try server.end(SIGTERM).output.contains("from \(options.isEmpty ? "tcp" : "udp") 127.0.0.1:PORT: ping 3\n"))
  }

  @Test("Quiet, the sum is all there is to say when all went well")
  func quiet() throws {
    let server = try RunningServer()
    let ending = try run(["127.0.0.1", "\(server.port)", "--ping", "3", "--interval", "0", "--quiet"])
    let sum = "sent 3, received 3, lost 0, late 0, unmatched 0\n\(PingTests.times)"
    #expect(ending == Ending(code: 0, output: sum, error: ""))
  }

  @Test(
    "Echoes, however they are framed and carried",
    arguments: ["tcp", "udp", "unix"],
    ["line", "nul", "length16", "length32", "fixed:600"]
  )
  func echoes(transport: String, framing: String) throws {
    let folder = try TemporaryDirectory()
    let path = "\(folder.path)/socket"
    let server = try RunningServer(["--unix", path, "--reply", "echo", "--framing", framing])
    let address = transport == "unix" ? "unix:\(path)" : "\(transport)://127.0.0.1:\(server.port)"
    let ending = try run([
      address, "--ping", "300", "--interval", "0", "--size", "500", "--expect", "echo", "--framing", framing,
    ])
    #expect(ending.code == 0 && ending.error == "", "\(ending)")
    #expect(
      ending.output.hasSuffix(
        "sent 300, received 300, lost 0, duplicates 0, out of order 0, late 0, unmatched 0\n\(PingTests.times)"
      )
    )
    #expect(ending.output.split(separator: "\n").count == 302)
  }

  @Test("JSON: an object a reply and a last one, at a rate")
  func json() throws {
    let server = try RunningServer(["--reply", "echo"])
    let ending = try run([
      "tcp://127.0.0.1:\(server.port)", "--format", "json", "--ping", "2", "--interval", "0.01", "--expect", "echo",
    ])
    #expect(ending.code == 0 && ending.error == "")
    let lines = ending.output.split(separator: "\n")
    try #require(lines.count == 5)
    #expect(lines[2] == #"{"event":"reply","time":"TIME","id":1,"bytes":7,"rtt_ms":N}"#)
    #expect(lines[3] == #"{"event":"reply","time":"TIME","id":2,"bytes":7,"rtt_ms":N}"#)
    #expect(
      lines[4] == """
        {"event":"finished","time":"TIME","reason":"finished","sent":2,"received":2,"lost":0,"duplicates":0,\
        "out_of_order":0,"late":0,"unmatched":0,"rtt_min_ms":N,"rtt_p50_ms":N,"rtt_p95_ms":N,"rtt_p99_ms":N,\
        "rtt_max_ms":N}
        """
    )
  }

  @Test("A server of receipts is no echo: every reply is shown, and the way out named")
  func misled() throws {
    let server = try RunningServer()
    let ending = try run([
      "127.0.0.1", "\(server.port)", "--ping", "2", "--interval", "0", "--expect", "echo", "--timeout", "0.1",
    ])
    #expect(
      ending
        == Ending(
          code: 75,
          output: """
            unmatched reply: 3 bytes: OK
            unmatched reply: 3 bytes: OK
            no reply to 1 (0.1 s)
            no reply to 2 (0.1 s)
            sent 2, received 0, lost 2 (100.0 %), duplicates 0, out of order 0, late 0, unmatched 2

            """,
          error: """
            echo_client: 2 of 2 messages not answered in time (what came is no echo: leave out --expect echo?)

            """
        )
    )
  }

  // MARK: A network that is not like loopback

  @Test("What a network loses, doubles and swaps is told exactly")
  func badNetwork() throws {
    let server = try RunningServer(["--reply", "echo"])
    let proxy = try DatagramProxy(to: server.port, [.pass, .lose, .double, .swap, .pass, .loseReply, .double])
    let ending = try run([
      "udp://127.0.0.1:\(proxy.port)", "--ping", "8", "--interval", "0", "--expect", "echo", "--timeout", "2",
    ])
    #expect(
      ending
        == Ending(
          code: 75,
          output: """
            reply to 1: 6 bytes (N ms)
            reply to 3: 6 bytes (N ms)
            reply to 3: 6 bytes (N ms), duplicate
            reply to 5: 6 bytes (N ms)
            reply to 4: 6 bytes (N ms), out of order
            reply to 7: 6 bytes (N ms)
            reply to 7: 6 bytes (N ms), duplicate
            reply to 8: 6 bytes (N ms)
            no reply to 2 (2 s)
            no reply to 6 (2 s)
            sent 8, received 6, lost 2 (25.0 %), duplicates 2, out of order 1, late 0, unmatched 0
            \(PingTests.times)
            """,
          error: "echo_client: 2 of 8 messages not answered in time\n"
        )
    )
  }

  @Test("A second receipt answers nothing: it is unmatched, and no duplicate")
  func doubledReceipt() throws {
    let server = try RunningServer()
    let proxy = try DatagramProxy(to: server.port, [.double])
    let client = try PlainProgram(
      Client.path,
      ["udp://127.0.0.1:\(proxy.port)", "--ping", "2", "--interval", "3600"]
    )
    #expect(try client.readLine()?.hasPrefix("reply to 1: 4 bytes (") == true)
    #expect(try client.readLine() == "unmatched reply: 4 bytes: OK")
    client.signal(SIGINT)
    #expect(try client.waitForExit() == 0)
    #expect(client.outputText.contains("sent 1, received 1, lost 0, late 0, unmatched 1\n"))
    #expect(client.errorText == "")
  }

  @Test("After the loss of a receipt only the counts are sure, which is told")
  func lostReceipt() throws {
    let server = try RunningServer()
    let proxy = try DatagramProxy(to: server.port, [.pass, .lose])
    let ending = try run(["udp://127.0.0.1:\(proxy.port)", "--ping", "4", "--interval", "0", "--timeout", "1"])
    #expect(
      ending
        == Ending(
          code: 75,
          output: """
            reply to 1: 4 bytes (N ms)
            reply to 2: 4 bytes (N ms)
            reply to 3: 4 bytes (N ms)
            no reply to 4 (1 s)
            sent 4, received 3, lost 1 (25.0 %), late 0, unmatched 0
            \(PingTests.times)
            """,
          error: """
            receipts over UDP carry no number: after a loss, which message was answered and how soon is a guess \
            (--expect echo knows, where the peer echoes)
            echo_client: 1 of 4 messages not answered in time

            """
        )
    )
  }

  @Test("A reply after its time is late, with its real time, and not lost", arguments: ["receipt", "echo"])
  func late(expect: String) throws {
    let listener = try SocketPeer.server()
    let client = try PlainProgram(
      Client.path,
      [
        "127.0.0.1", "\(listener.port)", "--ping", "2", "--interval", "3600", "--timeout", "0.05", "--expect", expect,
      ]
    )
    let peer = try listener.accept()
    #expect(try peer.receive(exactly: 7) == "ping 1\n")
    try client.waitForLine(containing: "no reply to 1 (0.05 s)")
    try peer.send("ping 1\n")
    #expect(try client.waitForLine(containing: "reply to 1").hasSuffix(" ms), late"))
    client.signal(SIGINT)
    #expect(try client.waitForExit() == 75)
    #expect(client.outputText.contains("\nsent 1, received 1, lost 0, "))
    #expect(client.outputText.contains(", late 1, unmatched 0\n"))
    #expect(client.errorText == "echo_client: 1 of 1 message not answered in time\n")
  }

  // MARK: Anybody's echo

  private static let socat = Programs.tool(named: "socat")

  @Test("An echo that socat makes", .enabled(if: socat != nil), arguments: ["TCP4", "UDP4"])
  func echoOfSocat(protocol name: String) throws {
    // A pipe has no borders: socat cuts it into blocks of a message's size.
    let server = try PlainProgram(
      try #require(PingTests.socat),
      ["-d", "-d", "-b", "8", "\(name)-LISTEN:0,bind=127.0.0.1", "PIPE"]
    )
    let port = try port(of: server)
    let scheme = name.dropLast().lowercased()
    let ending = try run([
      "\(scheme)://127.0.0.1:\(port)", "--ping", "20", "--interval", "0.01", "--size", "8", "--expect", "echo",
    ])
    #expect(ending.code == 0 && ending.error == "", "\(ending)")
    #expect(
      ending.output.hasSuffix(
        "sent 20, received 20, lost 0, duplicates 0, out of order 0, late 0, unmatched 0\n\(PingTests.times)"
      )
    )
  }

  // MARK: The end

  @Test("A signal ends the sending; the sum tells of what was sent", arguments: [SIGINT, SIGTERM])
  func interrupted(by number: CInt) throws {
    let server = try RunningServer()
    let client = try PlainProgram(Client.path, ["127.0.0.1", "\(server.port)", "--ping", "9", "--interval", "3600"])
    try client.waitForLine(containing: "reply to 1: 3 bytes")
    client.signal(number)
    #expect(try client.waitForExit() == 0)
    #expect(client.outputText.contains("\nsent 1, received 1, lost 0, late 0, unmatched 0\nround trip min "))
    #expect(client.errorText == "")
  }

  @Test("A peer that closes before everything was sent broke the connection off")
  func peerCloses() throws {
    let listener = try SocketPeer.server()
    let client = try PlainProgram(Client.path, ["127.0.0.1", "\(listener.port)", "--ping", "2", "--interval", "3600"])
    let peer = try listener.accept()
    #expect(try peer.receive(exactly: 7) == "ping 1\n")
    try peer.send("OK\n")
    peer.finish()
    let ending = try client.ending()
    #expect(ending.code == 74)
    #expect(ending.error == "echo_client: tcp 127.0.0.1:PORT: closed by the peer after 1 message\n")
    #expect(ending.output.contains("sent 1, received 1, lost 0, late 0, unmatched 0\n"))
  }

  @Test("Nobody there is 69, on UDP too", arguments: [[], ["--udp"]])
  func nobody(options: [String]) throws {
    let idle = options.isEmpty ? try SocketPeer.server(listens: false) : nil
    // A UDP port that was bound a moment ago, and is free again.
    let port = try idle?.port ?? SocketPeer.datagramServer().port
    let ending = try run(["127.0.0.1", "\(port)", "--ping", "3", "--interval", "0"] + options)
    #expect(ending.code == 69)
    #expect(ending.error.contains(": connection refused (is echo_server running there?"))
  }

  @Test(
    "A wrong use is 64, and one line says why",
    arguments: [
      (["--ping", "0", "h", "7"], "--ping must be from 1 to 1000000, not 0"),
      (["--ping", "x", "h", "7"], "--ping"),
      (["--ping", "1"], "--ping needs an address"),
      (["--ping", "1", "--interval", "-1", "h", "7"], "-1 was taken for an option"),
      (["--ping", "1", "--interval", "nan", "h", "7"], "--interval must be from 0 to 86400 seconds, not nan"),
      (["--ping", "1", "--interval", "1e9", "h", "7"], "--interval must be from 0 to 86400 seconds"),
      (
        ["--ping", "10", "--size", "6", "h", "7"],
        "--size must be at least 7, so that a message has room for its number"
      ),
      (
        ["--ping", "1", "--size", "70000", "udp://h:7"],
        "a message of 70000 bytes does not fit a datagram: at most 65507"
      ),
      (
        ["--ping", "1", "--framing", "fixed:4", "h", "7"],
        "a message of 6 bytes does not fit framing fixed:4: at most 4"
      ),
      (["--ping", "1", "--framing", "raw", "h", "7"], "framing raw has no borders"),
      (["--ping", "1", "--no-receipts", "h", "7"], "--ping awaits replies: leave out --no-receipts"),
      (["--ping", "1", "--expect", "something", "h", "7"], "Please provide one of 'receipt' and 'echo'"),
      (["--interval", "1", "h", "7"], "--interval goes with --ping"),
      (["--size", "1", "h", "7"], "--size goes with --ping"),
      (["--expect", "echo", "h", "7"], "--expect goes with --ping"),
    ]
  )
  func usage(arguments: [String], reason: String) throws {
    let ending = try run(arguments)
    #expect(ending.code == 64)
    #expect(ending.output == "")
    #expect(ending.error.contains(reason), "\(ending.error)")
    #expect(ending.error.split(separator: "\n").count == 1)
  }
}
