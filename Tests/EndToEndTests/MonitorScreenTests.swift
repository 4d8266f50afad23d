import Glibc
import Screen
import TestKit
import Testing

/// The server's screen as a monitor, in a terminal: what it hands to files, to the clipboard and to the eye.
@Suite struct MonitorScreenTests {
  /// The clipboard sequences that the terminal was sent.
  private func copies(_ terminal: TerminalProgram) -> [String] {
    terminal.transcript.split(separator: 0x1B).map { String(decoding: $0, as: UTF8.self) }
      .filter { $0.hasPrefix("]52;") }
  }

  @Test(
    "What a filter lets through is saved to a new file that nobody else can read, and never over another one unasked"
  )
  func filterAndSave() throws {
    let folder = try TemporaryDirectory()
    let server = try ScreenServer()
    let terminal = server.terminal
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("temperature=21.5\nnoise\ntemperature=\u{1B}[31m22\n")
    try terminal.waitForText("3 msg")
    terminal.type("ftemperature=\r")
    try terminal.waitForText("filter: temperature= (2 of 4)")
    #expect(!terminal.screen.contains("noise"))
    let path = "\(folder.path)/kept.txt"
    terminal.type("w")
    try terminal.waitForText(":save filtered")
    terminal.type("\(path)\r")
    try terminal.waitForText("saved 2 rows")
    let lines = folder.contents(of: "kept.txt").split(separator: "\n")
    #expect(lines.count == 2)
    #expect(
      lines.first?.contains(
        /^\d{4}-\d\d-\d\dT[0-9:.]+Z server received 17 bytes from tcp 127\.0\.0\.1:\d+: temperature=21\.5$/
      ) == true
    )
    #expect(lines.last?.hasSuffix(": temperature=\\e[31m22") == true)
    #expect(folder.mode(of: "kept.txt") == 0o600)
    terminal.type(":save all \(path)\r")
    try terminal.waitForText("is there already. Write over it? y/n")
    terminal.type("n")
    try terminal.waitForText("nothing was saved")
    #expect(folder.contents(of: "kept.txt").split(separator: "\n").count == 2)
    #expect(symlink(path, "\(folder.path)/link") == 0)
    terminal.type(":save all \(folder.path)/link\r")
    try terminal.waitForText("symbolic link")
    #expect(folder.contents(of: "kept.txt").split(separator: "\n").count == 2)
    try server.quit()
  }

  @Test("The clipboard is written when the user presses c, with what is shown, and never by what is received")
  func copy() throws {
    let server = try ScreenServer()
    let terminal = server.terminal
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("\u{1B}]52;c;ZXZpbA==\u{7}\n")
    try terminal.waitForText("\\e]52;c;")
    terminal.press(.enter)
    try terminal.waitForText("hex+text")
    #expect(copies(terminal) == [])
    terminal.type("xc")
    try terminal.waitForText("copied 20 bytes")
    // The escaped text, in base64.
    #expect(copies(terminal) == ["]52;c;XGVdNTI7YztaWFpwYkE9PVx4MDc=\u{7}"])
    terminal.type("q")
    try server.quit()
  }

  @Test("A hostile message's detail shows its bytes, its escapes and what is wrong with it, and does nothing")
  func hostileDetail() throws {
    let server = try ScreenServer()
    let terminal = server.terminal
    let modes = terminal.screen.privateModes
    let peer = try SocketPeer(tcp: server.port)
    try peer.send(Array("\u{1B}]0;owned\u{7}\u{202E}txt".utf8) + [0xFF, 0x0A])
    try terminal.waitForText("\\e]0;owned")
    terminal.press(.enter)
    try terminal.waitForText("1b 5d 30 3b")
    #expect(terminal.screen.contains("text  \\e]0;owned\\x07\\u{202e}txt\\xff"))
    #expect(terminal.screen.contains("ill-formed 1  ctl 2  bidi 1"))
    for _ in 0..<3 { terminal.type("x") }
    try terminal.waitForText("hex+text")
    #expect(terminal.screen.title == "" && terminal.screen.bells == 0 && terminal.replies == [])
    #expect(terminal.screen.privateModes.subtracting([2026, 25]) == modes.subtracting([2026, 25]))
    #expect(copies(terminal) == [])
    terminal.type("q")
    try server.quit()
  }

  @Test("Panes, prompts and help survive every resize")
  func resizeWithOverlays() throws {
    let server = try ScreenServer()
    let terminal = server.terminal
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("hello\n")
    try terminal.waitForText("hello")
    for keys in ["\r", "qp", "ps", "s?", "qflen>1"] {
      terminal.type(keys)
      for (columns, rows) in [(140, 40), (20, 4), (1, 1), (300, 9), (80, 24)] {
        terminal.resize(columns: columns, rows: rows)
      }
    }
    try terminal.waitForText("filter: len>1")
    terminal.press(.enter)
    try terminal.waitForText("(1 of 2)")
    try server.quit()
  }
}
