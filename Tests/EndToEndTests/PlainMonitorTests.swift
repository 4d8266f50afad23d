import Glibc
import TestKit
import Testing

/// `echo_monitor` in plain mode, against a scripted server.
@Suite struct PlainMonitorTests {
  static let path = Programs.path(named: "echo_monitor")

  private func monitor(_ server: ScriptedServer, _ arguments: String...) throws -> PlainProgram {
    try PlainProgram(Self.path, ["--no-tui"] + arguments, environment: server.environment)
  }

  @Test("As text it prints what the server would, and ends with it")
  func text() throws {
    let server = try ScriptedServer()
    let program = try monitor(server, "5000")
    let peer = try server.greet()
    try peer.send(
      ScriptedServer.connected + ScriptedServer.message(1, "hello") + ScriptedServer.message(2, "\\u001b[31m")
    )
    #expect(try program.readLine() == "server received 6 bytes from tcp 127.0.0.1:53124: hello")
    #expect(program.isRunning)
    try peer.send(ScriptedServer.lost + ScriptedServer.stopped(1202))
    peer.finish()
    #expect(
      try program.ending()
        == Ending(
          code: 0,
          output: """
            server received 6 bytes from tcp 127.0.0.1:PORT: hello
            server received 11 bytes from tcp 127.0.0.1:PORT: \\e[31m

            """,
          error: """
            watching 5000, pid PID, tcp+udp 127.0.0.1:PORT
            1,200 messages received but not shown: the output is too slow
            stopping
            1,202 messages, 7,212 bytes received; 1 connection

            """
        )
    )
  }

  @Test("As JSON it prints the server's own lines, with nothing in them that acts on a terminal")
  func json() throws {
    let server = try ScriptedServer()
    let program = try monitor(server, "--format", "json", "--from", "tail:2")
    // The only one that runs is asked who it is before it is watched.
    let first = try server.accept()
    try first.send(server.hello)
    #expect(try first.receiveToEnd() == "")
    let peer = try server.greet(attach: "tail:2")
    let lines = ScriptedServer.connected + ScriptedServer.message(1, "hello")
    try peer.send(lines)
    try peer.send("{ \"event\" : \"weather\" , \"rain\":\"\u{202E}\u{9B}31m\" }\n")
    try peer.send(ScriptedServer.stopped(1))
    let ending = try program.ending()
    #expect(ending.code == 0 && ending.error == "")
    let output = program.outputText
    #expect(output.hasPrefix(server.hello))
    #expect(output.contains(lines))
    #expect(output.contains(#"{"event":"weather","rain":"\u202e\u009b31m"}"#))
    #expect(output.hasSuffix(ScriptedServer.stopped(1)))
  }

  @Test(
    "A connection that breaks, or brings what can't be understood, is told and ends with 74",
    arguments: [
      ("", "closed by the server"), ("{\"event\":\"message\"}\n", "can't be understood"), ("nonsense\n", "is no JSON"),
    ]
  )
  func broken(_ words: (String, String)) throws {
    let server = try ScriptedServer()
    let program = try monitor(server, server.path)
    let peer = try server.greet()
    try peer.send(ScriptedServer.message(1, "hello"))
    try peer.send(words.0)
    peer.finish()
    let ending = try program.ending()
    #expect(ending.code == 74)
    #expect(ending.output == "server received 6 bytes from tcp 127.0.0.1:PORT: hello\n")
    #expect(ending.error.contains("echo_monitor: 5000: the connection is lost: ") && ending.error.contains(words.1))
  }

  @Test("A signal, or a reader that has enough, ends it quietly, and the server sees it go")
  func detached() throws {
    for signal in [SIGTERM, SIGINT, nil] {
      let server = try ScriptedServer()
      let program = try monitor(server, "5000")
      let peer = try server.greet()
      try peer.send(ScriptedServer.message(1, "hello"))
      _ = try program.readLine()
      if let signal {
        program.signal(signal)
      } else {
        program.close(.output)
      }
      #expect(try program.waitForExit() == 0)
      #expect(try peer.receiveToEnd() == "")
      #expect(normalized(program.errorText) == "watching 5000, pid PID, tcp+udp 127.0.0.1:PORT\n")
    }
  }

  @Test("Servers are listed by what they say of themselves; sockets that nobody answers are passed over")
  func list() throws {
    let first = try ScriptedServer()
    let second = try ScriptedServer(name: "5001-77", folder: first.folder)
    do { _ = try ScriptedServer(name: "dead", folder: first.folder) }
    let greeters = [first, second].map { server in
      nonisolated(unsafe) let server = server
      return BackgroundThread {
        while let peer = try? server.accept(), (try? peer.send(server.hello)) != nil {
          if (try? peer.receiveLine()) != nil { return }
        }
      }
    }
    let list = try PlainProgram(Self.path, ["--list"], environment: first.environment)
    let lines =
      "5000\tpid PID\ttcp+udp 127.0.0.1:PORT\tsince TIME\n5001-77\tpid PID\ttcp+udp 127.0.0.1:PORT\tsince TIME\n"
    #expect(try list.ending() == Ending(code: 0, output: lines, error: ""))
    let ambiguous = try PlainProgram(Self.path, ["--no-tui"], environment: first.environment)
    #expect(
      try ambiguous.ending()
        == Ending(
          code: 64,
          output: lines,
          error: "echo_monitor: several servers run here: say which, as in echo_monitor 5000\n"
        )
    )
    // Ends the greeters.
    for server in [first, second] {
      let program = try PlainProgram(Self.path, ["--no-tui", server.path], environment: first.environment)
      _ = try program.waitForExit()
    }
    for greeter in greeters { greeter.join() }
  }

  @Test("Without a server, and with one that can't be watched, it says what to do")
  func nobody() throws {
    let folder = try TemporaryDirectory()
    let environment = ["XDG_RUNTIME_DIR": folder.path]
    func ending(_ arguments: String...) throws -> Ending {
      try PlainProgram(Self.path, ["--no-tui"] + arguments, environment: environment).ending()
    }
    #expect(
      try ending()
        == Ending(
          code: 69,
          output: "",
          error: "echo_monitor: no echo_server runs here (start one, or name a socket)\n"
        )
    )
    #expect(
      try ending("5000").error == "echo_monitor: no echo_server named 5000 runs here (--list tells which do)\n"
    )
    #expect(
      try ending("messages.db").error
        == "echo_monitor: there is no file messages.db, and no echo_server of that name runs here (--list tells which do)\n"
    )
    #expect(try ending("5000", "--control").code == 64)
    #expect(
      try ending("./messages.db").error
        == "echo_monitor: ./messages.db: there is no such file, nor a server's control socket\n"
    )
    let path = try ending("/dev/null")
    #expect(path.code == 69 && path.error.contains("/dev/null: connection refused (no server listens there;"))
    let server = try ScriptedServer()
    let full = try monitor(server, server.path)
    try server.accept().send("{\"event\":\"error\",\"reason\":\"too many viewers: the limit is 32\"}\n")
    let refused = try full.ending()
    #expect(refused.code == 69)
    #expect(refused.error.hasSuffix(".sock: too many viewers: the limit is 32\n"))
  }

  @Test("In a folder where others may have put a socket no server is looked for, not even by its name")
  func openFolder() throws {
    let server = try ScriptedServer()
    #expect(chmod("\(server.folder.path)/echo", 0o755) == 0)
    for arguments in [["--list"], [], ["5000"]] {
      let program = try PlainProgram(Self.path, ["--no-tui"] + arguments, environment: server.environment)
      let ending = try program.ending()
      #expect(ending.code == 77 && ending.output == "" && ending.error.contains("open to others"))
    }
  }

  @Test("A signal ends it though its reader takes nothing, and that not all was written is told")
  func stalledReader() throws {
    let server = try ScriptedServer()
    let program = try monitor(server, "5000")
    let peer = try server.greet()
    let line = ScriptedServer.message(1, String(repeating: "x", count: 900))
    _ = try peer.flood(with: Array(line.utf8))
    program.signal(SIGTERM)
    #expect(try program.waitForExitWithoutReading() == 74)
  }

  @Test("Whoever reads the list may leave before it comes")
  func listForNobody() throws {
    let server = try ScriptedServer()
    let program = try PlainProgram(Self.path, ["--list"], environment: server.environment)
    let peer = try server.accept()
    program.close(.output)
    try peer.send(server.hello)
    #expect(try program.waitForExit() == 0)
  }

  @Test(
    "Wrong command lines are refused",
    arguments: [
      ["--from", "yesterday"], ["--quiet"], ["5000", "5001"], ["--list", "5000"], ["--history", "0"], [""],
    ]
  )
  func usage(_ arguments: [String]) throws {
    let ending = try PlainProgram(Self.path, arguments).ending()
    #expect(ending.code == 64 && ending.output == "" && ending.error.hasPrefix("echo_monitor: "))
  }
}
