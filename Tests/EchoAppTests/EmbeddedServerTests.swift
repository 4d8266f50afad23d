import Echo
import TestKit
import Testing
import Wire

@testable import EchoApp

@Suite struct EmbeddedServerTests {
  private static let own = SocketAddress.ipv4(127, 0, 0, 1, port: 1)

  private var connected: ClientEvent {
    .connected(local: EmbeddedServerTests.own, peer: nil, at: Timestamp(nanoseconds: 0))
  }

  @Test("A guest's messages wait for the client's connection alone, not for what it has to say")
  func guest() throws {
    let (server, port) = try start()
    var embedded = embedded(server)
    try say("a guest\n", at: port)
    server.post(.stop)
    server.join()
    var plain = PlainOutput()
    embedded.takeEvents(&plain, sentCount: 0)
    #expect(String(decoding: plain.output, as: UTF8.self) == "waiting\n")
    let isConnectionTold = embedded.hasTold(connected)
    #expect(isConnectionTold)
    embedded.takeEvents(&plain, sentCount: 0)
    #expect(String(decoding: plain.output, as: UTF8.self).contains(": a guest\n"))
    #expect(embedded.isOver)
  }

  @Test("The client says nothing before the server has told where it listens")
  func order() throws {
    let (server, _) = try start()
    var embedded = embedded(server)
    let isEarly = embedded.hasTold(connected)
    server.post(.stop)
    server.join()
    var plain = PlainOutput()
    embedded.takeEvents(&plain, sentCount: 0)
    let isTold = embedded.hasTold(connected)
    #expect(!isEarly && isTold)
  }

  private func start() throws -> (WireServer, UInt16) {
    let server = try WireServer.start(ServerConfiguration(port: 0)) {}
    let endpoint = try #require(server.endpoints.first { $0.description.hasPrefix("tcp 127.0.0.1:") })
    return (server, try #require(endpoint.description.split(separator: ":").last.flatMap { UInt16($0) }))
  }

  private func embedded(_ server: WireServer) -> EmbeddedServer {
    EmbeddedServer(server: server, transcript: ServerTranscript(format: .text, framing: .line), isScripted: true)
  }

  /// Sends a line, awaits its receipt, and leaves.
  private func say(_ line: String, at port: UInt16) throws {
    let guest = try SocketPeer(tcp: port)
    try guest.send(line)
    #expect(try guest.receive(exactly: 3) == "OK\n")
    guest.finish()
  }
}
