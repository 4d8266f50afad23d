import Glibc
import TestKit
import Testing

/// `echo_server --no-tui`, read as a script reads it.
@Suite struct PlainServerTests {
  @Test("The text transcript of a whole life, to the byte")
  func text() throws {
    let server = try RunningServer()
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("hello\nw\u{1B}[2Jrld\r\n\n")
    #expect(try peer.receive(exactly: 9) == "OK\nOK\nOK\n")
    try peer.send("last")
    peer.finish()
    #expect(try peer.receiveToEnd() == "OK\n")
    let datagrams = try SocketPeer(udp: server.port)
    try datagrams.send("over UDP")
    #expect(try datagrams.receive() == Array("OK\0\0".utf8))
    let stopper = try SocketPeer(tcp: server.port)
    try stopper.send(".\n")
    #expect(try stopper.receiveToEnd() == "OK\n")
    let ending = try server.end()
    #expect(ending.code == 0)
    #expect(
      ending.output == """
        waiting
        server received 6 bytes from tcp 127.0.0.1:PORT: hello
        server received 10 bytes from tcp 127.0.0.1:PORT: w\\e[2Jrld
        server received 1 bytes from tcp 127.0.0.1:PORT: \n\
        server received 4 bytes from tcp 127.0.0.1:PORT (partial): last
        server received 8 bytes from udp 127.0.0.1:PORT: over UDP
        server received . from tcp 127.0.0.1:PORT, exiting

        """
    )
    #expect(
      ending.error == """
        listening on tcp 127.0.0.1:PORT
        listening on udp 127.0.0.1:PORT
        6 messages, 31 bytes received; 2 connections; 1 partial

        """
    )
  }

  @Test("Quiet, messages are answered and counted, and the rest is told")
  func quiet() throws {
    let server = try RunningServer(["--quiet"])
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("hello\n.\n")
    #expect(try peer.receiveToEnd() == "OK\nOK\n")
    let ending = try server.end()
    #expect(ending.code == 0)
    #expect(ending.output == "waiting\n")
    #expect(
      ending.error == """
        listening on tcp 127.0.0.1:PORT
        listening on udp 127.0.0.1:PORT
        stopping, as tcp 127.0.0.1:PORT asked
        2 messages, 8 bytes received; 1 connection

        """
    )
  }

  @Test("The JSON transcript of a whole life, to the byte")
  func json() throws {
    let server = try RunningServer(["--only", "tcp", "--max-message", "8"], format: "json")
    let peer = try SocketPeer(tcp: server.port)
    try peer.send(Array("say \"\\".utf8) + [0x1B, 0x0A, 0xFF, 0xFE, 0x0A] + Array("0123456789\né\u{202E}".utf8))
    #expect(try peer.receive(exactly: 9) == "OK\nOK\nOK\n")
    peer.finish()
    #expect(try peer.receiveToEnd() == "OK\n")
    try server.program.waitForLine(containing: "disconnected")
    let stopper = try SocketPeer(tcp: server.port)
    try stopper.send(".\n")
    #expect(try stopper.receiveToEnd() == "OK\n")
    let ending = try server.end()
    #expect(ending.code == 0)
    #expect(ending.error == "")
    let from = #""time":"TIME","transport":"tcp","peer":"127.0.0.1:PORT""#
    #expect(
      ending.output == """
        {"event":"listening","transport":"tcp","address":"127.0.0.1:PORT"}
        {"event":"connected",\(from),"connection":1}
        {"event":"message","seq":1,\(from),"bytes":8,"text":"say \\"\\\\\\u001b"}
        {"event":"message","seq":2,\(from),"bytes":3,"base64":"//4="}
        {"event":"message","seq":3,\(from),"bytes":11,"text":"01234567","truncated":true}
        {"event":"message","seq":4,\(from),"bytes":5,"text":"é\\u202e","partial":true}
        {"event":"disconnected",\(from),"connection":1,"reason":"finished","messages":4,"bytes":27,"bytes_sent":12}
        {"event":"connected",\(from),"connection":2}
        {"event":"message","seq":5,\(from),"bytes":2,"text":".","stop":true}
        {"event":"stopping",\(from)}
        {"event":"disconnected",\(from),"connection":2,"reason":"stopping","messages":1,"bytes":2,"bytes_sent":3}
        {"event":"stopped","time":"TIME","messages":5,"bytes":29,"bytes_sent":15,"connections":2,"dropped":0,\
        "dropped_by_kernel":0,"dropped_by_server":0,"notices_dropped":0,"refused":0,"stops_refused":0,"truncated":1,"partial":1,"idle":0,"stalled":0}

        """
    )
  }

  @Test("Replies: none, and the message's own bytes")
  func replies() throws {
    let silent = try RunningServer(["--reply", "none"])
    let mute = try SocketPeer(tcp: silent.port)
    try mute.send("hello\n")
    mute.finish()
    #expect(try mute.receiveToEnd() == "")
    #expect(try silent.end(SIGTERM).code == 0)
    let echoing = try RunningServer(["--reply", "echo", "--framing", "nul"])
    let peer = try SocketPeer(tcp: echoing.port)
    try peer.send("one\0two\nlines\0rest")
    peer.finish()
    #expect(try peer.receiveToEnd() == "one\0two\nlines\0rest")
    let datagrams = try SocketPeer(udp: echoing.port)
    try datagrams.send("mine")
    #expect(try datagrams.receive() == Array("mine".utf8))
    #expect(try echoing.end(SIGTERM).code == 0)
  }

  @Test("A stop message that the policy does not allow is answered, shown and counted")
  func stopRefused() throws {
    let server = try RunningServer(["--stop-on-dot", "never"])
    let peer = try SocketPeer(tcp: server.port)
    try peer.send(".stop\n")
    #expect(try peer.receive(exactly: 3) == "OK\n")
    try server.program.waitForLine(containing: "stop refused")
    let ending = try server.end(SIGTERM)
    #expect(ending.code == 0)
    #expect(
      ending.output == "waiting\nserver received 6 bytes from tcp 127.0.0.1:PORT (stop refused): .stop\n"
    )
    #expect(ending.error.hasSuffix("\nstopping\n1 message, 6 bytes received; 1 connection; 1 stop refused\n"))
  }

  @Test("Who lets anyone stop the server is told what that means")
  func stopForAll() throws {
    let server = try RunningServer(["--stop-on-dot", "any"])
    let ending = try server.end(SIGTERM)
    #expect(ending.code == 0)
    #expect(ending.error.contains("anyone who can reach this port may stop the server"))
  }

  @Test("SIGTERM and SIGINT leave the totals and exit with 0", arguments: [SIGTERM, SIGINT])
  func signals(_ signal: CInt) throws {
    let server = try RunningServer()
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("hello\n")
    #expect(try peer.receive(exactly: 3) == "OK\n")
    let ending = try server.end(signal)
    #expect(ending.code == 0)
    #expect(ending.output == "waiting\nserver received 6 bytes from tcp 127.0.0.1:PORT: hello\n")
    #expect(ending.error.hasSuffix("\nstopping\n1 message, 6 bytes received; 1 connection\n"))
    #expect(try peer.receiveToEnd() == "")
  }

  @Test("A reader that leaves after the first line, as head does, ends it quietly")
  func closedOutput() throws {
    let server = try RunningServer()
    let peer = try SocketPeer(tcp: server.port)
    try peer.send("hello\n")
    #expect(try server.program.readLine()?.hasSuffix(": hello") == true)
    server.program.close(.output)
    // Whether this message or the hang-up comes first, nothing is said of the pipe.
    try? peer.send("more\n")
    let ending = try server.end()
    #expect(ending.code == 0)
    #expect(!ending.error.contains("pipe") && !ending.error.contains("write"))
  }

  @Test(
    "A reader that takes nothing does not hold up the end, which tells that something is missing",
    arguments: [SIGTERM, SIGHUP]
  )
  func stalledOutput(_ signal: CInt) throws {
    let server = try RunningServer()
    let peer = try SocketPeer(udp: server.port)
    // More than the output's pipe holds, so that the server waits for its reader.
    for _ in 0..<20 {
      try peer.send([UInt8](repeating: 0x78, count: 8000))
      _ = try peer.receiveDatagram()
    }
    server.program.signal(signal)
    #expect(try server.program.waitForExitWithoutReading() == 74)
    #expect(try server.program.ending().error.contains("cannot write the output: its reader takes nothing"))
  }

  @Test(
    "The port is said only once it answers, and one port serves both transports and families",
    .enabled(if: hasIPv6)
  )
  func listening() throws {
    let server = try RunningServer([], bind: [])
    let notices = try (0..<3).map { _ in try #require(try server.program.readLine(from: .error)) }
    let expected = ["tcp [::1]", "udp 127.0.0.1", "udp [::1]"].map { "listening on \($0):\(server.port)" }
    #expect(Set(notices) == Set(expected))
    _ = try SocketPeer(tcp: server.port)
    #expect(try server.end(SIGTERM).code == 0)
  }

  @Test("A peer that breaks its connection is told of, and the server goes on")
  func reset() throws {
    let server = try RunningServer()
    do {
      let peer = try SocketPeer(tcp: server.port)
      try peer.send("hello\n")
      #expect(try peer.receive(exactly: 3) == "OK\n")
      peer.resetOnClose()
    }
    let line = try server.program.waitForLine(containing: "reset", from: .error)
    #expect(normalized(line) == "tcp 127.0.0.1:PORT disconnected: reset by peer")
    let next = try SocketPeer(tcp: server.port)
    try next.send("still there?\n")
    #expect(try next.receive(exactly: 3) == "OK\n")
    #expect(try server.end(SIGTERM).code == 0)
  }

  @Test("What a browser could be made to send does not stop the server")
  func crossProtocol() throws {
    let server = try RunningServer()
    let browser = try SocketPeer(tcp: server.port)
    try browser.send("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n.\r\n")
    browser.finish()
    #expect(try browser.receiveToEnd() == "OK\nOK\nOK\nOK\n")
    let next = try SocketPeer(tcp: server.port)
    try next.send("on we go\n")
    #expect(try next.receive(exactly: 3) == "OK\n")
    #expect(try server.end(SIGTERM).output.contains("(stop refused): .\n"))
  }

  @Test("A hundred thousand lines of one peer arrive once each, in order")
  func manyLines() throws {
    let server = try RunningServer()
    let port = server.port
    let sender = BackgroundThread {
      guard let peer = try? SocketPeer(tcp: port) else { return }
      var bytes: [UInt8] = []
      for number in 0..<100_000 { bytes += Array("line \(number)\n".utf8) }
      let reader = BackgroundThread { [bytes] in try? peer.send(bytes) }
      var count = 0
      while count < 300_000, let piece = try? peer.receive(), !piece.isEmpty { count += piece.count }
      reader.join()
      guard count == 300_000 else { return }
      try? peer.send(".\n")
      _ = try? peer.receiveToEnd()
    }
    #expect(try server.program.waitForExit() == 0)
    sender.join()
    let lines = server.program.outputText.split(separator: "\n")
    #expect(lines.count == 100_002)
    let wrong = lines.dropFirst().dropLast().enumerated().first { !$0.element.hasSuffix(": line \($0.offset)") }
    #expect(wrong == nil)
  }
}
