import TestKit
import Testing

/// `echo_server` with its screen in a terminal, once the first picture is there.
final class ScreenServer {
  let terminal: TerminalProgram
  let port: UInt16

  init(
    _ options: [String] = ["--bind", "127.0.0.1"],
    environment: [String: String?] = [:],
    columns: Int = 80,
    rows: Int = 24
  ) throws {
    terminal = try TerminalProgram(
      Programs.path(named: "echo_server"),
      ["0"] + options,
      environment: environment,
      columns: columns,
      rows: rows
    )
    try terminal.waitForScreen("the first screen") {
      $0.text(row: 0).contains("LISTEN") && $0.contains("waiting for messages")
    }
    let digits = terminal.screen.text(row: 0).firstMatch(of: /:([0-9]+)/)?.output.1
    port = try #require(digits.flatMap { UInt16($0) })
  }

  /// Ends it by keys, and looks at what is left of the terminal.
  func quit() throws {
    terminal.type("q")
    try terminal.wait(for: "a question or the end") { !terminal.isRunning || terminal.screen.contains("y/n") }
    if terminal.isRunning { terminal.type("y") }
    #expect(try terminal.waitForExit() == 0)
    #expect(terminal.leftovers == [])
  }
}
