import Echo
import Screen
import Testing
import Wire

@Suite("The client's connection") struct ClientConnectionTests {
  func send(_ id: UInt64, _ text: String) -> Effect<ClientRequest> { .request(.send(id: id, bytes: Array(text.utf8))) }

  @Test("The title says what is being resolved, which address of how many is tried, and how long it is up")
  func rising() {
    var script = ClientScript()
    #expect(script.shows("START"))
    script.give(.news(.resolving(host: "example\u{1b}.org", at: script.time)))
    #expect(script.shows("RESOLVING  example\\e.org"))
    script.give(.news(.resolved(addressCount: 3, at: script.time)))
    script.give(.news(.connecting(.ipv4(127, 0, 0, 2, port: 9000), at: script.time)))
    #expect(script.shows("CONNECTING  127.0.0.2:9000  1 of 3"))
    script.give(.news(.connecting(.ipv4(127, 0, 0, 3, port: 9000), at: script.time)))
    #expect(script.shows("CONNECTING  127.0.0.3:9000  2 of 3"))
    script.connect()
    script.pass(milliseconds: 61_000)
    #expect(script.shows("UP 00:01:01"))
  }

  @Test("A half-closed connection says which half")
  func halves() {
    var script = ClientScript(awaitsReceipts: false)
    script.connect()
    script.give(.news(.peerFinished(at: script.time)))
    #expect(script.shows("HALF-CLOSED by peer"))
    script.enter("last")
    script.key(.control("d"))
    #expect(script.shows("CLOSING") && !script.shows("HALF-CLOSED"))
    script.sent(1, 5)
    #expect(script.shows("HALF-CLOSED by us"))
    var datagrams = ClientScript(transport: .udp)
    datagrams.connect()
    datagrams.key(.control("d"))
    #expect(datagrams.shows("CLOSING") && !datagrams.shows("HALF-CLOSED"))
  }

  @Test("What is lost is connected again by itself, later after each failure, and the title counts down")
  func retries() {
    var script = ClientScript(reconnects: true)
    script.connect()
    script.pass(milliseconds: 20_000)
    script.reset()
    #expect(script.shows("!!") && script.shows("peer reset (ECONNRESET) - retry 1 in 1.0s"))
    #expect(script.shows("DOWN  peer reset  retry in 1s"))
    #expect(
      script.model.showsSeconds
        && script.model.wakeTime == Timestamp(nanoseconds: script.time.nanoseconds + 1_000_000_000)
    )
    script.pass(milliseconds: 999)
    #expect(script.take() == [])
    script.pass(milliseconds: 1)
    #expect(script.take() == [.request(.connect)] && script.model.wakeTime == nil)
    script.refuse()
    #expect(script.shows("connection refused - retry 2 in 2.0s") && script.shows("retry in 2s"))
    script.pass(milliseconds: 900)
    #expect(script.take() == [] && script.shows("retry in 2s"))
    script.pass(milliseconds: 1100)
    #expect(script.take() == [.request(.connect)])
    script.connect()
    #expect(script.shows(" UP ") && script.model.wakeTime == nil)
    script.pass(milliseconds: 10_000)
    script.end(.peerClosed)
    #expect(script.shows("closed by peer (FIN) - retry 1 in 1.0s") && script.shows("DOWN  closed by peer"))
  }

  @Test("A connection that can't be made says once what to do about it")
  func advice() {
    var script = ClientScript(reconnects: true, size: Size(columns: 140, rows: 24))
    for _ in 0..<3 {
      script.refuse()
      script.pass(milliseconds: 30_000)
      #expect(script.take() == [.request(.connect)])
    }
    #expect(script.rows.count { $0.contains("(is echo_server") } == 1)
    #expect(script.rows.count { $0.contains("- retry ") } == 3)
    script.enter("by hand")
    script.refuse()
    #expect(script.rows.count { $0.contains("(is echo_server") } == 1)
  }

  @Test("Enter tries at once, and what is typed meanwhile goes in order, once")
  func queue() {
    var script = ClientScript(reconnects: true)
    script.connect()
    script.reset()
    script.key(Key(.enter))
    #expect(script.take() == [.request(.connect)])
    script.enter("one")
    script.enter("two")
    #expect(script.take() == [] && script.rows.count { $0.contains(">q") } == 2)
    script.refuse()
    #expect(script.shows("2 messages queued"))
    script.enter("three")
    #expect(script.take() == [.request(.connect)])
    script.pass(milliseconds: 60_000)
    #expect(script.take() == [])
    script.connect()
    #expect(script.take() == [send(1, "one"), send(2, "two"), send(3, "three")])
  }

  @Test("Of what the wire was given, the written is in doubt and stays, the unwritten goes again")
  func doubt() {
    var script = ClientScript(reconnects: true)
    script.connect()
    for text in ["one", "two", "three", "four"] { script.enter(text) }
    _ = script.take()
    script.sent(1, 4)
    script.reply(1)
    script.sent(2, 4)
    script.traffic([
      TrafficRecord(.failed, message: 2), TrafficRecord(.failed, message: 3, detail: .unsent),
      TrafficRecord(.failed, message: 4, detail: .unsent),
    ])
    script.reset()
    #expect(script.shows(">?        4B         two") && script.shows("in doubt 1") && script.shows("pend 2"))
    #expect(script.shows(">q        6B         three") && script.shows(">q        5B         four"))
    script.pass(milliseconds: 1000)
    script.connect()
    #expect(script.take() == [.request(.connect), send(3, "three"), send(4, "four")])
    for id in 3...4 as ClosedRange<UInt64> {
      script.sent(id, 5)
      script.reply(id)
    }
    #expect(!script.model.isComplete && script.shows(">?"))
  }

  @Test("What is in doubt is sent again on the user's word alone, and then what becomes of that counts")
  func resend() {
    var script = ClientScript(reconnects: true)
    script.connect()
    script.enter("one")
    script.sent(1, 4)
    // The event of the connection is row 0.
    let row: UInt64 = 1
    script.effects += script.model.resend(row: row)
    #expect(script.take() == [send(1, "one")] && script.shows("its fate is still open"))
    script.traffic([TrafficRecord(.failed, message: 1)])
    script.reset()
    script.pass(milliseconds: 1000)
    script.connect()
    #expect(script.take() == [.request(.connect)])
    script.effects += script.model.resend(row: row)
    #expect(script.take() == [send(2, "one")])
    #expect(script.shows(">re       4B         one") && !script.shows("in doubt 1"))
    script.sent(2, 4)
    script.reply(2)
    #expect(script.model.isComplete)
  }

  @Test("The user's own close is no loss; Enter connects again")
  func ownClose() {
    var script = ClientScript(reconnects: true)
    script.connect()
    script.effects += script.model.close()
    #expect(script.take() == [.request(.close)])
    // It broke in the same moment.
    script.reset()
    #expect(script.shows("DOWN  closed by us") && script.model.wakeTime == nil)
    script.pass(milliseconds: 60_000)
    #expect(script.take() == [])
    script.enter("again")
    #expect(script.take() == [.request(.connect)])
    script.connect()
    #expect(script.take() == [send(1, "again")])
    script.effects += script.model.reconnect()
    #expect(script.take() == [.request(.close)])
    script.end(.closed)
    #expect(script.take() == [.request(.connect)])
  }

  @Test("A session that a stop message ended is not begun anew")
  func stopped() {
    var script = ClientScript(reconnects: true)
    script.connect()
    script.enter(".")
    script.sent(1, 2)
    script.reply(1)
    _ = script.take()
    script.end(.peerClosed)
    #expect(script.take() == [.quit])
  }

  @Test("A stop message that was not written goes with the next connection, and ends the session then")
  func stopUnwritten() {
    var script = ClientScript(reconnects: true)
    script.connect()
    script.enter(".")
    _ = script.take()
    script.traffic([TrafficRecord(.failed, message: 1, detail: .unsent)])
    script.reset()
    script.pass(milliseconds: 1000)
    script.connect()
    #expect(script.take() == [.request(.connect), send(1, ".")])
    script.sent(1, 2)
    script.reply(1)
    #expect(script.take() == [.request(.finish)])
  }

  @Test("^D before the connection holds over failed tries, until what is queued has gone")
  func finishLater() {
    var script = ClientScript(reconnects: true)
    script.enter("one")
    script.key(.control("d"))
    script.refuse()
    script.pass(milliseconds: 1000)
    script.connect()
    #expect(script.take() == [.request(.connect), send(1, "one"), .request(.finish)])
  }

  @Test("Datagrams that were lost, came twice or out of order are told in the counters")
  func datagrams() {
    var script = ClientScript(transport: .udp, size: Size(columns: 109, rows: 24))
    script.connect()
    for text in ["one", "two", "three"] { script.enter(text) }
    for id in 1...3 as ClosedRange<UInt64> { script.sent(id, 4) }
    for id in [2, 1] as [UInt64] {
      script.traffic([TrafficRecord(.receipt, message: id, wireCount: 3, roundTrip: 500_000, detail: .exact)])
    }
    script.traffic([TrafficRecord(.received, message: 0, wireCount: 3, detail: .duplicate)])
    script.traffic([TrafficRecord(.timedOut, message: 3)])
    for text in ["T/O 1", "lost 1", "twice 1", "disorder 1"] { #expect(script.shows(text), "\(text)") }
  }
  @Test(
    "Replies that are not whole, and what was lost, are told on a screen of any size",
    arguments: [Size(columns: 100, rows: 24), Size(columns: 80, rows: 12), Size(columns: 50, rows: 24)]
  )
  func parts(size: Size) {
    var script = ClientScript(size: size)
    script.connect()
    script.enter("one")
    script.enter("two")
    script.sent(1, 4)
    script.sent(2, 4)
    #expect(!script.shows("truncated"))
    script.traffic([TrafficRecord(.receipt, message: 1, wireCount: 9, roundTrip: 500_000, flags: .truncated)])
    script.traffic([TrafficRecord(.timedOut, message: 2)])
    script.traffic([TrafficRecord(.received, message: 0, wireCount: 3, flags: .partial)])
    for text in ["T/O 1", "truncated 1", "partial 1"] { #expect(script.shows(text), "\(text)") }
    #expect(script.model.summary.hasSuffix("1 missing; 1 truncated; 1 partial"))
  }

  @Test("That a recording has begun, and each new file of it, is a row")
  func recording() {
    var script = ClientScript(size: Size(columns: 140, rows: 24))
    script.give(.news(.recording(file: "messages.db", .started(durability: "group"), at: script.time)))
    #expect(script.shows("recording to messages.db (durability group)"))
    script.give(.news(.recording(file: "messages.db", .rotated(to: "messages.db.1"), at: script.time)))
    #expect(script.shows("messages.db was full or old: it is messages.db.1"))
  }

  @Test("A recording that failed leaves a banner, and what is not in it is counted at the end")
  func recordingFailed() {
    var script = ClientScript()
    #expect(!script.shows("REC"))
    script.model.isRecording = true
    script.connect()
    #expect(script.rows[0].contains("REC ") && !script.shows("REC FAILED"))
    let failure = RecordingFailure(reason: "database or disk is full", lastSequence: 1, endsProgram: false)
    script.give(.news(.recordingFailed(failure, at: script.time)))
    #expect(script.shows("!!                   recording failed: database or disk is full"))
    script.enter("one")
    script.sent(1, 4)
    script.reply(1)
    #expect(script.shows("NOT RECORDED: database or disk is full") && script.shows("REC FAILED"))
    #expect(script.model.summary.hasSuffix("0 missing; 1 not recorded"))
  }

  @Test(
    "A client that is not to go on without its recording closes the connection, and quits; at once where there is none"
  )
  func recordingEnds() {
    let failure = RecordingFailure(reason: "no space", lastSequence: 0, endsProgram: true)
    var script = ClientScript()
    script.connect()
    _ = script.take()
    script.give(.news(.recordingFailed(failure, at: script.time)))
    #expect(script.take() == [.request(.close)])
    script.end(.closed)
    #expect(script.take() == [.quit])
    var down = ClientScript()
    down.refuse()
    _ = down.take()
    down.give(.news(.recordingFailed(failure, at: down.time)))
    #expect(down.take() == [.quit])
  }
}
