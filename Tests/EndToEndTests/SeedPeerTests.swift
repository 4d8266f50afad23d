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
}
