import Screen
import TestKit
import Testing

/// The programs' pictures as a terminal shows them, kept: cells, colours and attributes that came through ncurses and a
/// real terminal emulator.
@Suite struct TerminalPictureTests {
  static let sizes = [(80, 24), (40, 10)].map { Size(columns: $0, rows: $1) }

  private func check(_ terminal: TerminalProgram, _ name: String, until condition: (VirtualTerminal) -> Bool) throws {
    let picture = try terminal.picture(name, until: condition)
    try Golden.check(masked(picture), "terminal-\(name)-\(picture.size.columns)x\(picture.size.rows)")
  }

  /// The picture without what differs from run to run: moments, spans of time, ports (of five digits, as the kernel gives
  /// them out), and how much came in which second.
  private func masked(_ picture: Picture) -> Picture {
    var picture = picture
    picture.replace(/[▁▂▃▄▅▆▇█](?: *[▁▂▃▄▅▆▇█])*/, with: "")
    picture.replace(#/ +[0-9]+ msg/s +[^ ]+/s +peak [0-9]+/s/#, with: "0 msg/s  0B/s  peak 0/s", alignment: .right)
    picture.replace(#/ [0-9]/s/#, with: " 0/s")
    picture.replace(/[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}/, with: "00:00:00.000")
    picture.replace(/[0-9]{2}:[0-9]{2}:[0-9]{2}/, with: "00:00:00")
    picture.replace(#/ [0-9]{2}:[0-9]{2} /#, with: " 00:00 ")
    picture.replace(/rtt [0-9]+\.[0-9]+m?s */, with: "rtt 0.00ms")
    picture.replace(#/ +[0-9]+\.[0-9]+m?s/#, with: "0.00ms", alignment: .right)
    picture.replace(/OK [0-9][0-9.s ]{3}/, with: "OK 0.00")
    picture.replace(/:[0-9]{5}/, with: ":00000")
    picture.replace(/127\.0\.0\.1 [0-9]{5}/, with: "127.0.0.1 00000")
    return picture
  }

  @Test("The server waits", arguments: sizes)
  func idle(_ size: Size) throws {
    let server = try ScreenServer(columns: size.columns, rows: size.rows)
    try check(server.terminal, "server-idle") { $0.contains("echo_client 127.0.0.1") && $0.contains("FOLLOW") }
    try server.quit()
  }

  @Test("The server's help", arguments: sizes)
  func serverHelp(_ size: Size) throws {
    let server = try ScreenServer(columns: size.columns, rows: size.rows)
    server.terminal.type("?")
    try check(server.terminal, "server-help") { $0.contains("─ echo_server ─") }
    server.terminal.press(.escape)
    try server.terminal.waitForScreen("no help") { !$0.contains("─ echo_server ─") }
    try server.quit()
  }

  @Test("The client's help", arguments: sizes)
  func clientHelp(_ size: Size) throws {
    let server = try RunningServer()
    let client = try ScreenClient(server.port, columns: size.columns, rows: size.rows)
    client.terminal.press(.function1)
    try check(client.terminal, "client-help") { $0.contains("─ echo_client ─") }
    client.terminal.press(.escape)
    try client.terminal.waitForScreen("no help") { !$0.contains("─ echo_client ─") }
    try client.quit()
  }

  @Test("The server in a conversation: answered, wide, hostile, refused, partial, closed, reset")
  func serverConversation() throws {
    let server = try ScreenServer(["--bind", "127.0.0.1", "--stop-on-dot", "never"])
    let terminal = server.terminal
    func say(_ message: String, _ peer: SocketPeer, shown: String) throws {
      try peer.send(message)
      try terminal.waitForText(shown)
    }
    let datagrams = try SocketPeer(udp: server.port)
    do {
      let first = try SocketPeer(tcp: server.port)
      try terminal.waitForText("peers 1")
      try say("hello world\n", first, shown: "hello world")
      let second = try SocketPeer(tcp: server.port)
      try terminal.waitForText("peers 2")
      try say("日本語 e\u{301}\n", second, shown: "日本語 e\u{301}")
      try say("sensor=21.5", datagrams, shown: "sensor=21.5")
      try say("\u{1B}[2J\u{202E}txt\n", second, shown: "\\e[2J\\u{202e}txt")
      try say(".\n", first, shown: "stop!")
      try first.send("the end")
      first.finish()
      try terminal.waitForText("closed by peer")
      // A receipt that was never read would make a reset of the close.
      #expect(try second.receive(exactly: 6) == "OK\nOK\n")
      second.resetOnClose()
    }
    let isComplete = { (screen: VirtualTerminal) in screen.contains("!! reset by peer") && screen.contains("6 msg") }
    try check(terminal, "server-conversation") { isComplete($0) && $0.contains("preview") && $0.contains("reply") }
    terminal.resize(columns: 40, rows: 10)
    try check(terminal, "server-conversation") { isComplete($0) && $0.lines[9].hasPrefix(" FOLLOW") }
    try server.quit()
  }

  @Test("The client in a conversation: answered, hostile, unasked, waiting, and a line that is being typed")
  func clientConversation() throws {
    let server = try SocketPeer.server()
    let client = try ScreenClient(server.port, ["--timeout", "600"])
    let terminal = client.terminal
    let connection = try server.accept()
    func exchange(_ message: String, _ answer: String, shown: String) throws {
      client.send(message)
      #expect(try connection.receive(exactly: message.utf8.count + 1) == message + "\n")
      guard !answer.isEmpty else { return }
      try connection.send(answer + "\n")
      try terminal.waitForText(shown)
    }
    try exchange("hello world", "OK", shown: ">ok")
    try exchange("what time is it?", "\u{1B}]0;title\u{7} noon\u{202E}", shown: "noon\\u{202e}")
    try connection.send("by the way\n")
    try terminal.waitForText("by the way")
    try exchange("日本語 e\u{301}", "", shown: "")
    terminal.type("half a mess")
    let isComplete = { (screen: VirtualTerminal) in screen.contains(">wait") && screen.contains("> half a mess") }
    try check(terminal, "client-conversation", until: isComplete)
    terminal.resize(columns: 40, rows: 10)
    try check(terminal, "client-conversation") { isComplete($0) && $0.lines[9].hasPrefix("> half a mess") }
    try connection.send("OK\n")
    try terminal.waitForScreen("the last receipt") { !$0.contains(">wait") }
    terminal.pressControl("u")
    try client.quit()
  }
}
