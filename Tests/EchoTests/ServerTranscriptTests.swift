import Testing
import Wire

@testable import Echo

/// The lines of the contract, to the byte.
@Suite struct ServerTranscriptTests {
  private static let time = Timestamp(nanoseconds: 1_795_365_001_123_456_789)
  private static let tcp = ServerScript.peer(1)
  private static let six = Peer(
    connection: ConnectionID(2),
    transport: .tcp,
    address: SocketAddress(family: .ipv6, port: 5000, low: 1)
  )
  private static let unix = Peer(
    connection: ConnectionID(3),
    transport: .unix,
    address: SocketAddress(family: .unix, scope: 4242)
  )

  private func lines(
    _ format: OutputFormat,
    _ events: ServerEvent...,
    framing: Framing = .line,
    isQuiet: Bool = false
  ) -> (output: String, notices: String) {
    var transcript = ServerTranscript(format: format, framing: framing, isQuiet: isQuiet)
    var plain = PlainOutput()
    for event in events { transcript.append(event, to: &plain) }
    return (
      String(decoding: plain.output, as: UTF8.self), String(decoding: plain.notices + plain.lateNotices, as: UTF8.self)
    )
  }

  private func messages(
    _ payload: [UInt8],
    _ peer: Peer = tcp,
    wireCount: UInt64? = nil,
    flags: MessageRecord.Flags = .answered
  ) -> ServerEvent {
    .messages(ServerScript.batch([payload], from: peer, first: 7, at: ServerTranscriptTests.time, wireCount, flags))
  }

  private func text(_ payload: [UInt8], framing: Framing = .line, peer: Peer = tcp) -> String {
    lines(.text, messages(payload, peer), framing: framing).output
  }

  @Test("Listening is said on standard error, waiting on standard output")
  func listening() {
    let (output, notices) = lines(
      .text,
      .listening([.tcp(host: "127.0.0.1", port: 5000), .udp(host: "::1", port: 5000), .unix(path: "/run/echo")])
    )
    #expect(output == "waiting\n")
    #expect(
      notices
        == "listening on tcp 127.0.0.1:5000\nlistening on udp [::1]:5000\nlistening on unix /run/echo\n"
    )
  }

  @Test("A message's line, from each kind of peer")
  func peers() {
    #expect(text(Array("hello".utf8)) == "server received 6 bytes from tcp 127.0.0.1:50171: hello\n")
    #expect(
      text(Array("hello".utf8), peer: ServerTranscriptTests.six)
        == "server received 6 bytes from tcp [::1]:5000: hello\n"
    )
    #expect(
      text(Array("hello".utf8), peer: ServerTranscriptTests.unix)
        == "server received 5 bytes from unix pid 4242: hello\n"
    )
    #expect(
      text(Array("hello".utf8), peer: ServerScript.peer(1, .udp))
        == "server received 5 bytes from udp 127.0.0.1:50171: hello\n"
    )
  }

  @Test("Quiet, it tells everything but the messages")
  func quiet() {
    let stop = ServerEvent.stopping(.message(ServerTranscriptTests.tcp), at: ServerTranscriptTests.time)
    let text = lines(.text, .listening([.tcp(host: "::1", port: 5000)]), messages([0x61]), stop, isQuiet: true)
    #expect(text.output == "waiting\n")
    #expect(text.notices == "listening on tcp [::1]:5000\nstopping, as tcp 127.0.0.1:50171 asked\n")
    let json = lines(.json, messages([0x61]), stop, isQuiet: true)
    #expect(json.output.hasPrefix(#"{"event":"stopping","time":"#))
  }

  @Test("Many messages of several peers in one batch are lines in their order")
  func batch() {
    var batch = ServerScript.batch([Array("one".utf8), Array("two".utf8), Array("three".utf8)])
    batch.peers.append(ServerTranscriptTests.six)
    batch.records[1].peer = 1
    #expect(
      lines(.text, .messages(batch)).output == """
        server received 4 bytes from tcp 127.0.0.1:50171: one
        server received 4 bytes from tcp [::1]:5000: two
        server received 6 bytes from tcp 127.0.0.1:50171: three

        """
    )
  }

  @Test(
    "Foreign bytes are visible text, whatever they are",
    arguments: [
      ([0x41, 0x0D], "A"), ([0x0D, 0x41], "\\rA"), ([0x1B, 0x5B, 0x32, 0x4A], "\\e[2J"), ([0xFF], "\\xff"),
      ([0x5C], "\\\\"), ([0x00], "\\0"), ([0xE2, 0x80, 0xAE], "\\u{202e}"), ([], ""), ([0xC3, 0xA9], "é"),
    ] as [([UInt8], String)]
  )
  func escaped(bytes: [UInt8], shown: String) {
    #expect(text(bytes).hasSuffix(": \(shown)\n"))
  }

  @Test("Truncated, unterminated and refused stop messages are marked; the stop message has a line of its own")
  func flags() {
    let from = "from tcp 127.0.0.1:50171"
    let long = messages(Array("abc".utf8), wireCount: 3000, flags: [.answered, .truncated])
    #expect(lines(.text, long).output == "server received 3000 bytes \(from) (truncated): abc\n")
    let both = messages(Array("abc".utf8), wireCount: 3, flags: [.truncated, .partial])
    #expect(lines(.text, both).output == "server received 3 bytes \(from) (truncated) (partial): abc\n")
    let refused = messages(Array(".x".utf8), flags: [.answered, .stopRefused])
    #expect(lines(.text, refused).output == "server received 3 bytes \(from) (stop refused): .x\n")
    let stop = messages(Array(".".utf8), flags: [.answered, .stop])
    #expect(lines(.text, stop).output == "server received . \(from), exiting\n")
    let (output, notices) = lines(.text, .stopping(.message(ServerTranscriptTests.tcp), at: ServerTranscriptTests.time))
    #expect(output + notices == "")
  }

  @Test("Notices are for standard error: what went wrong, the stop, the totals")
  func notices() {
    let time = ServerTranscriptTests.time
    var totals = ServerTotals()
    totals.traffic.messages = 3
    totals.traffic.bytesReceived = 30
    totals.connections = 2
    totals.droppedByKernel = 4
    totals.droppedByServer = 5
    totals.refused = 6
    totals.stopsRefused = 2
    totals.truncated = 7
    totals.partial = 8
    totals.idle = 9
    totals.stalled = 10
    let (output, notices) = lines(
      .text,
      .connected(ServerTranscriptTests.tcp, at: time),
      .disconnected(ServerTranscriptTests.tcp, .finished, Traffic(), at: time),
      .disconnected(ServerTranscriptTests.six, .idle, Traffic(), at: time),
      .dropped(Drop(by: .kernel, count: 9), at: time),
      .dropped(Drop(by: .server, notices: 1), at: time),
      .refused(.connections(count: 2, limit: 10), at: time),
      .refused(.replies(count: 3, lastPeer: ServerScript.peer(2, .udp)), at: time),
      .refused(.stops(count: 1, lastPeer: ServerTranscriptTests.tcp), at: time),
      .refused(.stops(count: 2, lastPeer: ServerTranscriptTests.tcp), at: time),
      .stopping(.asked, at: time),
      .stopped(totals, at: time)
    )
    #expect(output == "")
    #expect(
      notices == """
        tcp [::1]:5000 disconnected: idle for too long
        9 datagrams dropped by the kernel: the receive buffer was full
        1 event not shown: the output is too slow
        2 connections refused: the limit is 10
        3 datagrams left unanswered, the last from udp 127.0.0.1:50172: a reply could make a loop
        stop refused for tcp 127.0.0.1:50171
        2 stops refused, the last for tcp 127.0.0.1:50171
        stopping
        3 messages, 30 bytes received; 2 connections; 4 dropped by the kernel; 5 not shown; \
        1 event not shown; 4 refused; 2 stops refused; 7 truncated; 9 idle; 10 stalled; 8 partial

        """
    )
  }

  private func json(_ payload: [UInt8]) -> String { lines(.json, messages(payload)).output }

  @Test("JSON: a message, with its time in UTC to the microsecond")
  func message() {
    #expect(
      json(Array("hello".utf8))
        == #"{"event":"message","seq":7,"time":"2026-11-22T16:30:01.123456Z","transport":"tcp","#
        + #""peer":"127.0.0.1:50171","bytes":6,"text":"hello"}"# + "\n"
    )
  }

  @Test(
    "JSON: text is escaped as RFC 8259 says, and nothing in it is left for a terminal to obey",
    arguments: [
      (Array("a\"b\\c/".utf8), #"a\"b\\c/"#), ([0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x41], #"\u0008\t\n\u000c\rA"#),
      ([0x00, 0x1B, 0x7F], #"\u0000\u001b\u007f"#), ([0xC2, 0x9B], #"\u009b"#), ([0xE2, 0x80, 0xAE], #"\u202e"#),
      ([0xE2, 0x80, 0x8B], #"\u200b"#), (Array("é日😀".utf8), "é日😀"), ([0xF3, 0xA0, 0x81, 0x81], #"\udb40\udc41"#),
      (Array("a\u{AD}b".utf8), #"a\u00adb"#), (Array("\u{A0}\u{3164}\u{2800}".utf8), #"\u00a0\u3164\u2800"#),
      (Array("\u{E000}\u{600}".utf8), #"\ue000\u0600"#), ([], ""),
    ] as [([UInt8], String)]
  )
  func jsonText(bytes: [UInt8], text: String) {
    #expect(json(bytes).hasSuffix(#""text":"\#(text)"}"# + "\n"))
  }

  @Test(
    "JSON: what is no UTF-8 is base64 of RFC 4648",
    arguments: [
      ([0xFF], "/w=="), ([0xFF, 0xFE], "//4="), ([0xFF, 0xFE, 0xFD], "//79"), ([0x66, 0x6F, 0x6F, 0xFF], "Zm9v/w=="),
      ([0xC0, 0x80], "wIA="), ([0xED, 0xA0, 0x80], "7aCA"), ([0xF4, 0x90, 0x80, 0x80], "9JCAgA=="),
    ] as [([UInt8], String)]
  )
  func jsonBase64(bytes: [UInt8], text: String) {
    #expect(json(bytes).hasSuffix(#","base64":"\#(text)"}"# + "\n"))
  }

  @Test("JSON: every other event, to the byte")
  func jsonEvents() {
    let time = ServerTranscriptTests.time
    var traffic = Traffic()
    traffic.messages = 2
    traffic.bytesReceived = 20
    traffic.bytesSent = 6
    var totals = ServerTotals()
    totals.traffic = traffic
    totals.connections = 1
    totals.droppedByKernel = 3
    totals.droppedByServer = 4
    totals.refused = 5
    totals.stopsRefused = 2
    totals.truncated = 6
    totals.partial = 7
    totals.idle = 8
    totals.stalled = 9
    let peer = ServerTranscriptTests.tcp
    let (output, notices) = lines(
      .json,
      .listening([.tcp(host: "::1", port: 5000), .unix(path: "/tmp/a\"b")]),
      .connected(peer, at: time),
      .disconnected(peer, .reset, traffic, at: time),
      .disconnected(peer, .failed(SystemError("recv", code: 24)), traffic, at: time),
      .dropped(Drop(by: .kernel, count: 3), at: time),
      .dropped(Drop(by: .server, count: 4, bytes: 40, notices: 1), at: time),
      .refused(.connections(count: 2, limit: 10), at: time),
      .refused(.replies(count: 3, lastPeer: ServerScript.peer(2, .udp)), at: time),
      .refused(.stops(count: 2, lastPeer: peer), at: time),
      .failure(SystemError("accept4", code: 24), peer: nil, at: time),
      .stopping(.asked, at: time),
      .stopped(totals, at: time)
    )
    #expect(notices == "")
    let at = #""time":"2026-11-22T16:30:01.123456Z""#
    let who = #""transport":"tcp","peer":"127.0.0.1:50171""#
    let failure = SystemError("accept4", code: 24).reason
    #expect(
      output == #"""
        {"event":"listening","transport":"tcp","address":"[::1]:5000"}
        {"event":"listening","transport":"unix","address":"/tmp/a\"b"}
        {"event":"connected",\#(at),\#(who),"connection":1}
        {"event":"disconnected",\#(at),\#(who),"connection":1,"reason":"reset","messages":2,"bytes":20,"bytes_sent":6}
        {"event":"disconnected",\#(at),\#(who),"connection":1,"reason":"failed","call":"recv","error":"\#(failure)",\#
        "messages":2,"bytes":20,"bytes_sent":6}
        {"event":"dropped",\#(at),"count":3,"by":"kernel"}
        {"event":"dropped",\#(at),"count":4,"by":"server","bytes":40,"notices":1}
        {"event":"refused",\#(at),"what":"connections","count":2,"limit":10}
        {"event":"refused",\#(at),"what":"replies","count":3,"transport":"udp","peer":"127.0.0.1:50172"}
        {"event":"refused",\#(at),"what":"stop","count":2,\#(who)}
        {"event":"failure",\#(at),"call":"accept4","error":"\#(failure)"}
        {"event":"stopping",\#(at)}
        {"event":"stopped",\#(at),"messages":2,"bytes":20,"bytes_sent":6,"connections":1,"dropped":7,\#
        "dropped_by_kernel":3,"dropped_by_server":4,"notices_dropped":1,"refused":5,"stops_refused":2,"truncated":6,"partial":7,"idle":8,"stalled":9}

        """#
    )
  }

  @Test("That it records is told at the start, and each new file, in either format")
  func recordingSteps() {
    let time = ServerTranscriptTests.time
    let started = ServerEvent.recording(file: "messages.db", .started(durability: "group"), at: time)
    let rotated = ServerEvent.recording(file: "messages.db", .rotated(to: "messages.db.1"), at: time)
    #expect(
      lines(.text, started, rotated).notices == """
        recording to messages.db (durability group)
        messages.db was full or old: it is messages.db.1 now, and recording goes on in a new messages.db

        """
    )
    let output = lines(.json, started, rotated).output
    #expect(output.contains(#"{"event":"recording_started","time":""#))
    #expect(output.contains(#","file":"messages.db","durability":"group"}"#))
    #expect(output.contains(#"{"event":"recording_rotated","time":""#))
    #expect(output.hasSuffix(#","file":"messages.db","moved_to":"messages.db.1"}"# + "\n"))
  }

  @Test("A recording that fails is told once, in either format, and what it costs at the end")
  func recordingFailure() {
    let failure = RecordingFailure(reason: "database or disk is full", lastSequence: 7, endsProgram: true)
    let time = ServerTranscriptTests.time
    var totals = ServerTotals()
    totals.unrecorded = 3
    let failed = ServerEvent.recordingFailed(failure, at: time)
    let stopping = ServerEvent.stopping(.recordingFailed, at: time)
    let (_, notices) = lines(.text, failed, stopping, .stopped(totals, at: time))
    #expect(notices.hasPrefix("recording failed: database or disk is full; nothing more is answered\n0 messages"))
    #expect(notices.hasSuffix("; 3 not recorded\n"))
    let output = lines(.json, failed, stopping, .stopped(totals, at: time)).output
    #expect(output.contains(#""error":"database or disk is full","recorded":7}"#))
    #expect(output.hasSuffix(#","unrecorded":3}"# + "\n"))
  }

  @Test("JSON: flags")
  func jsonFlags() {
    let output = lines(.json, messages(Array(".".utf8), flags: [.truncated, .partial, .stop, .stopRefused])).output
    #expect(output.hasSuffix(#""text":".","truncated":true,"partial":true,"stop":true,"stop_refused":true}"# + "\n"))
  }
}
