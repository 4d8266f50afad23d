import Glibc
import TestKit
import Testing

/// Readers that take nothing any more, or leave: the programs end when they are asked to, and no peer suffers from it.
@Suite struct StalledReaderTests {
  @Test("A server whose terminal takes nothing ends all the same", arguments: [SIGTERM, SIGHUP])
  func serverScreen(_ signal: CInt) throws {
    let server = try ScreenServer()
    try server.terminal.fill()
    server.terminal.signal(signal)
    #expect(try server.terminal.waitForExitWithoutReading() == 0)
  }

  @Test("A client whose terminal takes nothing ends all the same", arguments: [SIGTERM, SIGHUP])
  func clientScreen(_ signal: CInt) throws {
    let server = try RunningServer()
    let client = try ScreenClient(server.port)
    try client.terminal.fill()
    client.terminal.signal(signal)
    #expect(try client.terminal.waitForExitWithoutReading() == 0)
  }

  @Test("A client with more to say on standard error than anyone reads ends all the same")
  func misfits() throws {
    let server = try SocketPeer.datagramServer()
    let client = try Client.plain(server.port, ["--udp", "--framing", "fixed:4"])
    client.write(String(repeating: "too long\n", count: 4000))
    _ = try client.readLine(from: .error)
    client.signal(SIGTERM)
    #expect(try client.waitForExitWithoutReading() == 65)
  }

  @Test(
    "A reader of the server that leaves, or is given up, costs no peer a receipt of what it has sent",
    arguments: [nil, SIGTERM]
  )
  func receipts(_ signal: CInt?) throws {
    let folder = try TemporaryDirectory()
    let server = try RunningServer(["--unix", "\(folder.path)/socket", "--reply", "echo"])
    let peer = try SocketPeer(path: "\(folder.path)/socket")
    let line = [UInt8](repeating: 0x78, count: 999) + [0x0A]
    let sent = try peer.flood(with: line)
    if let signal { server.program.signal(signal) } else { server.program.close(.output) }
    // The end has begun: its socket is gone.
    while !folder.names.isEmpty, server.program.isRunning { poll(nil, 0, 5) }
    let echoed = try peer.receiveToEnd().utf8.count
    #expect(echoed >= sent - sent % line.count)
    // What one that stays misses is told.
    #expect(try server.program.waitForExitWithoutReading() == (signal == nil ? 0 : 74))
  }

  @Test("A client whose reader leaves awaits the receipts that are due")
  func client() throws {
    let server = try SocketPeer.server()
    let client = try Client.plain(server.port)
    client.write("one\n")
    let connection = try server.accept()
    #expect(try connection.receive(exactly: 4) == "one\n")
    client.close(.output)
    #expect(try connection.receiveToEnd() == "")
    try connection.send("OK\n")
    #expect(try client.ending() == Ending(code: 0, output: client.outputText, error: ""))
  }

  @Test("A ping whose reader leaves awaits the replies that are due")
  func ping() throws {
    let server = try SocketPeer.server()
    let client = try Client.plain(server.port, ["--ping", "2", "--interval", "86400"])
    let connection = try server.accept()
    #expect(try connection.receive(exactly: 7) == "ping 1\n")
    client.close(.output)
    try connection.send("OK\n")
    #expect(try connection.receiveToEnd() == "")
    #expect(try client.ending() == Ending(code: 0, output: client.outputText, error: ""))
  }
}
