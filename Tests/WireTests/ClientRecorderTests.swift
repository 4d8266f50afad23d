import Dispatch
import Testing

@testable import Wire

/// What a client's wire hands to whoever records it.
@Suite("ClientRecorder") struct ClientRecorderTests {
  /// The rows that a connection's recorder gets, as texts, once it has ended.
  private func recorded(_ recorder: ClientRecorder) -> [String] {
    recorder.records.drain().flatMap { record -> [String] in
      switch record.event {
      case .traffic(let batch):
        return batch.records.map {
          "\(record.connection) \($0.kind) \(String(decoding: batch.payload(of: $0), as: UTF8.self))"
        }
      case .connected: return ["\(record.connection) connected"]
      case .ended: return ["\(record.connection) ended"]
      default: return []
      }
    }
  }

  @Test(
    "what is sent is handed on without its framing, in order with the replies, also where the client is quiet",
    arguments: [Framing.line, .crlf, .nul, .length16, .length32]
  )
  func payloads(framing: Framing) throws {
    let socket = try ClientPeerSocket(.ipv4)
    let recorder = ClientRecorder(wakeReader: {})
    let client = try ClientHarness(socket.endpoint, recorder: recorder) {
      $0.framing = framing
      $0.isQuiet = true
    }
    try client.send("hello", "")
    let peer = try socket.accept()
    var reply: [UInt8] = []
    for text in ["hello", ""] { try framing.append(Array(text.utf8), to: &reply) }
    _ = try peer.receive(exactly: reply.count)
    try peer.send(reply)
    client.finish()
    _ = try client.end()
    let end = framing == .crlf ? "\r" : ""
    #expect(
      recorded(recorder) == [
        "1 connected", "1 sent hello\(end)", "1 sent \(end)", "1 receipt hello\(end)", "1 receipt \(end)", "1 ended",
      ]
    )
  }

  @Test("of a message that is longer than what is kept of a reply, as much is kept")
  func truncated() throws {
    let socket = try ClientPeerSocket(.ipv4)
    let recorder = ClientRecorder(wakeReader: {})
    let client = try ClientHarness(socket.endpoint, recorder: recorder) { $0.messageBytes = 3 }
    try client.send("hello")
    let peer = try socket.accept()
    _ = try peer.receive(exactly: 6)
    client.close()
    _ = try client.end()
    let sent = try #require(client.records.first { $0.kind == .sent })
    #expect(sent.flags == .truncated && sent.count == 3 && sent.wireCount == 6)
  }

  @Test("a recorder that is behind holds the wire, until it has caught up or ended", arguments: [false, true])
  func held(ends: Bool) throws {
    let socket = try ClientPeerSocket(.ipv4)
    let recorder = ClientRecorder(capacity: 1, wakeReader: {})
    let client = try ClientHarness(socket.endpoint, recorder: recorder)
    let peer = try socket.accept()
    try client.wait(for: "the connection") { $0.isConnected }
    try client.send("hello")
    if ends { recorder.end() } else { _ = recorder.records.drain() }
    #expect(try peer.receive(exactly: 6) == "hello\n")
    if !ends { _ = recorder.records.drain() }
    client.close()
    _ = try client.end()
  }
}
