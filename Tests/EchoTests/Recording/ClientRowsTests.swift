import Screen
import Testing
import Wire

@testable import Echo

/// A client's recording in the views of a server's.
@Suite struct ClientRowsTests {
  private let rows = FakeRows([
    FakeRows.event(
      0,
      "connected from 127.0.0.1:50172",
      line:
        #"{"event":"connected","transport":"tcp","local":"127.0.0.1:50172","peer":"127.0.0.1:9000","connection":1}"#,
      flags: [.notice, .heard]
    ),
    FakeRows.clients(1, "hello", .sent),
    FakeRows.clients(2, "lost\u{1b}", [.sent, .unanswered]),
    FakeRows.clients(3, "OK", .heard, reply: MessageReply(answers: 2, roundTrip: 210_000)),
    FakeRows.clients(4, "more", .heard),
  ])

  private func lines(_ format: OutputFormat) -> (output: [String], notices: String) {
    var transcript = RecordedTranscript(rows, format: format)
    var plain = PlainOutput()
    while transcript.append(to: &plain) {}
    let output = String(decoding: plain.output, as: UTF8.self).split(separator: "\n").map(String.init)
    return (output, String(decoding: plain.notices, as: UTF8.self))
  }

  @Test("Text says which way each message went, and what a reply answers; events are its own words")
  func text() {
    let (output, notices) = lines(.text)
    #expect(
      output == [
        "client sent 6 bytes to \(ServerScript.peer(1)): hello",
        "client sent 6 bytes to \(ServerScript.peer(1)): lost\\e",
        "client received 3 bytes from \(ServerScript.peer(1)): OK (answers 2, 0.210 ms)",
        "client received 5 bytes from \(ServerScript.peer(1)): more",
      ]
    )
    #expect(notices.contains("connected from 127.0.0.1:50172\n"))
  }

  @Test("JSON has the client's own events, and each message with what a reply answers")
  func json() {
    let output = lines(.json).output
    #expect(output[0].contains(#""local":"127.0.0.1:50172""#))
    #expect(
      output.map { $0.prefix { $0 != "," } } == [
        #"{"event":"connected""#, #"{"event":"sent""#, #"{"event":"sent""#, #"{"event":"receipt""#,
        #"{"event":"received""#,
      ]
    )
    #expect(output[2].hasSuffix(#""unanswered":true}"#))
    #expect(output[3].contains(#""bytes":3,"answers":2,"rtt_ms":0.210,"text":"OK"}"#))
  }

  @Test("The list has a sign for each direction, and the detail says what a reply answers")
  func list() throws {
    var script = ServerScript(size: Size(columns: 100, rows: 24))
    script.model = ServerModel(recording: rows, name: "messages.db")
    script.give(.tick(Moment(time: ServerScript.start)))
    script.give(.resize(Size(columns: 100, rows: 24)))
    while script.model.hasPendingWork { script.give(.turn) }
    func row(_ text: String) throws -> String { try #require(script.rows.first { $0.contains(text) }) }
    #expect(try row("hello").contains(" >  "))
    #expect(try row("lost").contains(" >T/O "))
    #expect(try row(" OK").contains(" < 0.21 "))
    #expect(script.rows[0].contains("peers 1"))
    script.press(.character("k"), Key(.enter))
    #expect(script.contains("received") && script.contains("answers #2"))
  }
}
