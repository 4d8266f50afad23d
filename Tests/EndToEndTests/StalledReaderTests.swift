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
}
