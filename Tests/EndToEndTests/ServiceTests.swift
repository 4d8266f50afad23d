import Glibc
import TestKit
import Testing

/// What a service manager does for a server, and is told by it.
@Suite struct ServiceTests {
  /// Runs the server with sockets as its descriptors from 3 on, and the variables that say so.
  private func activated(
    _ sockets: [SocketPeer],
    options: [String] = [],
    notify: String? = nil,
    variables: String = "LISTEN_PID=$$ LISTEN_FDS=COUNT"
  ) throws -> PlainProgram {
    let variables = variables.replacing("COUNT", with: "\(sockets.count)")
    return try PlainProgram(
      "/bin/sh",
      ["-c", "export \(variables); exec \"$0\" \"$@\"", Programs.path(named: "echo_server"), "--no-tui"] + options,
      environment: notify.map { ["NOTIFY_SOCKET": $0] } ?? [:],
      passed: sockets.map(\.descriptor)
    )
  }

  @Test("A server serves on the sockets that it was passed, streams and datagrams, and needs no port")
  func activation() throws {
    let listener = try SocketPeer.server()
    let datagrams = try SocketPeer.datagramServer()
    let starter = try SocketPeer(udp: datagrams.port)
    try starter.send("start")
    let server = try activated([listener, datagrams])
    try #require(try server.readLine() == "waiting")
    #expect(try starter.receive(exactly: 4) == "OK\0\0")
    let stream = try SocketPeer(tcp: listener.port)
    try stream.send("hello\n")
    #expect(try stream.receive(exactly: 3) == "OK\n")
    let peer = try SocketPeer(udp: datagrams.port)
    try peer.send("hi!!")
    #expect(try peer.receive(exactly: 4) == "OK\0\0")
    _ = try server.waitForLine(containing: "listening on tcp 127.0.0.1:\(listener.port)", from: .error)
    server.signal(SIGTERM)
    #expect(try server.waitForExit() == 0)
    #expect(server.outputText.contains("received 6 bytes from tcp"))
    #expect(server.outputText.contains("received 4 bytes from udp"))
    #expect(server.errorText.contains("listening on udp 127.0.0.1:\(datagrams.port)"))
  }

  @Test("Sockets are the passed ones or those that options name, not both; what is no such socket is refused")
  func refusals() throws {
    let listener = try SocketPeer.server()
    let both = try activated([listener], options: ["0"])
    #expect(try both.waitForExit() == 64)
    #expect(both.errorText.contains("the service manager has bound the sockets"))
    let connection = try SocketPeer(tcp: listener.port)
    let wrong = try activated([connection])
    #expect(try wrong.waitForExit() == 71)
    #expect(wrong.errorText.contains("cannot listen on descriptor 3, which was passed by the service manager"))
  }

  @Test("Sockets that were passed to another process are none of the server's")
  func foreign() throws {
    let listener = try SocketPeer.server()
    let server = try activated([listener], variables: "LISTEN_PID=1 LISTEN_FDS=COUNT")
    #expect(try server.waitForExit() == 64)
    #expect(server.errorText.contains("<port>"))
  }

  @Test("The service manager is told when peers may come, and when the server stops", arguments: [true, false])
  func notifications(isAbstract: Bool) throws {
    let folder = try TemporaryDirectory()
    let name = isAbstract ? "@\(folder.path)/notify" : "\(folder.path)/notify"
    let manager = try SocketPeer.notices(name)
    let listener = try SocketPeer.server()
    let server = try activated([listener], notify: name)
    #expect(try manager.receiveText() == "READY=1\nSTATUS=listening on tcp 127.0.0.1:\(listener.port)")
    try #require(try server.readLine() == "waiting")
    server.signal(SIGTERM)
    #expect(try manager.receiveText() == "STOPPING=1")
    #expect(try server.waitForExit() == 0)
  }

  @Test("A manager that is not there keeps nothing from being served")
  func noManager() throws {
    let listener = try SocketPeer.server()
    let server = try activated([listener], notify: "/nowhere/notify")
    try #require(try server.readLine() == "waiting")
    let peer = try SocketPeer(tcp: listener.port)
    try peer.send(".\n")
    #expect(try peer.receive(exactly: 3) == "OK\n")
    #expect(try server.waitForExit() == 0)
  }

  private static let analyzer = "/usr/bin/systemd-analyze"

  @Test("The unit that is installed can do little to its system", .enabled(if: access(analyzer, X_OK) == 0))
  func exposure() throws {
    let unit = Repository.path("Resources/systemd/echo_server.service")
    // In tenths: 1.5 of 10.
    let verdict = try PlainProgram(Self.analyzer, ["security", "--offline=true", "--threshold=15", "--no-pager", unit])
    #expect(try verdict.waitForExit() == 0, "\(verdict.outputText.suffix(200))")
  }
}
