import TestKit
import Testing

/// `echo_client` with its screen in a terminal, once it is connected.
final class ScreenClient {
  let terminal: TerminalProgram

  /// Connects to a TCP port of this machine; `awaiting` is on the screen that is waited for.
  init(
    _ port: UInt16,
    _ options: [String] = [],
    environment: [String: String?] = [:],
    columns: Int = 80,
    rows: Int = 24,
    awaiting text: String = " UP "
  ) throws {
    terminal = try TerminalProgram(
      Client.path,
      ["127.0.0.1", "\(port)"] + options,
      environment: environment,
      columns: columns,
      rows: rows
    )
    try terminal.waitForScreen("\"\(text)\"") { $0.contains(text) && $0.isCursorVisible }
  }

  var screen: VirtualTerminal { terminal.screen }

  /// Types a message and sends it.
  func send(_ text: String) {
    terminal.type(text)
    terminal.press(.enter)
  }

  /// Ends it by ^D on an empty line, and looks at what is left of the terminal. A peer that is the test's own closes its side
  /// after the client's: the client would wait for that.
  func quit(closing peer: SocketPeer? = nil) throws {
    terminal.pressControl("d")
    if let peer {
      _ = try peer.receiveToEnd()
      peer.finish()
    }
    try expectEnd()
  }

  func expectEnd(_ code: Int32 = 0) throws {
    #expect(try terminal.waitForExit() == code)
    #expect(terminal.leftovers == [])
  }
}
