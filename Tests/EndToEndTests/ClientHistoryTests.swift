import Glibc
import TestKit
import Testing

/// What is entered in `echo_client` comes back in its next run.
@Suite struct ClientHistoryTests {
  private let folder: TemporaryDirectory
  private let server: RunningServer
  private var path: String { "\(folder.path)/echo/client_history" }

  init() throws {
    folder = try TemporaryDirectory()
    server = try RunningServer()
  }

  private func start(_ options: [String] = []) throws -> ScreenClient {
    try ScreenClient(server.port, options, environment: ["XDG_STATE_HOME": folder.path], columns: 120)
  }

  private var contents: String? { (try? Repository.bytes(at: path)).map { String(decoding: $0, as: UTF8.self) } }

  @Test("Up and ^R bring back what was entered in earlier runs, but for what began with a space")
  func kept() throws {
    let first = try start()
    for text in ["alpha", " secret", "日本語 \\ beta"] { first.send(text) }
    try first.terminal.waitForScreen("three receipts") { $0.lines.count { $0.contains(">ok") } == 3 }
    try first.quit()
    #expect(contents == "alpha\n日本語 \\\\ beta\n")
    let second = try start()
    second.terminal.press(.up)
    try second.terminal.waitForText("> 日本語 \\ beta")
    second.terminal.pressControl("c")
    second.terminal.pressControl("r")
    second.terminal.type("lph")
    try second.terminal.waitForText("(reverse-i-search)'lph': alpha")
    second.terminal.press(.enter)
    try second.terminal.waitForText(">ok")
    try second.quit()
    #expect(try server.end(SIGTERM).output.split(separator: "\n").last?.hasSuffix(": alpha") == true)
  }

  @Test("A client that is killed has kept everything, and two at once keep what each entered")
  func twoAtOnce() throws {
    let first = try start()
    let second = try start()
    first.send("of the first")
    try first.terminal.waitForText(">ok")
    second.send("of the second")
    try second.terminal.waitForText(">ok")
    first.send("of the first again")
    try first.terminal.waitForScreen("two receipts") { $0.lines.count { $0.contains(">ok") } == 2 }
    first.terminal.signal(SIGKILL)
    try first.terminal.waitForExit()
    #expect(contents == "of the first\nof the second\nof the first again\n")
    try second.quit()
  }

  @Test("--no-history neither reads nor keeps anything")
  func off() throws {
    let first = try start()
    first.send("kept")
    try first.terminal.waitForText(">ok")
    try first.quit()
    let second = try start(["--no-history"])
    second.terminal.press(.up)
    second.send("not kept")
    try second.terminal.waitForText(">ok")
    #expect(second.screen.lines.contains { $0.contains(" not kept") })
    try second.quit()
    #expect(contents == "kept\n")
  }

  @Test("A history that can't be kept is told of once, and nothing else is disturbed")
  func impossible() throws {
    symlink("/dev/null", "\(folder.path)/echo")
    let client = try start()
    client.send("one")
    try client.terminal.waitForText("no history is kept: cannot write")
    client.send("two")
    try client.terminal.waitForScreen("two receipts") { $0.lines.count { $0.contains(">ok") } == 2 }
    #expect(!client.screen.contains("no history is kept"))
    client.terminal.press(.up)
    try client.terminal.waitForText("> two")
    client.terminal.pressControl("c")
    try client.quit()
  }

  @Test("The playground has the same history")
  func playground() throws {
    let client = try start()
    client.send("from the client")
    try client.terminal.waitForText(">ok")
    try client.quit()
    let terminal = try TerminalProgram(Client.path, environment: ["XDG_STATE_HOME": folder.path])
    try terminal.waitForText(" UP ")
    terminal.press(.up)
    try terminal.waitForText("> from the client")
    terminal.press(.enter)
    try terminal.waitForText(">ok")
    terminal.type("played\r")
    try terminal.waitForScreen("two receipts") { $0.lines.count { $0.contains(">ok") } == 2 }
    terminal.pressControl("d")
    #expect(try terminal.waitForExit() == 0)
    #expect(contents == "from the client\nplayed\n")
  }

  @Test("--where tells the file, as visible text, and why there is none")
  func location() throws {
    func told(_ options: [String], _ environment: [String: String?]) throws -> String {
      let program = try PlainProgram(Client.path, options, environment: environment)
      #expect(try program.waitForExit() == 0)
      return program.outputText
    }
    #expect(try told(["--where"], ["XDG_STATE_HOME": "/st\u{1b}"]) == "history /st\\e/echo/client_history\n")
    #expect(try told(["--where"], ["HOME": "/home/me"]) == "history /home/me/.local/state/echo/client_history\n")
    #expect(try told(["--where"], ["HOME": nil]).hasPrefix("history none: "))
    #expect(try told(["--where", "--no-history"], [:]) == "history none: --no-history\n")
  }
}
