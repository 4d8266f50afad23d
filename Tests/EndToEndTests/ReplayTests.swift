import Glibc
import TestKit
import Testing

/// `echo_client --replay`.
@Suite struct ReplayTests {
  private let folder: TemporaryDirectory
  private var path: String { "\(folder.path)/recording" }

  init() throws { folder = try TemporaryDirectory() }

  /// Records a run in which a peer sends the text, and gets so many bytes of answers.
  private func record(_ text: String, answered count: Int, _ options: [String] = []) throws {
    let server = try RunningServer(["--record", path] + options)
    let peer = try SocketPeer(tcp: server.port)
    try peer.send(text)
    _ = try peer.receive(exactly: count)
    _ = try server.end(SIGTERM)
  }

  private func replay(against server: RunningServer, _ options: [String] = []) throws -> Ending {
    let address = ["127.0.0.1", "\(server.port)"]
    let arguments = ["--replay", path, "--speed", "max", "--timeout", "1"] + options + address
    return try PlainProgram(Programs.path(named: "echo_client"), arguments).ending()
  }

  @Test("A server that answers as the recorded one did is the same, in every framing and over UDP")
  func same() throws {
    for framing in ["line", "crlf", "nul"] {
      let end = framing == "nul" ? "\0" : framing == "crlf" ? "\r\n" : "\n"
      let text = ["hello", "", "world"].joined(separator: end) + end
      try record(text, answered: text.utf8.count, ["--framing", framing, "--reply", "echo"])
      let server = try RunningServer(["--framing", framing, "--reply", "echo"])
      let ending = try replay(against: server)
      #expect(
        ending == Ending(code: 0, output: "3 messages sent, 3 answered as recorded, 0 otherwise, 0 not\n", error: "")
      )
      #expect(try server.end(SIGTERM).output.contains("bytes from tcp 127.0.0.1:PORT: hello\n"))
    }
    try record("hello\nOK\n", answered: 6)
    let ending = try replay(against: try RunningServer(), ["--udp"])
    #expect(ending.code == 0)
  }

  @Test("A server that answers otherwise is told of message by message, and is exit code 65")
  func different() throws {
    try record("hello\nOK\n.\n", answered: 9)
    let ending = try replay(against: try RunningServer(["--reply", "echo"]))
    #expect(ending.code == 65)
    #expect(
      ending.output == """
        message 1: expected "OK", got "hello"
        2 messages sent, 1 answered as recorded, 1 otherwise, 0 not; 1 left out: stop messages

        """
    )
    #expect(ending.error == "echo_client: 1 message not answered as recorded\n")
  }

  @Test("A server that does not answer is exit code 75, nobody at all 69")
  func missing() throws {
    try record("hello\n", answered: 3)
    let server = try RunningServer(["--reply", "none"])
    let ending = try replay(against: server)
    #expect(ending.code == 75)
    #expect(ending.output.hasPrefix("message 1: no reply (the end came first)\n"))
    _ = try server.end(SIGTERM)
    #expect(try replay(against: server).code == 69)
  }

  @Test("The last run is replayed, another by its number, and --with-stops ends the server as it was ended")
  func runs() throws {
    try record("first\n", answered: 3)
    try record("second\n.\n", answered: 6)
    let server = try RunningServer()
    #expect(try replay(against: server, ["--run", "1"]).code == 0)
    #expect(try replay(against: server, ["--with-stops"]).code == 0)
    let ending = try server.end()
    #expect(ending.code == 0)
    #expect(ending.output.contains("first\n") && ending.output.contains("second\n"))
    let missing = try replay(against: server, ["--run", "3"])
    #expect(missing.code == 64)
    #expect(missing.error == "echo_client: \(path) has no such run: it has 1 to 2\n")
  }

  @Test("A message that the recording has only the beginning of is not sent as if it were whole")
  func truncated() throws {
    try record("hello\n" + String(repeating: "x", count: 2000) + "\n", answered: 6, ["--max-message", "1000"])
    let server = try RunningServer()
    let ending = try replay(against: server)
    #expect(ending.code == 0)
    #expect(
      ending.output
        == "1 message sent, 1 answered as recorded, 0 otherwise, 0 not; 1 left out: only their beginnings were recorded\n"
    )
    #expect(try server.end(SIGTERM).error.contains("1 message,"))
  }

  @Test("Stepwise, each Enter sends a message")
  func steps() throws {
    try record("one\ntwo\n", answered: 6)
    let server = try RunningServer()
    let client = try PlainProgram(
      Programs.path(named: "echo_client"),
      ["--replay", path, "--step", "127.0.0.1", "\(server.port)"]
    )
    client.write("\n")
    #expect(try client.readLine() == "message 1: one")
    #expect(try server.program.readLine()?.hasSuffix(": one") == true)
    client.write("\n")
    #expect(try client.readLine() == "message 2: two")
    #expect(try client.ending().code == 0)
  }

  @Test("Stepwise, lines that are there before the connection are steps as well, and without a server the code is 69")
  func earlySteps() throws {
    try record("one\ntwo\nthree\n", answered: 9)
    let server = try RunningServer()
    func run() throws -> Ending {
      let client = try PlainProgram(
        Programs.path(named: "echo_client"),
        ["--replay", path, "--step", "127.0.0.1", "\(server.port)"]
      )
      client.write("\n\n")
      client.closeInput()
      return try client.ending()
    }
    let ending = try run()
    #expect(ending.code == 0)
    #expect(
      ending.output == "message 1: one\nmessage 2: two\n2 messages sent, 2 answered as recorded, 0 otherwise, 0 not\n"
    )
    _ = try server.end(SIGTERM)
    #expect(try run().code == 69)
  }

  @Test("A signal ends it when what was sent is answered; the rest stays unsent", arguments: [SIGINT, SIGTERM])
  func interrupted(_ signal: Int32) throws {
    try record("one\ntwo\n", answered: 6)
    let server = try RunningServer()
    let client = try PlainProgram(
      Programs.path(named: "echo_client"),
      ["--replay", path, "--step", "127.0.0.1", "\(server.port)"]
    )
    client.write("\n")
    #expect(try client.readLine() == "message 1: one")
    client.signal(signal)
    let ending = try client.ending()
    #expect(ending.code == 0)
    #expect(ending.output == "message 1: one\n1 message sent, 1 answered as recorded, 0 otherwise, 0 not\n")
    #expect(try server.end(SIGTERM).output.contains("two") == false)
  }

  @Test("Output that can't be written is exit code 74")
  func unwritable() throws {
    try record("one\n", answered: 3)
    let server = try RunningServer(["--reply", "echo"])
    let client = try PlainProgram(
      "/bin/sh",
      [
        "-c", "exec \"$@\" >/dev/full", "sh", Programs.path(named: "echo_client"), "--replay", path, "127.0.0.1",
        "\(server.port)",
      ]
    )
    let ending = try client.ending()
    #expect(ending.code == 74)
    #expect(ending.error == "echo_client: cannot write the output: write: No space left on device\n")
  }

  @Test("Ten thousand messages are pipelined, and told in JSON")
  func many() throws {
    try record((1...10_000).map { "line \($0)\n" }.joined(), answered: 30_000, ["--quiet"])
    let ending = try replay(against: try RunningServer(["--quiet"]), ["--format", "json"])
    #expect(ending.code == 0)
    #expect(
      ending.output.hasSuffix(
        #""reason":"finished","sent":10000,"same":10000,"different":0,"missing":0,"unexpected":0,"stops":0,"truncated":0,"misfits":0}"#
          + "\n"
      )
    )
  }
}
