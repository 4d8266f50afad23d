import Echo
import TestKit
import Testing
import Wire

@testable import EchoApp

@Suite struct EmbeddedServerTests {
  @Test("A guest's messages wait for nothing that the playground's own client has to say")
  func guest() throws {
    let server = try WireServer.start(ServerConfiguration(port: 0)) {}
    var embedded = EmbeddedServer(
      server: server,
      transcript: ServerTranscript(format: .text, framing: .line),
      isScripted: true
    )
    let endpoint = try #require(server.endpoints.first { $0.description.hasPrefix("tcp 127.0.0.1:") })
    let port = try #require(endpoint.description.split(separator: ":").last.flatMap { UInt16($0) })
    let guest = try SocketPeer(tcp: port)
    try guest.send("a guest\n")
    #expect(try guest.receive(exactly: 3) == "OK\n")
    server.post(.stop)
    guest.finish()
    server.join()
    var plain = PlainOutput()
    embedded.takeEvents(&plain, sentCount: 0)
    #expect(String(decoding: plain.output, as: UTF8.self).contains(": a guest\n"))
    #expect(embedded.isOver)
  }
}
