import Glibc
import TestKit
import Testing

/// The client's log and its commands, in a terminal and on the wire.
@Suite struct ClientLogTests {
  @Test("A selected message is edited and sent again, and one that is sent again as it is goes as a new one")
  func again() throws {
    let server = try RunningServer()
    let client = try ScreenClient(server.port)
    for text in ["one", "two"] { client.send(text) }
    try client.terminal.waitForScreen("two receipts") { $0.lines.count { $0.contains(">ok") } == 2 }
    client.terminal.type("\u{1B}[1;3A\u{1B}[1;3A\r")
    try client.terminal.waitForText("> one")
    client.send(" more")
    try client.terminal.waitForScreen("three receipts") { $0.lines.count { $0.contains(">ok") } == 3 }
    client.terminal.type("\u{1B}[1;3A\u{1B}r")
    try client.terminal.waitForScreen("four receipts") { $0.lines.count { $0.contains(">ok") } == 4 }
    try client.quit()
    let lines = try server.end(SIGTERM).output.split(separator: "\n").dropFirst()
    #expect(lines.map { $0.split(separator: ": ").last } == ["one", "two", "one more", "one more"])
  }

  @Test("Commands put the bytes on the wire that they say, and nothing of a wrong one")
  func bytes() throws {
    let server = try SocketPeer.server()
    let client = try ScreenClient(server.port, ["--no-receipts"])
    let connection = try server.accept()
    for line in ["/hex 00 ff 1b", "/escape \\x00\\e\\\\", "/nope"] { client.send(line) }
    try client.terminal.waitForText("there is no command \"nope\"")
    client.terminal.pressControl("u")
    for line in ["/send .", "//x", "/send"] { client.send(line) }
    let wanted: [UInt8] = [0, 0xFF, 0x1B, 0x0A, 0, 0x1B, 0x5C, 0x0A] + Array(".\n/x\n\n".utf8)
    var received: [UInt8] = []
    while received.count < wanted.count { received += try connection.receive() }
    #expect(received == wanted)
    try client.quit(closing: connection)
  }

  @Test("Another framing holds from the next connection on, both ways")
  func framing() throws {
    let server = try SocketPeer.server()
    let client = try ScreenClient(server.port)
    let first = try server.accept()
    client.send("/framing length16")
    #expect(try first.receiveToEnd() == "")
    let second = try server.accept()
    try client.terminal.waitForText("framing length16")
    client.send("hello")
    #expect(try second.receive(exactly: 7) == "\0\u{5}hello")
    try second.send([0, 3] + Array("yes".utf8))
    try client.terminal.waitForScreen("the reply") { $0.contains(">ok") && $0.contains("yes") }
    try client.quit(closing: second)
  }

  @Test("What is in doubt after a server was killed goes again on the user's word, once")
  func doubt() throws {
    let server = try SocketPeer.server()
    let client = try ScreenClient(server.port)
    do {
      let connection = try server.accept()
      for text in ["one", "two"] { client.send(text) }
      #expect(try connection.receive(exactly: 8) == "one\ntwo\n")
      connection.resetOnClose()
    }
    try client.terminal.waitForText("in doubt 2")
    let connection = try server.accept()
    try client.terminal.waitForText(" UP ")
    client.send("/resend doubt")
    #expect(try connection.receive(exactly: 8) == "one\ntwo\n")
    try connection.send("OK\nOK\n")
    try client.terminal.waitForScreen("both answered") {
      $0.lines.count { $0.contains(">ok") } == 2 && $0.lines.count { $0.contains(">re") } == 2
    }
    try client.quit(closing: connection)
  }

  @Test("The log goes into a new file of the user's alone, and the terminal's focus is asked for and given back")
  func save() throws {
    let folder = try TemporaryDirectory()
    let server = try RunningServer()
    let client = try ScreenClient(server.port)
    #expect(client.screen.privateModes.contains(1004))
    client.send("kept")
    try client.terminal.waitForText(">ok")
    client.send("/save \(folder.path)/log.jsonl")
    try client.terminal.waitForText("saved 2 rows")
    client.terminal.type("\u{1B}[O")
    try client.quit()
    let text = folder.contents(of: "log.jsonl")
    #expect(text.contains("\"event\":\"sent\"") && text.contains("\"text\":\"kept\",\"state\":\"answered\""))
    #expect(folder.mode(of: "log.jsonl") == 0o600)
  }
}
