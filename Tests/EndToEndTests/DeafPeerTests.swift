import Glibc
import TestKit
import Testing

/// Peers that never read, or never answer, hold up no end for longer than is promised.
@Suite struct DeafPeerTests {
  private let folder: TemporaryDirectory
  private let line = [UInt8](repeating: 0x78, count: 999) + [0x0A]

  init() throws { folder = try TemporaryDirectory() }

  private var unixOptions: [String] { ["--unix", "\(folder.path)/socket", "--reply", "echo"] }

  /// A peer that never reads, and for which the server has as much to say as it may queue.
  private func deafPeer() throws -> SocketPeer {
    let peer = try SocketPeer(path: "\(folder.path)/socket")
    _ = try peer.flood(with: line)
    return peer
  }

  @Test("SIGHUP ends a server before a drain would be over, in order")
  func plainServer() throws {
    let server = try RunningServer(["--quiet"] + unixOptions, format: "json")
    let peer = try deafPeer()
    server.program.signal(SIGHUP)
    let code = try server.program.waitForExit()
    #expect(code == 0)
    let moments = try ["stopping", "stopped"].map { event in
      let line = server.program.outputText.split(separator: "\n").first { $0.contains("\"event\":\"\(event)\"") }
      return try #require(line.flatMap { moment(of: String($0)) })
    }
    // Never less, if the peer is waited for.
    #expect(moments[1] - moments[0] < 5)
    withExtendedLifetime(peer) {}
  }

  @Test("A terminal that hangs up ends a server before a drain would be over, in order")
  func screenServer() throws {
    let path = "\(folder.path)/recording"
    let server = try ScreenServer(["--bind", "127.0.0.1", "--record", path] + unixOptions)
    let peer = try deafPeer()
    server.terminal.hangUp()
    #expect(try server.terminal.waitForExit() == 0)
    let moments = try OpenRecording(path).rows(
      "SELECT time FROM events WHERE kind IN ('stopping', 'stopped') ORDER BY row"
    ).compactMap { Int64($0) }
    try #require(moments.count == 2)
    #expect(moments[1] - moments[0] < 5_000_000_000)
    withExtendedLifetime(peer) {}
  }

  @Test(
    "A client ends, and tells what is missing, however long it may wait for a receipt",
    arguments: [SIGTERM, SIGHUP]
  )
  func plainClient(_ signal: CInt) throws {
    let server = try SocketPeer.server()
    let client = try Client.plain(server.port, ["--timeout", "86400"])
    client.write("hello\n")
    let connection = try server.accept()
    #expect(try connection.receive(exactly: 6) == "hello\n")
    client.signal(signal)
    #expect(try connection.receiveToEnd() == "")
    let ending = try client.ending()
    #expect(ending.code == 75)
    #expect(ending.output.hasSuffix("1 messages, 6 bytes sent; 0 receipts; 1 missing\n"))
    #expect(ending.error == "echo_client: 1 message unanswered at the end\n")
  }

  @Test("So does a ping", arguments: [SIGTERM, SIGHUP])
  func ping(_ signal: CInt) throws {
    let server = try SocketPeer.server()
    let client = try Client.plain(server.port, ["--timeout", "86400", "--ping", "2", "--interval", "86400"])
    let connection = try server.accept()
    #expect(try connection.receive(exactly: 7) == "ping 1\n")
    client.signal(signal)
    let ending = try client.ending()
    #expect(ending.code == 75)
    #expect(ending.output.contains("sent 1, received 0, lost 1"))
  }

  @Test("So does a client with a screen")
  func screenClient() throws {
    let server = try SocketPeer.server()
    let client = try ScreenClient(server.port, ["--timeout", "86400"])
    client.send("hello")
    let connection = try server.accept()
    #expect(try connection.receive(exactly: 6) == "hello\n")
    client.terminal.signal(SIGTERM)
    #expect(try connection.receiveToEnd() == "")
    #expect(try client.terminal.waitForExit() == 75)
    #expect(client.terminal.leftovers == [])
    #expect(client.screen.contains("not every message was answered"))
  }

  @Test("A second signal ends a client at once, and what is missing is told")
  func twice() throws {
    let server = try SocketPeer.server()
    let client = try Client.plain(server.port, ["--timeout", "86400"])
    client.write("hello\n")
    let connection = try server.accept()
    #expect(try connection.receive(exactly: 6) == "hello\n")
    client.signal(SIGTERM)
    #expect(try connection.receiveToEnd() == "")
    client.signal(SIGTERM)
    let ending = try client.ending()
    #expect(ending.code == 75)
    #expect(ending.error == "echo_client: 1 message unanswered at the end\n")
  }

  /// Seconds of the day in a JSON line's time.
  private func moment(of line: String) -> Double? {
    guard let match = line.firstMatch(of: /T([0-9]{2}):([0-9]{2}):([0-9.]+)Z/) else { return nil }
    guard let hours = Double(match.1), let minutes = Double(match.2), let seconds = Double(match.3) else { return nil }
    return (hours * 60 + minutes) * 60 + seconds
  }
}
