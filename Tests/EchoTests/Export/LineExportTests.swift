import Testing
import Wire

@testable import Echo

/// A recording as lines.
@Suite struct LineExportTests {
  /// 2026-11-22 15:47:58.004 UTC.
  private static let time = Timestamp(nanoseconds: 1_795_362_478_004_000_000)
  private static let origin = #""time":"2026-11-22T15:47:58.004000Z","transport":"tcp","peer":"127.0.0.1:5001""#

  private func exported(_ format: ExportFormat, event: String = "") -> (text: String, notices: [String]) {
    var export = RecordingExport(format)
    for run in 1...2 {
      export.begin(
        ExportedRun(
          started: LineExportTests.time,
          framing: "line",
          reply: "ok",
          endpoints: run == 1 ? ["tcp 127.0.0.1:5000"] : ["unix /run/a b", "nonsense"]
        )
      )
      let peer = Peer(connection: ConnectionID(1), transport: .tcp, address: .ipv4(127, 0, 0, 1, port: 5001))
      for (number, payload) in ["hello\r", "\u{1b}[2J"].enumerated() {
        let message = MessageRecord(
          sequence: UInt64(number + 1),
          time: LineExportTests.time,
          wireCount: UInt64(payload.utf8.count + 1),
          offset: 0,
          count: 0,
          peer: 0,
          flags: .answered
        )
        Array(payload.utf8).withUnsafeBytes { export.add(message, from: peer, $0) }
      }
    }
    if !event.isEmpty { Array(event.utf8).withUnsafeBytes { export.add(event: $0, at: LineExportTests.time) } }
    let notices = export.finish()
    return (String(decoding: export.takeOutput(), as: UTF8.self), notices)
  }

  @Test("Text is what the server wrote on both its streams, each line with its time")
  func text() {
    let event = #"{"event":"disconnected",\#(LineExportTests.origin),"connection":1,"reason":"reset","#
    let (text, notices) = exported(.text, event: event + #""messages":2,"bytes":13,"bytes_sent":6}"#)
    let time = "2026-11-22T15:47:58.004000Z"
    #expect(
      text == """
        \(time) listening on tcp 127.0.0.1:5000
        \(time) waiting
        \(time) server received 7 bytes from tcp 127.0.0.1:5001: hello
        \(time) server received 5 bytes from tcp 127.0.0.1:5001: \\e[2J
        \(time) listening on unix /run/a b
        \(time) waiting
        \(time) server received 7 bytes from tcp 127.0.0.1:5001: hello
        \(time) server received 5 bytes from tcp 127.0.0.1:5001: \\e[2J
        \(time) tcp 127.0.0.1:5001 disconnected: reset by peer

        """
    )
    #expect(notices == [])
  }

  @Test("JSON is the server's own lines, and what a recording has made of an event acts on no terminal")
  func json() {
    let (text, _) = exported(.jsonl, event: "{ \"event\": \"new\\u001b\",\n \"what\": \"\u{9b}\" }")
    let origin = LineExportTests.origin
    let messages = """
      {"event":"message","seq":1,\(origin),"bytes":7,"text":"hello"}
      {"event":"message","seq":2,\(origin),"bytes":5,"text":"\\u001b[2J"}
      """
    #expect(
      text == """
        {"event":"listening","transport":"tcp","address":"127.0.0.1:5000"}
        \(messages)
        {"event":"listening","transport":"unix","address":"/run/a b"}
        \(messages)
        {"event":"new\\u001b","what":"\\u009b"}

        """
    )
  }
}
