import Glibc
import TestKit
import Testing

/// `^X ^E` in `echo_client`: the message in the user's editor.
@Suite struct ClientEditorTests {
  private let folder: TemporaryDirectory
  private let server: SocketPeer

  init() throws {
    folder = try TemporaryDirectory()
    server = try SocketPeer.server()
  }

  /// Tells what it was given, and leaves in its place the line that is typed then.
  private static let typing = """
    printf 'editing <%s> of mode %s\\n' "$(cat "$1")" "$(stat -c %a "$1")"
    read reply
    printf '%s\\n' "$reply" > "$1"
    """

  private func editor(_ script: String) throws -> [String: String?] {
    let path = "\(folder.path)/editor"
    let file = try #require(fopen(path, "w"))
    fputs(script, file)
    fclose(file)
    // With an argument of its own, as `code -w`.
    return ["EDITOR": "sh \(path)", "TMPDIR": folder.path]
  }

  private func start(_ environment: [String: String?]) throws -> ScreenClient {
    try ScreenClient(server.port, ["--no-receipts"], environment: environment, columns: 100)
  }

  private func open(_ client: ScreenClient) {
    client.terminal.pressControl("x")
    client.terminal.pressControl("e")
  }

  /// What is left of the file that was edited.
  private var leftFiles: [String] { folder.names.filter { $0.hasPrefix("echo-message") } }

  @Test("The text goes to the editor in a file of the user's alone, comes back into the line, and waits for Enter")
  func edit() throws {
    let client = try start(try editor(Self.typing))
    let connection = try server.accept()
    client.terminal.type("draft")
    open(client)
    try client.terminal.waitForScreen("the editor on the main screen") {
      $0.contains("editing <draft> of mode 600") && !$0.isAlternateScreen
    }
    #expect(client.terminal.leftovers == [])
    client.terminal.type("better\r")
    try client.terminal.waitForScreen("the line") { $0.isAlternateScreen && $0.text(row: 22) == "> better" }
    #expect(leftFiles == [])
    client.terminal.pressControl("_")
    try client.terminal.waitForScreen("the line before") { $0.text(row: 22) == "> draft" }
    client.terminal.pressControl("u")
    client.send("sent")
    #expect(try connection.receive(exactly: 5) == "sent\n")
    try client.quit(closing: connection)
  }

  @Test("It has three descriptors, and no signal is blocked or ignored")
  func surroundings() throws {
    let command = "{ ls /proc/self/fd; grep -h 'Sig[BI]' /proc/self/status; } >"
    let client = try start(["VISUAL": command, "EDITOR": "false", "TMPDIR": "/nowhere"])
    let connection = try server.accept()
    open(client)
    try client.terminal.waitForText("SigIgn")
    let rows = client.screen.lines.map { $0.drop { $0 == ">" || $0 == " " } }.filter { !$0.isEmpty }
    let first = try #require(rows.firstIndex(of: "0"))
    // The fourth is the folder that ls reads.
    #expect(rows[first...].prefix(4) == ["0", "1", "2", "3"])
    let sets = rows[(first + 4)...].prefix(2).map { $0.split(separator: "\\t").last.flatMap { UInt64($0, radix: 16) } }
    // The real-time signals are libc's: posix_spawn(3) itself ignores two of them.
    #expect(sets.map { $0.map { $0 & 0x7FFF_FFFF } } == [0, 0])
    client.terminal.pressControl("c")
    try client.quit(closing: connection)
  }

  @Test("While it runs the connection is lost, made again and listened to, and nothing is painted")
  func network() throws {
    let client = try start(try editor(Self.typing))
    do {
      let connection = try server.accept()
      client.terminal.type("draft")
      open(client)
      try client.terminal.waitForText("editing <draft>")
      connection.resetOnClose()
    }
    let connection = try server.accept()
    try connection.send("while away\n")
    connection.finish()
    client.terminal.resize(columns: 90, rows: 20)
    #expect(!client.screen.isAlternateScreen && !client.screen.contains("while away"))
    client.terminal.type("better\r")
    try client.terminal.waitForScreen("the news, at the new size") {
      $0.contains("while away") && $0.contains("peer reset") && $0.text(row: 18) == "> better"
    }
    client.terminal.pressControl("u")
    client.terminal.pressControl("d")
    _ = try connection.receiveToEnd()
    try client.expectEnd()
  }

  @Test(
    "An editor that fails, is missing or leaves no text is told of, and the line is as it was",
    arguments: [
      ("exit 3", "the editor ended with exit code 3"),
      ("kill -9 $$", "the editor was ended by signal 9"),
      ("printf '\\377' > \"$1\"", "what was edited is not UTF-8 text"),
      ("rm \"$1\"", "what was edited could not be read"),
      ("rm \"$1\"; ln -s /etc/passwd \"$1\"", "what was edited could not be read"),
      ("head -c 1048578 /dev/zero > \"$1\"", "what was edited is longer than 1 MiB"),
    ]
  )
  func failing(script: String, reason: String) throws {
    let client = try start(try editor(script))
    let connection = try server.accept()
    client.terminal.type("draft")
    open(client)
    try client.terminal.waitForText(reason)
    #expect(client.screen.contains("the line is as it was") && client.screen.text(row: 22) == "> draft")
    #expect(leftFiles == [])
    client.terminal.pressControl("u")
    try client.quit(closing: connection)
  }

  @Test("An editor that is not there is told of by its name")
  func missing() throws {
    let client = try start(["EDITOR": "/no/such\u{1b}editor"])
    let connection = try server.accept()
    open(client)
    try client.terminal.waitForText("the editor /no/such\\eeditor was not found; the line is as it was")
    try client.quit(closing: connection)
  }

  @Test("^C in it is not for the client, nor is ^Z where no shell could continue it")
  func keys() throws {
    let client = try start(try editor("trap 'echo interrupted' INT; echo ready; read interrupted\n" + Self.typing))
    let connection = try server.accept()
    open(client)
    try client.terminal.waitForText("ready")
    client.terminal.pressControl("c")
    try client.terminal.waitForScreen("the editor") { $0.contains("interrupted") && $0.contains("editing <>") }
    client.terminal.pressControl("z")
    client.terminal.type("still here\r")
    try client.terminal.waitForScreen("the line") { $0.text(row: 22) == "> still here" }
    client.terminal.pressControl("u")
    try client.quit(closing: connection)
  }

  @Test("Under a shell ^Z in it stops the whole job, bg can't take the terminal, and fg goes on in the editor")
  func suspend() throws {
    let environment = try editor(Self.typing).merging(["PS1": "% "]) { $1 }
    let terminal = try TerminalProgram("/bin/bash", ["--norc", "-i"], environment: environment, columns: 100)
    try terminal.waitForText("%")
    terminal.type("\(Client.path) --no-receipts 127.0.0.1 \(server.port)\r")
    let connection = try server.accept()
    try terminal.waitForText(" UP ")
    terminal.type("draft\u{18}\u{05}")
    try terminal.waitForText("editing <draft>")
    terminal.pressControl("z")
    try terminal.waitForText("Stopped")
    terminal.type("clear; bg\r")
    try terminal.waitForText("&")
    terminal.type("\r")
    try terminal.waitForText("Stopped")
    terminal.type("clear; fg\r")
    try terminal.waitForScreen("the command again") { $0.lines.contains { $0.hasPrefix("/") } }
    terminal.type("better\r")
    try terminal.waitForScreen("the line") { $0.isAlternateScreen && $0.text(row: 22) == "> better" }
    terminal.press(.enter)
    #expect(try connection.receive(exactly: 7) == "better\n")
    terminal.pressControl("d")
    _ = try connection.receiveToEnd()
    connection.finish()
    try terminal.waitForScreen("the shell") { !$0.isAlternateScreen }
    terminal.type("echo code=$?\r")
    try terminal.waitForText("code=0")
    terminal.type("exit\r")
    try terminal.waitForExit()
  }

  @Test(
    "SIGTERM ends it with the client, also one that will not end, and leaves the terminal as it was",
    arguments: ["", "trap '' HUP\n"]
  )
  func terminated(trap: String) throws {
    let client = try start(try editor("\(trap)stty raw -echo\nprintf '\\033[?1049h\\033[?25l'\n" + Self.typing))
    let connection = try server.accept()
    client.terminal.type("draft")
    open(client)
    try client.terminal.waitForText("editing <draft>")
    client.terminal.signal(SIGTERM)
    _ = try connection.receiveToEnd()
    connection.finish()
    try client.expectEnd()
    #expect(leftFiles == [])
  }

  @Test("A terminal that hangs up while it runs ends both")
  func hangUp() throws {
    let client = try start(try editor("trap '' HUP\n" + Self.typing))
    let connection = try server.accept()
    open(client)
    try client.terminal.waitForText("editing <>")
    client.terminal.hangUp()
    #expect(try client.terminal.waitForExit() == 0)
    #expect(try connection.receiveToEnd() == "")
    #expect(leftFiles == [])
  }

  @Test("What is typed right after ^X ^E, too early for the editor, is not lost")
  func typedAhead() throws {
    let client = try start(try editor("printf 'edited\\n' > \"$1\""))
    let connection = try server.accept()
    client.terminal.type("draft\u{18}\u{05} and more")
    try client.terminal.waitForScreen("the line") { $0.text(row: 22) == "> edited and more" }
    client.terminal.pressControl("u")
    try client.quit(closing: connection)
  }
}
