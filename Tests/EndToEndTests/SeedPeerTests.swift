import Glibc
import TestKit
import Testing

/// The peers of the program that this one grew out of: datagrams of exactly 16 bytes, answered with 4.
@Suite struct SeedPeerTests {
  @Test("A 16-byte datagram with its padding gets the four bytes that the old client reads")
  func oldClient() throws {
    let server = try RunningServer()
    let peer = try SocketPeer(udp: server.port)
    try peer.send(Array("hello".utf8) + [UInt8](repeating: 0, count: 11))
    #expect(try peer.receive() == [0x4F, 0x4B, 0, 0])
    try peer.send(Array(".".utf8) + [UInt8](repeating: 0, count: 15))
    #expect(try peer.receive() == [0x4F, 0x4B, 0, 0])
    let ending = try server.end()
    #expect(ending.code == 0)
    #expect(
      ending.output == """
        waiting
        server received 16 bytes from udp 127.0.0.1:PORT: hello
        server received . from udp 127.0.0.1:PORT, exiting

        """
    )
  }

  @Test("Garbage after the NUL is shown, unless the framing says that it is padding")
  func garbagePadding() throws {
    let datagram = Array("hi\0garbage\n\u{1B}[2J".utf8)
    #expect(datagram.count == 15)
    for (options, shown) in [([], "hi\\0garbage\\n\\e[2J!"), (["--framing", "fixed:16"], "hi")] {
      let server = try RunningServer(options)
      let peer = try SocketPeer(udp: server.port)
      try peer.send(datagram + Array("!".utf8))
      #expect(try peer.receive() == [0x4F, 0x4B, 0, 0])
      let ending = try server.end(SIGTERM)
      #expect(ending.output == "waiting\nserver received 16 bytes from udp 127.0.0.1:PORT: \(shown)\n")
    }
  }

  @Test("A reply is never longer than its request, and short datagrams do no harm")
  func shortDatagrams() throws {
    let server = try RunningServer()
    let peer = try SocketPeer(udp: server.port)
    for (request, reply) in [("a", "O"), ("ab", "OK"), ("abc", "OK\0"), ("abcd", "OK\0\0"), ("abcde", "OK\0\0")] {
      try peer.send(request)
      #expect(try peer.receive() == Array(reply.utf8))
    }
    #expect(try server.end(SIGTERM).code == 0)
  }

  @Test("--udp --framing fixed:16 puts exactly 16 bytes on the wire, padded with NULs, for the old server")
  func oldServer() throws {
    let server = try SocketPeer.datagramServer()
    let client = try PlainProgram(Client.path, ["--udp", "--framing", "fixed:16", "127.0.0.1", "\(server.port)"])
    for text in ["hello", "sixteen bytes!!!", "."] {
      client.write(text + "\n")
      let (bytes, source) = try server.receiveDatagram()
      #expect(bytes == Array(text.utf8) + [UInt8](repeating: 0, count: 16 - text.utf8.count))
      try server.send([0x4F, 0x4B, 0, 0], to: source)
    }
    let ending = try client.ending()
    #expect(ending.code == 0)
    #expect(
      ending.output == """
        client sent 16 bytes to server
        server reply: OK (N ms)
        client sent 16 bytes to server
        server reply: OK (N ms)
        client sent 16 bytes to server
        server reply: OK (N ms)
        client entered ., exiting

        """
    )
  }

  @Test("A message that does not fit the old server's 16 bytes is not sent, the others are, and 65")
  func tooLong() throws {
    let server = try RunningServer(["--framing", "fixed:16"])
    let ending = try Client.run(
      ["--udp", "--framing", "fixed:16", "127.0.0.1", "\(server.port)"],
      input: "before\nseventeen bytes!!\nafter\n"
    )
    #expect(ending.code == 65)
    #expect(
      ending.error == """
        echo_client: not sent: a message of 17 bytes does not fit framing fixed:16: at most 16
        echo_client: messages that do not fit the framing were not sent

        """
    )
    #expect(ending.output.hasSuffix("2 messages, 32 bytes sent; 2 receipts; 0 missing; 1 did not fit\n"))
    let end = try server.end(SIGTERM)
    #expect(end.output.hasSuffix(": before\nserver received 16 bytes from udp 127.0.0.1:PORT: after\n"))
  }

  @Test("A reply from another address than the server's is not taken for one")
  func foreignReply() throws {
    let server = try SocketPeer.datagramServer()
    let stranger = try SocketPeer.datagramServer()
    let client = try PlainProgram(Client.path, ["--udp", "127.0.0.1", "\(server.port)"])
    client.write("hello\n.\n")
    let (_, source) = try server.receiveDatagram()
    try stranger.send(Array("forged".utf8), to: source)
    try server.send([0x4F, 0x4B, 0, 0], to: source)
    _ = try server.receiveDatagram()
    try server.send([0x4F, 0x4B, 0, 0], to: source)
    let ending = try client.ending()
    #expect(ending.code == 0)
    #expect(!ending.output.contains("forged"))
  }
}
