import Glibc
import TestKit
import Testing

/// What `echo_server` says to those who start it wrongly.
@Suite struct ServerUsageTests {
  private static func run(_ arguments: [String]) throws -> Ending {
    let program = try PlainProgram(Programs.path(named: "echo_server"), arguments)
    program.closeInput()
    return try program.ending()
  }

  @Test(
    "A wrong use is one line on standard error and 64",
    arguments: [
      (["abc"], "abc"), (["80"], "1025 to 65535"), (["70000"], "70000"), (["-1"], "-1 was taken for an option"),
      (["1024"], "1024"),
      ([], "<port>"), (["0", "9000"], "9000"), (["99999999999999999999"], "99999999999999999999"),
      (["0", "--framing", "word"], "line, crlf, nul, length16, length32, fixed:N, raw"),
      (["0", "--framing", "fixed:0"], "fixed:0"),
      (["0", "--reply", "maybe"], "ok"), (["0", "--stop-on-dot", "some"], "local"), (["0", "--only", "sctp"], "udp"),
      (["0", "--max-message", "0"], "--max-message"), (["0", "--max-connections", "x"], "--max-connections"),
      (["0", "--idle-timeout", "0"], "--idle-timeout"), (["0", "--history", "-5"], "--history"),
      (["0", "--bind", ""], "--bind"), (["0", "--unix", ""], "--unix"), (["0", "--format", "xml"], "json"),
      (["0", "--record", ""], "--record"), (["0", "--durability", "some"], "group"),
      (["0", "--on-record-error", "ignore"], "continue"), (["0", "--record-limit", "1"], "--record-limit"),
      (["0", "--durability", "each"], "--durability goes with --record"),
      (["0", "--on-record-error", "stop"], "--on-record-error goes with --record"),
      (["0", "--record-limit", "65536"], "--record-limit goes with --record"),
      (["0", "--record-age", "1"], "--record-age goes with --record"), (["0", "--nonsense"], "--nonsense"),
    ]
  )
  func usage(arguments: [String], mention: String) throws {
    let ending = try ServerUsageTests.run(arguments)
    #expect(ending.code == 64)
    #expect(ending.output == "")
    #expect(ending.error.hasPrefix("echo_server: "))
    #expect(ending.error.hasSuffix("(echo_server --help tells more)\n"))
    #expect(ending.error.contains(mention), "\(ending.error)")
    #expect(ending.error.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
  }

  @Test("Help and version are no failures")
  func help() throws {
    let help = try ServerUsageTests.run(["--help"])
    #expect(help.code == 0 && help.error == "")
    for option in ["--bind", "--only", "--unix", "--framing", "--reply", "--stop-on-dot", "--max-message", "--no-tui"] {
      #expect(help.output.contains(option))
    }
    let version = try ServerUsageTests.run(["--version"])
    #expect(version.code == 0 && version.error == "")
    #expect(version.output.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+\n/) != nil)
  }

  @Test("A port that is taken is one line with advice, and 71")
  func portInUse() throws {
    let owner = try SocketPeer.server()
    let port = owner.port
    let ending = try ServerUsageTests.run(["\(port)", "--no-tui"])
    #expect(ending.code == 71)
    #expect(ending.output == "")
    #expect(
      ending.error
        == "echo_server: cannot listen on tcp 127.0.0.1:PORT: address already in use "
        + "(another program listens there; port 0 takes a free one)\n"
    )
    withExtendedLifetime(owner) {}
  }

  @Test("An address of another machine is one line, and 71")
  func foreignAddress() throws {
    let ending = try ServerUsageTests.run(["0", "--no-tui", "--bind", "192.0.2.1"])
    #expect(ending.code == 71)
    #expect(ending.output == "")
    #expect(
      ending.error
        == "echo_server: cannot listen on tcp 192.0.2.1:0: cannot assign requested address "
        + "(no interface of this machine has that address)\n"
    )
  }

  @Test("A folder in which others could take a socket's place is one line with advice, and 77")
  func unsafeFolder() throws {
    let folder = try TemporaryDirectory()
    chmod(folder.path, 0o777)
    let ending = try ServerUsageTests.run(["0", "--no-tui", "--unix", "\(folder.path)/socket"])
    #expect(ending.code == 77)
    #expect(ending.output == "")
    #expect(
      ending.error
        == "echo_server: cannot listen on unix \(folder.path)/socket: others could put a socket of theirs there, "
        + "for \(folder.path) is writable by others "
        + "(chmod go-w it, or choose another folder; a sticky one such as /tmp will do)\n"
    )
    #expect(access("\(folder.path)/socket", F_OK) == -1)
  }

  @Test("A path that is taken by a file is one line, and the file stays")
  func pathTaken() throws {
    let folder = try TemporaryDirectory()
    let path = "\(folder.path)/file"
    close(creat(path, 0o600))
    let ending = try ServerUsageTests.run(["0", "--no-tui", "--unix", path])
    #expect(ending.code == 71)
    #expect(ending.error.contains("something else is there"))
    #expect(ending.error.split(separator: "\n").count == 1)
    #expect(access(path, F_OK) == 0)
  }
}
