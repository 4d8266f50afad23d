import Echo
import TestKit
import Testing
import Wire

/// Lines of a scripted conversation.
private struct Conversation {
  static let time = Timestamp(nanoseconds: 1_795_365_001_123_456_000)

  var transcript: ClientTranscript
  var plain = PlainOutput()

  init(
    _ format: OutputFormat = .text,
    transport: Transport = .tcp,
    timeout: Int64 = 5_000_000_000,
    awaitsReceipts: Bool = true,
    isQuiet: Bool = false
  ) {
    transcript = ClientTranscript(
      format: format,
      framing: .line,
      transport: transport,
      timeoutNanoseconds: timeout,
      awaitsReceipts: awaitsReceipts,
      isQuiet: isQuiet
    )
  }

  var output: String { String(decoding: plain.output, as: UTF8.self) }
  var notices: String { String(decoding: plain.notices, as: UTF8.self) }

  mutating func give(_ event: ClientEvent) { transcript.append(event, to: &plain) }

  mutating func connect() {
    give(.connecting(ClientScript.peer, at: Self.time))
    give(.connected(local: ClientScript.local, peer: ClientScript.peer, at: Self.time))
  }

  /// All in one batch, or one record a batch.
  mutating func traffic(_ steps: [(TrafficRecord, String)], isSplit: Bool = false) {
    var batch = TrafficBatch(time: Self.time)
    for (record, text) in steps {
      var record = record
      record.offset = UInt32(batch.bytes.count)
      record.count = UInt32(text.utf8.count)
      batch.bytes += Array(text.utf8)
      batch.records.append(record)
      guard isSplit else { continue }
      give(.traffic(batch))
      batch = TrafficBatch(time: Self.time)
    }
    give(.traffic(batch))
  }

  mutating func end(_ end: ClientEnd, messages: UInt64, bytes: UInt64, receipts: UInt64, received: UInt64 = 0) {
    var totals = ClientTotals()
    totals.messagesSent = messages
    totals.bytesSent = bytes
    totals.receipts = receipts
    totals.bytesReceived = received
    give(.ended(end, totals, at: Self.time))
  }
}

private func sent(_ id: UInt64, _ bytes: UInt64, isAwaited: Bool = true) -> (TrafficRecord, String) {
  (TrafficRecord(.sent, message: id, wireCount: bytes, isAwaited: isAwaited), "")
}

private func receipt(
  _ id: UInt64,
  _ text: String = "OK",
  _ roundTrip: Int64 = 210_000,
  kind: TrafficRecord.Kind = .receipt,
  flags: MessageRecord.Flags = []
) -> (TrafficRecord, String) {
  let count = UInt64(text.utf8.count + 1)
  return (TrafficRecord(kind, message: id, wireCount: count, roundTrip: roundTrip, flags: flags), text)
}

private func outcome(
  _ kind: TrafficRecord.Kind,
  _ id: UInt64,
  isAwaited: Bool = true,
  detail: TrafficRecord.Detail = .none
) -> (TrafficRecord, String) {
  (TrafficRecord(kind, message: id, isAwaited: isAwaited, detail: detail), "")
}

@Suite("The client's plain transcript")
struct ClientTranscriptTests {
  @Test("each message has its two lines, whatever the batches", arguments: [false, true])
  func inOrder(isSplit: Bool) {
    var talk = Conversation()
    talk.connect()
    talk.traffic([sent(1, 6), receipt(1), sent(2, 4), sent(3, 8), receipt(2, "OK", 12_340_000)], isSplit: isSplit)
    talk.traffic([outcome(.timedOut, 3)], isSplit: isSplit)
    talk.end(.finished, messages: 3, bytes: 18, receipts: 2)
    #expect(
      talk.output == """
        client sent 6 bytes to server
        server reply: OK (0.21 ms)
        client sent 4 bytes to server
        server reply: OK (12.34 ms)
        client sent 8 bytes to server
        server failed to reply (5 s)
        3 messages, 18 bytes sent; 2 receipts; 1 missing

        """
    )
    #expect(talk.notices.isEmpty)
    #expect(talk.transcript.missingReceipts == 1)
  }

  @Test("every order of outcomes gives the same lines")
  func anyOrder() {
    let outcomes = [receipt(1), receipt(2), outcome(.timedOut, 3), receipt(4)]
    let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1], [1, 2, 3, 0]]
    var outputs: Set<String> = []
    for order in orders {
      var talk = Conversation()
      talk.connect()
      talk.traffic([sent(1, 1), sent(2, 2), sent(3, 3), sent(4, 4)])
      #expect(talk.output == "client sent 1 bytes to server\n")
      talk.traffic(order.map { outcomes[$0] }, isSplit: true)
      outputs.insert(talk.output)
    }
    #expect(outputs.count == 1)
    #expect(outputs.first?.split(separator: "\n").count == 8)
  }

  @Test("a message that is not awaited is done when sent")
  func notAwaited() {
    var talk = Conversation(transport: .udp)
    talk.connect()
    talk.traffic([sent(1, 6), sent(2, 4, isAwaited: false), sent(3, 5), receipt(1)])
    #expect(
      talk.output == """
        client sent 6 bytes to server
        server reply: OK (0.21 ms)
        client sent 4 bytes to server
        client sent 5 bytes to server

        """
    )
  }

  @Test("without receipts each message is one line, and what comes is told")
  func withoutReceipts() {
    var talk = Conversation(awaitsReceipts: false)
    talk.connect()
    let received = (TrafficRecord(.received, message: 0, wireCount: 12), "a\u{1b}[2J \\ b\r")
    talk.traffic([sent(1, 6), sent(2, 4), received, sent(3, 8)])
    talk.end(.finished, messages: 3, bytes: 18, receipts: 0, received: 12)
    #expect(
      talk.output == """
        client sent 6 bytes to server
        client sent 4 bytes to server
        server sent 12 bytes: a\\e[2J \\\\ b
        client sent 8 bytes to server
        3 messages, 18 bytes sent; 12 bytes received

        """
    )
  }

  @Test("a late reply is told when it comes, and is missing no more")
  func late() {
    var talk = Conversation(timeout: 250_000_000)
    talk.connect()
    talk.traffic([sent(1, 6), outcome(.timedOut, 1), receipt(1, "OK", 6_200_000_000, kind: .lateReceipt)])
    talk.end(.finished, messages: 1, bytes: 6, receipts: 1)
    #expect(
      talk.output == """
        client sent 6 bytes to server
        server failed to reply (0.25 s)
        server reply, late: OK (6200 ms)
        1 messages, 6 bytes sent; 1 receipts; 0 missing

        """
    )
  }

  @Test("a connection that ends leaves its messages in doubt, and tells of those never sent")
  func broken() {
    var talk = Conversation()
    talk.connect()
    talk.traffic([sent(1, 6), sent(2, 6), outcome(.failed, 1), outcome(.failed, 2)])
    talk.traffic([outcome(.failed, 3, isAwaited: false)])
    talk.end(.peerClosed, messages: 2, bytes: 12, receipts: 0)
    #expect(
      talk.output == """
        client sent 6 bytes to server
        server failed to reply (connection closed)
        client sent 6 bytes to server
        server failed to reply (connection closed)
        client failed to send a message
        2 messages, 12 bytes sent; 0 receipts; 2 missing; 1 not sent

        """
    )
  }

  @Test("a datagram that the network refuses is told in its place")
  func refused() {
    var talk = Conversation(transport: .udp)
    talk.connect()
    talk.traffic([sent(1, 1), outcome(.failed, 2, isAwaited: false), sent(3, 3), receipt(3), receipt(1)])
    #expect(
      talk.output == """
        client sent 1 bytes to server
        server reply: OK (0.21 ms)
        client failed to send a message
        client sent 3 bytes to server
        server reply: OK (0.21 ms)

        """
    )
  }

  @Test("a stop message ends with its own line")
  func stop() {
    var talk = Conversation()
    talk.connect()
    talk.traffic([sent(1, 2)])
    talk.transcript.enterStop()
    talk.traffic([receipt(1)])
    talk.end(.finished, messages: 1, bytes: 2, receipts: 1)
    #expect(talk.output == "client sent 2 bytes to server\nserver reply: OK (0.21 ms)\nclient entered ., exiting\n")
  }

  @Test("what is cut is marked, and padding is not shown")
  func marks() {
    var talk = Conversation(transport: .udp)
    talk.connect()
    talk.traffic([sent(1, 6), sent(2, 6), receipt(1, "OK\0\0"), receipt(2, "long", flags: .truncated)])
    #expect(talk.output.contains("server reply: OK (0.21 ms)\n"))
    #expect(talk.output.contains("server reply (truncated): long (0.21 ms)\n"))
  }

  @Test("an address that fails is told only when another one follows")
  func attempts() {
    let refused = SystemError("connect", code: Errno.connectionRefused)
    let other = SocketAddress(family: .ipv6, port: 9000, low: 1)
    var talk = Conversation()
    talk.give(.connecting(other, at: Conversation.time))
    talk.give(.attemptFailed(other, refused, at: Conversation.time))
    #expect(talk.plain.isEmpty)
    var failing = talk
    talk.connect()
    #expect(talk.notices == "tcp [::1]:9000: connection refused; trying on\n")
    let error = WireError.cannotConnect(.tcp(host: "::1", port: 9000), refused)
    failing.end(.failed(error), messages: 0, bytes: 0, receipts: 0)
    #expect(failing.plain.isEmpty)
  }

  @Test("many messages in flight stay in order")
  func many() {
    var talk = Conversation()
    talk.connect()
    var random = TestRandom(seed: 7)
    let ids = Array(UInt64(1)...20_000)
    talk.traffic(ids.map { sent($0, $0) }, isSplit: true)
    talk.traffic(ids.shuffled(using: &random).map { receipt($0, "re \($0)", 0) }, isSplit: true)
    let expected = ids.map { "client sent \($0) bytes to server\nserver reply: re \($0) (0.00 ms)\n" }.joined()
    #expect(talk.output == expected)
  }

  /// Steps of which a quiet transcript leaves out those of the first two messages.
  private static let mixed = [
    sent(1, 6), sent(2, 6), receipt(1), sent(3, 6), receipt(2), sent(4, 6), outcome(.timedOut, 3),
    receipt(3, "OK", 6_200_000_000, kind: .lateReceipt), outcome(.failed, 4), outcome(.failed, 5, isAwaited: false),
    (TrafficRecord(.received, message: 0, wireCount: 3), "hi"),
  ]

  @Test("quiet, it tells of no message that was answered in time, but of every other", arguments: [false, true])
  func quiet(isSplit: Bool) {
    var talk = Conversation(isQuiet: true)
    talk.connect()
    talk.traffic(ClientTranscriptTests.mixed, isSplit: isSplit)
    talk.end(.peerClosed, messages: 4, bytes: 24, receipts: 3, received: 12)
    #expect(
      talk.output == """
        server failed to reply to message 3 (5 s)
        server reply, late: OK (6200 ms)
        server failed to reply to message 4 (connection closed)
        client failed to send message 5
        server sent 3 bytes: hi
        4 messages, 24 bytes sent; 3 receipts; 1 missing; 1 not sent

        """
    )
  }

  @Test("quiet, it tells in one line of neighbours that fail in the same way, in however many pieces that comes")
  func quietRuns() {
    var talk = Conversation(isQuiet: true)
    talk.connect()
    talk.traffic([outcome(.timedOut, 2), outcome(.timedOut, 3), outcome(.timedOut, 5)])
    talk.traffic([outcome(.failed, 6), outcome(.failed, 7)])
    talk.traffic([outcome(.failed, 8), outcome(.failed, 9, detail: .unsent), outcome(.failed, 10, detail: .unsent)])
    talk.end(.peerClosed, messages: 8, bytes: 24, receipts: 2)
    #expect(
      talk.output == """
        server failed to reply to messages 2 to 3 (5 s)
        server failed to reply to message 5 (5 s)
        server failed to reply to messages 6 to 8 (connection closed)
        client failed to send messages 9 to 10
        8 messages, 24 bytes sent; 2 receipts; 6 missing; 2 not sent

        """
    )
  }

  @Test("quiet, JSON has the same events, and the ends of the connection")
  func quietJSON() {
    var talk = Conversation(.json, isQuiet: true)
    talk.connect()
    talk.traffic(ClientTranscriptTests.mixed)
    talk.end(.peerClosed, messages: 4, bytes: 24, receipts: 3)
    let events = talk.output.matches(of: /"event":"([a-z]+)"/).map { String($0.1) }
    #expect(events == ["connecting", "connected", "timeout", "receipt", "failed", "failed", "received", "finished"])
  }

  @Test("what is not whole, and what does not fit, is in the totals; a misfit is a notice, or an event")
  func partsAndMisfits() {
    var totals = ClientTotals()
    totals.truncated = 1
    totals.partial = 2
    var text = Conversation()
    var json = Conversation(.json)
    text.connect()
    text.transcript.append(misfit: "too long", at: Conversation.time, to: &text.plain)
    json.transcript.append(misfit: "too long", at: Conversation.time, to: &json.plain)
    text.give(.ended(.finished, totals, at: Conversation.time))
    json.give(.ended(.finished, totals, at: Conversation.time))
    #expect(text.notices == "echo_client: not sent: too long\n")
    #expect(text.output.hasSuffix("0 missing; 1 truncated; 2 partial; 1 did not fit\n"))
    #expect(json.notices == "")
    #expect(json.output.contains(#"{"event":"misfit","time":"2026-11-22T16:30:01.123456Z","error":"too long"}"#))
    #expect(json.output.hasSuffix(#""truncated":1,"partial":2,"misfits":1}"# + "\n"))
  }

  @Test("one JSON object a line")
  func json() {
    var talk = Conversation(.json)
    talk.give(.resolving(host: "localhost", at: Conversation.time))
    talk.connect()
    talk.traffic([
      sent(1, 6), receipt(1, "O\"K"), outcome(.timedOut, 2), receipt(2, "OK", 6_200_000_000, kind: .lateReceipt),
      outcome(.failed, 3), (TrafficRecord(.received, message: 0, wireCount: 3), "hi"),
    ])
    talk.give(.peerFinished(at: Conversation.time))
    talk.give(.failure(SystemError("recv", code: Errno.connectionRefused), at: Conversation.time))
    talk.end(.peerClosed, messages: 3, bytes: 18, receipts: 2, received: 11)
    let lines = #"""
      {"event":"resolving",TIME,"host":"localhost"}
      {"event":"connecting",TIME,"transport":"tcp","address":"127.0.0.1:9000"}
      {"event":"connected",TIME,"transport":"tcp","local":"127.0.0.1:50172","peer":"127.0.0.1:9000"}
      {"event":"sent",TIME,"id":1,"bytes":6}
      {"event":"receipt",TIME,"id":1,"bytes":4,"text":"O\"K","rtt_ms":0.210}
      {"event":"timeout",TIME,"id":2}
      {"event":"receipt",TIME,"id":2,"bytes":3,"text":"OK","rtt_ms":6200.000,"late":true}
      {"event":"failed",TIME,"id":3}
      {"event":"received",TIME,"bytes":3,"text":"hi"}
      {"event":"closed",TIME,"by":"peer"}
      {"event":"failure",TIME,"call":"recv","error":"connection refused"}
      {"event":"finished",TIME,"reason":"peer_closed","error":"the server closed the connection","messages":3,"bytes":18,
      """#
    let end =
      #""receipts":2,"missing":1,"unsent":0,"messages_received":0,"bytes_received":11,"truncated":0,"partial":0,"misfits":0}"#
      + "\n"
    let expected = (lines + end).replacing("TIME", with: #""time":"2026-11-22T16:30:01.123456Z""#)
    #expect(talk.output == expected)
  }
}
