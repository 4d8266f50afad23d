import TestKit
import Testing

/// Readers that have left before a program says its first word.
@Suite struct ClosedStreamTests {
  /// How a program ends that is started when nobody reads the stream any more.
  private func code(_ program: String, _ arguments: [String], without stream: PlainProgram.Stream) throws -> Int32 {
    let words = [Programs.path(named: program)] + arguments
    let shell = try PlainProgram("/bin/sh", ["-c", "read line; exec \"$@\"", "sh"] + words)
    shell.close(stream)
    shell.write("\n")
    return try shell.waitForExit()
  }

  @Test(
    "What nobody reads costs a program its words and not its exit code",
    arguments: ["echo_server", "echo_client", "echo_monitor"]
  )
  func words(_ program: String) throws {
    #expect(try code(program, ["--help"], without: .output) == 0)
    #expect(try code(program, ["--version"], without: .output) == 0)
    #expect(try code(program, ["--nonsense"], without: .error) == 64)
  }

  @Test("Nor do lists, paths and refusals that come later")
  func later() throws {
    #expect(try code("echo_client", ["--where"], without: .output) == 0)
    #expect(try code("echo_monitor", ["--no-tui", "5000"], without: .error) == 69)
    #expect(try code("echo_monitor", ["--no-tui", "/etc/passwd"], without: .error) == 77)
    #expect(try code("echo_server", ["--no-tui", "--bind", "192.0.2.1", "0"], without: .error) == 71)
  }
}
