import Glibc
import Synchronization
import TestKit
import Testing

/// `echo_client --no-tui`, as a script uses it.
@Suite struct PlainClientTests {
  private static let answer = "server reply: OK (N ms)\n"

  @Test("The text transcript to the byte; the end of input ends it, the unterminated last line is sent too")
  func text() throws {
    let server = try RunningServer()
    let ending = try Client.run(["127.0.0.1", "\(server.port)"], input: "hello\n\nw\u{1B}rld\r\nlast")
    #expect(ending.code == 0)
    #expect(ending.error == "")
    #expect(
      ending.output == """
        client sent 6 bytes to server
        \(PlainClientTests.answer)client sent 1 bytes to server
        \(PlainClientTests.answer)client sent 7 bytes to server
        \(PlainClientTests.answer)client sent 5 bytes to server
        \(PlainClientTests.answer)4 messages, 19 bytes sent; 4 receipts; 0 missing

        """
    )
    let from = "tcp 127.0.0.1:PORT"
    #expect(
      try server.end(SIGTERM).output == """
        waiting
        server received 6 bytes from \(from): hello
        server received 1 bytes from \(from): \n\
        server received 7 bytes from \(from): w\\erld
        server received 5 bytes from \(from): last

        """
    )
  }

  @Test("The JSON transcript to the byte")
  func json() throws {
    let server = try RunningServer(["--reply", "echo"])
    let ending = try Client.run(["--format", "json", "tcp://127.0.0.1:\(server.port)"], input: "say \"hi\"\u{7}\n")
    #expect(ending.code == 0)
    #expect(ending.error == "")
    let output = ending.output.replacing(/"rtt_ms":[0-9]+\.[0-9]{3}/) { _ in "\"rtt_ms\":N" }
    let text = #""text":"say \"hi\"\u0007""#
    #expect(
      output == """
        {"event":"connecting","time":"TIME","transport":"tcp","address":"127.0.0.1:PORT"}
        {"event":"connected","time":"TIME","transport":"tcp","local":"127.0.0.1:PORT","peer":"127.0.0.1:PORT"}
        {"event":"sent","time":"TIME","id":1,"bytes":10}
        {"event":"receipt","time":"TIME","id":1,"bytes":10,\(text),"rtt_ms":N}
        {"event":"finished","time":"TIME","reason":"finished","messages":1,"bytes":10,"receipts":1,"missing":0,"unsent":0,\
        "messages_received":1,"bytes_received":10,"truncated":0,"partial":0,"misfits":0}

        """
    )
  }

  @Test("Standard streams that are closed are an empty input, an output that fails, and nobody to tell")
  func closedStreams() throws {
    let server = try RunningServer()
    func ending(_ redirection: String) throws -> Ending {
      let command = "exec \"$0\" --no-tui 127.0.0.1 \(server.port) \(redirection)"
      let program = try PlainProgram("/bin/sh", ["-c", command, Programs.path(named: "echo_client")])
      program.write("hello\n")
      program.closeInput()
      return try program.ending()
    }
    #expect(
      try ending("<&-") == Ending(code: 0, output: "0 messages, 0 bytes sent; 0 receipts; 0 missing\n", error: "")
    )
    #expect(try ending("2>&-").code == 0)
    let mute = try ending(">&-")
    #expect(mute.code == 74)
    #expect(mute.error == "echo_client: cannot write the output: write: Bad file descriptor\n")
  }

  @Test(
    "The stop message is answered and ends both with 0; what follows it is not sent, and that is told",
    arguments: [[], ["--udp"]]
  )
  func stop(options: [String]) throws {
    let server = try RunningServer()
    let ending = try Client.run(options + ["127.0.0.1", "\(server.port)"], input: "bye\n.\nnever\n")
    #expect(ending.code == 0)
    #expect(ending.error == "echo_client: what follows the message that begins with . was not sent\n")
    let (message, stop) = options.isEmpty ? (4, 2) : (3, 1)
    // Over UDP a receipt is cut to its request's length.
    let receipt = options.isEmpty ? "OK" : "O"
    #expect(
      ending.output == """
        client sent \(message) bytes to server
        \(PlainClientTests.answer)client sent \(stop) bytes to server
        server reply: \(receipt) (N ms)
        client entered ., exiting

        """
    )
    let transport = options.isEmpty ? "tcp" : "udp"
    let end = try server.end()
    #expect(end.code == 0)
    #expect(
      end.output == """
        waiting
        server received \(message) bytes from \(transport) 127.0.0.1:PORT: bye
        server received . from \(transport) 127.0.0.1:PORT, exiting

        """
    )
  }

  @Test("No input at all is a connection, nothing sent, and 0")
  func noInput() throws {
    let server = try RunningServer()
    let ending = try Client.run(["127.0.0.1", "\(server.port)"])
    #expect(ending == Ending(code: 0, output: "0 messages, 0 bytes sent; 0 receipts; 0 missing\n", error: ""))
  }

  @Test("Over a Unix socket, and by a name")
  func places() throws {
    let folder = try TemporaryDirectory()
    let server = try RunningServer(["--unix", "\(folder.path)/socket"])
    let totals = "1 messages, 3 bytes sent; 1 receipts; 0 missing\n"
    #expect(try Client.run(["unix:\(folder.path)/socket"], input: "hi\n").output.hasSuffix(totals))
    #expect(try Client.run(["localhost", "\(server.port)"], input: "hi\n").output.hasSuffix(totals))
    #expect(try server.end(SIGTERM).error.contains("2 messages, 6 bytes received"))
  }

  @Test(
    "Every framing and transport agrees with the server's",
    arguments: ["line", "nul", "length16", "length32", "fixed:9"]
  )
  func framings(_ framing: String) throws {
    let server = try RunningServer(["--framing", framing, "--reply", "echo"])
    for transport in [[], ["--udp"]] {
      let ending = try Client.run(
        ["--framing", framing, "127.0.0.1", "\(server.port)"] + transport,
        input: "one\nnumber 2\n"
      )
      #expect(ending.code == 0, "\(ending.error)")
      #expect(ending.output.contains("server reply: one ("))
      #expect(ending.output.contains("server reply: number 2 ("))
    }
    let lines = try server.end(SIGTERM).output.split(separator: "\n")
    #expect(lines.count { $0.hasSuffix(": one") } == 2)
    #expect(lines.count { $0.hasSuffix(": number 2") } == 2)
  }

  @Test("A hundred thousand lines: none lost, none doubled, all in order, each answered")
  func manyLines() throws {
    let server = try RunningServer()
    let port = server.port
    let input = (0..<100_000).map { "line \($0)\n" }.joined()
    let outcome = Mutex<Result<Ending, any Error>?>(nil)
    let thread = BackgroundThread {
      let result = Result { try Client.run(["127.0.0.1", "\(port)"], input: input + ".\n") }
      outcome.withLock { $0 = result }
    }
    #expect(try server.program.waitForExit() == 0)
    thread.join()
    let ending = try #require(outcome.withLock { $0 }).get()
    #expect(ending.code == 0 && ending.error == "")
    #expect(ending.output.split(separator: "\n").count { $0.hasPrefix("server reply: OK (") } == 100_001)
    let lines = server.program.outputText.split(separator: "\n")
    #expect(lines.count == 100_002)
    #expect(lines.dropFirst().dropLast().enumerated().first { !$0.element.hasSuffix(": line \($0.offset)") } == nil)
  }

  @Test("The client's own transcript tells of each of many messages, in order, whatever it answers")
  func manyReplies() throws {
    let server = try SocketPeer.server()
    let echoer = BackgroundThread {
      guard let connection = try? server.accept() else { return }
      while let piece = try? connection.receive(), !piece.isEmpty { try? connection.send(piece) }
    }
    let input = (0..<20_000).map { "line \($0)\n" }.joined()
    let client = try Client.plain(server.port)
    client.write(input)
    client.closeInput()
    #expect(try client.waitForExit() == 0)
    echoer.join()
    let lines = client.outputText.split(separator: "\n")
    #expect(lines.count == 40_001)
    let replies = lines.filter { $0.hasPrefix("server reply: ") }
    #expect(replies.enumerated().first { !$0.element.hasPrefix("server reply: line \($0.offset) (") } == nil)
    #expect(lines.last == "20000 messages, \(input.utf8.count) bytes sent; 20000 receipts; 0 missing")
  }

  @Test("Nobody there: one line with advice, and 69")
  func refused() throws {
    let owner = try SocketPeer.server(listens: false)
    let ending = try Client.run(["127.0.0.1", "\(owner.port)"], input: "hello\n")
    #expect(ending.code == 69)
    #expect(ending.output == "")
    #expect(
      ending.error
        == "echo_client: tcp 127.0.0.1:PORT: connection refused (is echo_server running there? for UDP add --udp)\n"
    )
  }

  @Test("Nobody there over UDP: the message is unanswered, one line with advice, and 69")
  func refusedDatagram() throws {
    let owner = try SocketPeer.server(listens: false)
    let ending = try Client.run(["--udp", "127.0.0.1", "\(owner.port)"], input: "hello\n")
    #expect(ending.code == 69)
    #expect(
      ending.error
        == "echo_client: udp 127.0.0.1:PORT: connection refused (is echo_server running there? for TCP leave out --udp)\n"
    )
  }

  @Test("A name that nobody knows, a path where nothing is: one line, and 69")
  func unknown() throws {
    let name = try Client.run(["no-such-host.invalid", "5000"], input: "hello\n")
    #expect(name.code == 69)
    #expect(name.output == "")
    #expect(name.error.hasPrefix("echo_client: unknown host no-such-host.invalid: "))
    #expect(name.error.split(separator: "\n").count == 1)
    let path = try Client.run(["unix:/nonexistent/socket"], input: "hello\n")
    #expect(path.code == 69)
    #expect(
      path.error
        == "echo_client: unix /nonexistent/socket: no such file or directory (is echo_server running with --unix?)\n"
    )
  }

  @Test("What the system does not permit, a broadcast, is one line, and 77")
  func notPermitted() throws {
    let ending = try Client.run(["--udp", "255.255.255.255", "5000"], input: "hello\n")
    #expect(
      ending
        == Ending(code: 77, output: "", error: "echo_client: udp 255.255.255.255:5000: permission denied\n")
    )
  }

  @Test("A server that never answers: told at the timeout, and 75")
  func timeout() throws {
    let server = try SocketPeer.server()
    let client = try Client.plain(server.port, ["--timeout", "0.2"])
    client.write("hello\n")
    client.closeInput()
    let connection = try server.accept()
    #expect(try connection.receiveToEnd() == "hello\n")
    let ending = try client.ending()
    #expect(ending.code == 75)
    #expect(
      ending.output == """
        client sent 6 bytes to server
        server failed to reply (0.2 s)
        1 messages, 6 bytes sent; 0 receipts; 1 missing

        """
    )
    #expect(ending.error == "echo_client: 1 receipt did not come in time\n")
  }

  @Test("Quiet, many lines are sent in order up to the stop message, and only the end is told")
  func quiet() throws {
    let server = try RunningServer()
    let input = (0..<20_000).map { String(repeating: "x", count: $0 % 300) + "\($0)\n" }.joined()
    let ending = try Client.run(["--quiet", "127.0.0.1", "\(server.port)"], input: input + ".\nnot sent\n")
    let notice = "echo_client: what follows the message that begins with . was not sent\n"
    #expect(ending == Ending(code: 0, output: "client entered ., exiting\n", error: notice))
    #expect(try server.program.waitForExit() == 0)
    let lines = server.program.outputText.split(separator: "\n")
    #expect(lines.count == 20_002)
    #expect(lines.dropFirst().dropLast().enumerated().first { !$0.element.hasSuffix("\($0.offset)") } == nil)
  }

  @Test("Quiet, what is not answered is told all the same")
  func quietTimeout() throws {
    let server = try SocketPeer.server()
    let client = try Client.plain(server.port, ["--quiet", "--timeout", "0.2"])
    client.write("one\ntwo\n")
    client.closeInput()
    let connection = try server.accept()
    #expect(try connection.receive(exactly: 8) == "one\ntwo\n")
    try connection.send("OK\n")
    #expect(try connection.receiveToEnd() == "")
    let ending = try client.ending()
    #expect(ending.code == 75)
    #expect(
      ending.output == """
        server failed to reply to message 2 (0.2 s)
        2 messages, 8 bytes sent; 1 receipts; 1 missing

        """
    )
    #expect(ending.error == "echo_client: 1 receipt did not come in time\n")
  }

  @Test("A connection that breaks: one line, and 74")
  func reset() throws {
    let server = try SocketPeer.server()
    let client = try Client.plain(server.port)
    client.write("hello\n")
    do {
      let connection = try server.accept()
      #expect(try connection.receive(exactly: 6) == "hello\n")
      connection.resetOnClose()
    }
    let ending = try client.ending()
    #expect(ending.code == 74)
    #expect(ending.error == "echo_client: tcp 127.0.0.1:PORT: connection reset by peer\n")
  }

  @Test("A server that closes without an answer: one line, and 74")
  func closed() throws {
    let server = try SocketPeer.server()
    let client = try Client.plain(server.port)
    client.write("hello\n")
    do {
      let connection = try server.accept()
      #expect(try connection.receive(exactly: 6) == "hello\n")
    }
    let ending = try client.ending()
    #expect(ending.code == 74)
    #expect(ending.error == "echo_client: tcp 127.0.0.1:PORT: closed by the peer, 1 message unanswered\n")
  }

  @Test("The half-close tells the server that all is said; receipts that come after it count")
  func halfClose() throws {
    let server = try SocketPeer.server()
    let client = try Client.plain(server.port)
    client.write("one\ntwo")
    client.closeInput()
    let connection = try server.accept()
    #expect(try connection.receiveToEnd() == "one\ntwo\n")
    try connection.send("first\nsec")
    try connection.send("ond\nmore\n")
    connection.finish()
    let ending = try client.ending()
    #expect(ending.code == 0)
    #expect(
      ending.output.hasPrefix(
        """
        client sent 4 bytes to server
        server reply: first (N ms)
        client sent 4 bytes to server
        server reply: second (N ms)

        """
      )
    )
    #expect(ending.output.hasSuffix("2 messages, 8 bytes sent; 2 receipts; 0 missing\n"))
  }

  @Test("Without receipts, a peer that has closed only its own half is sent all of the input")
  func peersHalfClose() throws {
    let server = try SocketPeer.server()
    let client = try Client.plain(server.port, ["--no-receipts", "--format", "json"])
    let connection = try server.accept()
    connection.finish()
    try client.waitForLine(containing: #""event":"closed""#)
    client.write("one\ntwo\n")
    client.closeInput()
    #expect(try connection.receiveToEnd() == "one\ntwo\n")
    let ending = try client.ending()
    #expect(ending.code == 0)
    #expect(ending.output.contains(#""reason":"finished","messages":2,"bytes":8"#))
  }

  @Test("Without receipts, a peer that is gone before the end of input is told of, and 74", arguments: [false, true])
  func peerGone(isReset: Bool) throws {
    let server = try SocketPeer.server()
    let client = try Client.plain(server.port, ["--no-receipts", "--format", "json"])
    do {
      let connection = try server.accept()
      try client.waitForLine(containing: #""event":"connected""#)
      if isReset { connection.resetOnClose() }
    }
    client.write("more\n")
    // The first may be taken by the system, before it hears that nobody reads it.
    while try client.readLine() != nil { client.write("more\n") }
    let ending = try client.ending()
    #expect(ending.code == 74)
    #expect(ending.error.hasPrefix("echo_client: tcp 127.0.0.1:PORT: "))
  }

  @Test("A line that is longer than any message may be: all before it is answered, the totals are told, and 65")
  func endlessLine() throws {
    let server = try RunningServer()
    let script = "{ echo one; head -c 70000000 /dev/zero; } | \"$0\" 127.0.0.1 \(server.port)"
    let client = try PlainProgram("/bin/sh", ["-c", script, Client.path])
    client.closeInput()
    let ending = try client.ending()
    #expect(ending.code == 65)
    #expect(
      ending.output == """
        client sent 4 bytes to server
        \(PlainClientTests.answer)1 messages, 4 bytes sent; 1 receipts; 0 missing; 1 did not fit

        """
    )
    #expect(
      ending.error == """
        echo_client: not sent: a line of more than 67108864 bytes, and what follows it
        echo_client: messages that do not fit the framing were not sent

        """
    )
  }

  @Test("Hostile replies are shown as text")
  func hostileReply() throws {
    let server = try SocketPeer.server()
    let client = try Client.plain(server.port)
    client.write("hello\n")
    client.closeInput()
    let connection = try server.accept()
    #expect(try connection.receiveToEnd() == "hello\n")
    try connection.send([0x1B, 0x5D, 0x30, 0x3B, 0x78, 0x07, 0xFF, 0x00, 0x0A])
    #expect(try client.ending().output.contains("server reply: \\e]0;x\\x07\\xff\\0 (N ms)\n"))
  }

  @Test("The first lines go out while the input is still open, and what is typed later too")
  func interactive() throws {
    let server = try RunningServer()
    let client = try Client.plain(server.port)
    client.write("one\n")
    #expect(try client.readLine() == "client sent 4 bytes to server")
    #expect(try client.readLine()?.hasPrefix("server reply: OK (") == true)
    client.write("tw")
    client.write("o\n.\n")
    #expect(try client.waitForExit() == 0)
    #expect(client.outputText.hasSuffix("\nclient entered ., exiting\n"))
    #expect(try server.end().output.contains(": two\n"))
  }

  @Test("SIGTERM and SIGINT end it, and nothing is left unsaid", arguments: [SIGTERM, SIGINT])
  func signals(_ signal: CInt) throws {
    let server = try RunningServer()
    let client = try Client.plain(server.port)
    client.write("one\n")
    #expect(try client.readLine() == "client sent 4 bytes to server")
    _ = try client.readLine()
    client.signal(signal)
    #expect(try client.waitForExit() == 0)
    #expect(client.outputText.hasSuffix("1 messages, 4 bytes sent; 1 receipts; 0 missing\n"))
  }

  @Test("A reader that leaves, as head does, ends it quietly")
  func closedOutput() throws {
    let server = try RunningServer()
    let client = try Client.plain(server.port)
    client.write("one\n")
    #expect(try client.readLine() == "client sent 4 bytes to server")
    client.close(.output)
    #expect(try client.waitForExit() == 0)
    #expect(client.errorText == "")
  }

  @Test("A terminal is prompted, a pipe is not")
  func prompt() throws {
    let server = try RunningServer()
    let terminal = try TerminalProgram(Client.path, ["--no-tui", "127.0.0.1", "\(server.port)"])
    try terminal.waitForText("please enter the message to send:")
    terminal.type("hello\r")
    try terminal.waitForText("server reply: OK")
    try terminal.waitForScreen("the next prompt") { $0.lines.count { $0.contains("please enter") } == 2 }
    terminal.type(".\r")
    #expect(try terminal.waitForExit() == 0)
    #expect(terminal.screen.contains("client entered ., exiting"))
    #expect(terminal.leftovers == [])
  }

  @Test(
    "Behind a prompt at which the input ends, or is interrupted, the totals begin a line",
    arguments: ["\u{4}", "\u{3}"]
  )
  func endAtPrompt(key: String) throws {
    let server = try RunningServer()
    let terminal = try TerminalProgram(Client.path, ["--no-tui", "127.0.0.1", "\(server.port)"])
    try terminal.waitForText("please enter the message to send:")
    terminal.type(key)
    try terminal.waitForExit()
    #expect(terminal.screen.lines.contains { $0.hasPrefix("0 messages, 0 bytes sent") })
  }

  @Test(
    "A wrong use is one line on standard error and 64",
    arguments: [
      (["nonsense"], "nonsense"), (["127.0.0.1", "abc"], "abc"), (["127.0.0.1", "0"], "0"),
      (["127.0.0.1", "70000"], "70000"), (["127.0.0.1", "-1"], "-1"), (["a", "1", "b"], "too many arguments"),
      (["tcp://host"], "no port"), (["tcp://:5000"], "no host"), (["unix:"], "path"), (["ftp://host:21"], "ftp"),
      (["127.0.0.1", "5000", "--framing", "word"], "word"), (["127.0.0.1", "5000", "--timeout", "0"], "--timeout"),
      (["--udp"], "--udp"), (["--udp", "tcp://127.0.0.1:5000"], "--udp"),
      (["127.0.0.1", "5000", "--nonsense"], "--nonsense"), (["127.0.0.1", "5000", "--format", "xml"], "xml"),
    ]
  )
  func usage(arguments: [String], mention: String) throws {
    let ending = try Client.run(arguments)
    #expect(ending.code == 64)
    #expect(ending.output == "")
    #expect(ending.error.hasPrefix("echo_client: "))
    #expect(ending.error.contains(mention), "\(ending.error)")
    #expect(ending.error.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
  }
}
