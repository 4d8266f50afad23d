import Testing
import Wire

@testable import Echo

@Suite struct MonitorStartTests {
  @Test("Where to begin is read from words, and told to the server in the protocol's")
  func words() {
    for (text, start) in [
      ("now", .now), ("oldest", .oldest), ("tail:100", .tail(100)), ("tail:0", .tail(0)), ("4711", .message(4711)),
    ] as [(String, MonitorStart)] {
      #expect(MonitorStart(text) == start)
      #expect(MonitorCommand.attach(start) == .send(Array("{\"attach\":\"\(text)\"}\n".utf8)))
    }
  }

  @Test(
    "Anything else is no start",
    arguments: ["", "Now", "tail", "tail:", "tail:-1", "-1", "1.5", "99999999999999999999", "tail:1 "]
  )
  func others(_ text: String) { #expect(MonitorStart(text) == nil) }

  @Test("Commands are told in the protocol's words, and only what a user may ask")
  func commands() {
    #expect(MonitorCommand.asking(.stop) == .send(Array("{\"command\":\"stop\"}\n".utf8)))
    #expect(
      MonitorCommand.asking(.disconnect(ConnectionID(7)))
        == .send(Array("{\"command\":\"disconnect\",\"connection\":7}\n".utf8))
    )
    #expect(MonitorCommand.asking(.recorded(upTo: 7)) == nil)
  }
}
