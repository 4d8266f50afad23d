import Echo
import Screen
import TestKit
import Testing
import Wire

@Suite("The client's model")
struct ClientModelTests {
  func send(_ id: UInt64, _ text: String) -> Effect<ClientRequest> { .request(.send(id: id, bytes: Array(text.utf8))) }

  @Test("Enter sends, and the row goes from queued to answered")
  func states() {
    var script = ClientScript()
    script.connect()
    script.enter("hello")
    #expect(script.take() == [send(1, "hello")])
    #expect(script.shows(">q        6B         hello"))
    script.sent(1, 6)
    #expect(script.shows(">wait     6B         hello"))
    script.reply(1)
    #expect(script.shows(">ok       6B  0.41ms hello") && !script.shows("OK"))
    script.enter("again")
    script.sent(2, 6)
    script.reply(2, "42")
    #expect(script.shows("<         3B         42"))
    script.enter("late")
    script.sent(3, 5)
    script.traffic([TrafficRecord(.timedOut, message: 3)])
    #expect(script.shows(">T/O      5B   >5.0s late"))
    script.traffic([TrafficRecord(.lateReceipt, message: 3, wireCount: 3, roundTrip: 6_200_000_000)])
    #expect(script.shows(">late     5B    6.2s late"))
    #expect(script.model.isComplete)
  }

  @Test("an empty Enter sends nothing and says so")
  func empty() {
    var script = ClientScript()
    script.connect()
    script.key(Key(.enter))
    #expect(script.take() == [])
    #expect(script.shows("/send alone sends an empty message"))
  }

  @Test("messages entered before the connection go out in order once it is there")
  func queued() {
    var script = ClientScript()
    script.enter("one")
    script.enter("two")
    #expect(script.take() == [])
    script.connect()
    #expect(script.take() == [send(1, "one"), send(2, "two")])
  }

  @Test("a broken connection stays on the screen; Enter connects again, and nothing in doubt is sent again")
  func reconnect() {
    var script = ClientScript()
    script.connect()
    script.enter("lost")
    script.sent(1, 5)
    _ = script.take()
    script.traffic([TrafficRecord(.failed, message: 1)])
    script.end(.peerClosed)
    #expect(script.take() == [])
    #expect(script.shows(">?") && script.shows("!!") && script.shows("DOWN"))
    script.enter("next")
    #expect(script.take() == [.request(.connect)])
    script.connect()
    #expect(script.take() == [send(2, "next")])
  }

  @Test("a connection that can't be made keeps what was queued for the next try")
  func retry() {
    var script = ClientScript()
    script.enter("patient")
    script.end(.failed(.connectTimeout(.tcp(host: "127.0.0.1", port: 9000))))
    #expect(script.take() == [])
    #expect(script.shows("no answer in time") && script.shows("Enter connects at once; 1 message queued"))
    script.key(Key(.enter))
    #expect(script.take() == [.request(.connect)])
    script.connect()
    #expect(script.take() == [send(1, "patient")])
  }

  @Test("what was asked of a connection that had ended by then was not written, and goes with the next one")
  func askedTooLate() {
    var script = ClientScript()
    script.connect()
    script.enter("too late")
    _ = script.take()
    script.end(.peerClosed)
    #expect(script.shows(">q") && script.shows("pend 1"))
    #expect(!script.model.isComplete)
    script.key(Key(.enter))
    #expect(script.take() == [.request(.connect)])
    script.connect()
    #expect(script.take() == [send(1, "too late")])
  }

  @Test("a session that leaves queued messages behind is not complete")
  func leftBehind() {
    var script = ClientScript()
    script.enter("never sent")
    script.end(.failed(.connectTimeout(.tcp(host: "127.0.0.1", port: 9000))))
    script.key(.control("d"), .control("d"))
    #expect(script.take() == [.quit])
    #expect(!script.model.isComplete)
  }

  @Test("a stop message is told by its first byte, whatever is combined with it")
  func markedStop() {
    var script = ClientScript()
    script.connect()
    script.give(.input(.paste(Array(".\u{301}".utf8))))
    #expect(script.shows("ends the session"))
  }

  @Test("a stop message ends the session when its fate is known", arguments: [TrafficRecord.Kind.receipt, .timedOut])
  func stop(kind: TrafficRecord.Kind) {
    var script = ClientScript()
    script.connect()
    script.type(".")
    #expect(script.shows("ends the session"))
    script.key(Key(.enter))
    #expect(script.take() == [send(1, ".")])
    script.sent(1, 2)
    script.enter("more")
    #expect(script.take() == [])
    script.traffic([TrafficRecord(kind, message: 1)])
    #expect(script.take() == [.request(.finish)])
    script.end(.finished)
    #expect(script.take() == [.quit])
  }

  @Test("a server that closes instead of answering the stop message ends the session too")
  func stopWithoutAnswer() {
    var script = ClientScript()
    script.connect()
    script.enter(".")
    script.sent(1, 2)
    _ = script.take()
    script.traffic([TrafficRecord(.failed, message: 1)])
    script.end(.peerClosed)
    #expect(script.take() == [.quit])
  }

  @Test("without receipts a stop message ends the session when it is sent")
  func stopWithoutReceipts() {
    var script = ClientScript(awaitsReceipts: false)
    script.connect()
    script.enter(".")
    _ = script.take()
    script.sent(1, 2)
    #expect(script.take() == [.request(.finish)])
  }

  @Test("^D on an empty line finishes and quits at the end; in a text it deletes")
  func endOfInput() {
    var script = ClientScript()
    script.connect()
    script.type("a")
    script.key(.control("a"), .control("d"))
    #expect(script.take() == [])
    script.key(.control("d"))
    #expect(script.take() == [.request(.finish)])
    script.key(.control("d"))
    #expect(script.take() == [])
    script.end(.finished)
    #expect(script.take() == [.quit])
  }

  @Test("^D before the connection waits for what is queued")
  func endOfInputQueued() {
    var script = ClientScript()
    script.enter("one")
    script.key(.control("d"))
    #expect(script.take() == [])
    script.connect()
    #expect(script.take() == [send(1, "one"), .request(.finish)])
  }

  @Test("^C clears the line, and twice on an empty one quits")
  func interrupt() {
    var script = ClientScript()
    script.connect()
    script.type("text")
    script.key(.control("c"))
    #expect(script.take() == [] && !script.shows("> text"))
    script.key(.control("c"), .character("x"), Key(.backspace), .control("c"))
    #expect(script.take() == [])
    script.key(.control("c"))
    #expect(script.take() == [.request(.close), .quit])
  }

  @Test("a signal lets the session finish, a second one ends it")
  func terminate() {
    var script = ClientScript()
    script.connect()
    script.give(.terminate)
    #expect(script.take() == [.request(.finish)])
    script.give(.terminate)
    #expect(script.take() == [.request(.close), .quit])
  }

  @Test("^L and ^Z are the shell's")
  func shell() {
    var script = ClientScript()
    script.key(.control("l"), .control("z"))
    #expect(script.take() == [.redraw, .suspend])
  }

  @Test("Up and Down go through the messages of this run and come back to the draft")
  func history() {
    var script = ClientScript()
    script.connect()
    script.enter("first")
    script.enter("second")
    script.type("draft")
    script.key(Key(.up), Key(.up), Key(.up))
    #expect(script.shows("> first"))
    script.key(Key(.down))
    #expect(script.shows("> second"))
    script.key(Key(.down), Key(.down))
    #expect(script.shows("> draft"))
  }

  @Test("a message that does not fit the framing is refused with its reason and stays")
  func refused() {
    var script = ClientScript(framing: .fixed(4))
    script.connect()
    script.type("hello")
    #expect(script.shows("too long: at most 4B"))
    script.key(Key(.enter))
    #expect(script.take() == [])
    #expect(script.shows("does not fit framing fixed:4: at most 4") && script.shows("> hello"))
    script.key(Key(.backspace), Key(.enter))
    #expect(script.take() == [send(1, "hell")])
  }

  @Test("M-Enter makes a line where the framing allows it")
  func newline() {
    var script = ClientScript(framing: .line)
    script.type("a")
    script.key(Key(.enter, .meta))
    #expect(script.shows("can't contain a newline"))
    script = ClientScript(framing: .length16)
    script.connect()
    script.type("a")
    script.key(Key(.enter, .meta))
    script.type("b")
    #expect(script.shows("5B  2 lines"))
    script.key(Key(.enter))
    #expect(script.take() == [send(1, "a\nb")])
  }

  @Test("a paste of one line goes into the input", arguments: ["hello", "hello\r", "hello\n", "hello\r\n"])
  func pasteLine(text: String) {
    var script = ClientScript()
    script.connect()
    script.give(.input(.paste(Array(text.utf8))))
    #expect(script.take() == [])
    script.key(Key(.enter))
    #expect(script.take() == [send(1, "hello")])
  }

  @Test("a paste of several lines asks first; stop messages in it do not end the session")
  func pasteLines() {
    var script = ClientScript()
    script.connect()
    script.give(.input(.paste(Array("one\r.\r\n\ntwo".utf8))))
    #expect(script.take() == [])
    #expect(script.shows("Send 4 messages, 11 bytes?") && script.shows("1 begins with \".\""))
    script.key(.character("x"), Key(.enter))
    #expect(script.take() == [])
    script.key(.character("y"))
    #expect(script.take() == [send(1, "one"), send(2, "."), send(3, ""), send(4, "two")])
    script.sent(2, 2)
    script.reply(2)
    #expect(script.take() == [])
  }

  @Test("a paste that is declined is gone; one that is edited is in the input and asks again")
  func pasteEdit() {
    var script = ClientScript()
    script.connect()
    script.give(.input(.paste(Array("one\ntwo\n".utf8))))
    script.key(.character("n"), Key(.enter))
    #expect(script.take() == [])
    script.give(.input(.paste(Array("one\ntwo\n".utf8))))
    script.key(.character("e"))
    #expect(script.shows("> one") && script.shows("2 messages"))
    script.key(Key(.enter))
    #expect(script.shows("Send 2 messages, 8 bytes?"))
    script.key(.character("y"))
    #expect(script.take() == [send(1, "one"), send(2, "two")])
  }

  @Test("a paste that is no text is not taken")
  func pasteBytes() {
    var script = ClientScript()
    script.give(.input(.paste([0xff, 0x0a, 0x41])))
    #expect(script.shows("not UTF-8"))
  }

  @Test("a scrolled log is not pulled down by what comes")
  func hold() {
    var script = ClientScript()
    script.connect()
    for index in 1...100 { script.receive(Array("line \(index)".utf8)) }
    script.key(Key(.pageUp))
    script.give(.input(.mouse(Mouse(.wheelUp, at: Point(column: 3, row: 3)))))
    let before = Array(script.rows[1..<15])
    for index in 101...150 { script.receive(Array("line \(index)".utf8)) }
    #expect(Array(script.rows[1..<15]) == before)
    #expect(script.shows("HOLD +50 new"))
    script.key(Key(.end, .meta))
    #expect(script.shows("line 150") && script.shows("FOLLOW"))
  }

  @Test("the log is bounded, and news of a row that is gone is harmless")
  func bounded() {
    var log = ClientLog(countLimit: 100, byteLimit: 2000)
    let time = Timestamp(nanoseconds: 0)
    for id in UInt64(1)...1000 {
      log.append(message: id, payload: [UInt8](repeating: 0x61, count: 50), wireCount: 51, at: time)
    }
    #expect(log.count <= 100 && log.byteCount <= 2000 && log.endID == 1000)
    let isHeld = log.mark(1, .failed)
    #expect(!isHeld && log[0] == nil)
    let isMarked = log.mark(1000, .waiting)
    #expect(isMarked && log[999]?.kind == .sent(.waiting))
  }

  @Test("hostile bytes are shown escaped")
  func hostile() {
    var script = ClientScript()
    script.connect()
    script.receive([0x1b, 0x5b, 0x32, 0x4a, 0x07, 0xff, 0x5c])
    #expect(script.shows("\\e[2J\\x07\\xff\\\\"))
    for cell in script.model.view().cells {
      #expect(cell.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f })
    }
  }

  @Test("the help names the keys of the map and of the input line, and closes again")
  func help() {
    var script = ClientScript(size: Size(columns: 140, rows: 100))
    script.key(Key(.function(1)))
    for text in ["M-Enter", "PgUp", "M-End", "^Z", "^W", "clear the line", "ends the server and the session"] {
      #expect(script.shows(text), "\(text)")
    }
    script.key(.character("x"))
    #expect(!script.shows("clear the line"))
  }

  @Test("anything in any order and size never traps", arguments: 0..<40)
  func random(seed: Int) {
    var random = TestRandom(seed: UInt64(seed))
    let framings: [Framing] = [.line, .crlf, .nul, .length16, .length32, .fixed(8), .raw]
    let transports: [Transport] = [.tcp, .udp, .unix]
    var script = ClientScript(
      framing: framings[Int.random(in: 0..<framings.count, using: &random)],
      transport: transports[Int.random(in: 0..<3, using: &random)],
      awaitsReceipts: .random(using: &random),
      reconnects: .random(using: &random),
      historyCount: 50
    )
    for step in 0..<300 {
      script.randomStep(&random)
      guard step % 4 == 0 else { continue }
      let surface = script.model.view()
      guard let cursor = surface.cursor else { continue }
      #expect(cursor.column < surface.size.columns && cursor.row < surface.size.rows)
    }
  }
}

extension ClientScript {
  private static let codes: [Key.Code] =
    [
      .enter, .tab, .escape, .backspace, .delete, .up, .down, .left, .right, .home, .end, .pageUp, .pageDown,
      .function(1),
    ] + "a.yen日dckw?\u{301}".map { .character($0) }

  mutating func randomStep(_ random: inout TestRandom) {
    switch Int.random(in: 0..<20, using: &random) {
    case 0:
      let columns = Int.random(in: 0...150, using: &random)
      give(.resize(Size(columns: columns, rows: .random(in: 0...60, using: &random))))
    case 1: connect()
    case 2: end([.finished, .closed, .peerClosed].randomElement(using: &random) ?? .closed)
    case 3: pass(milliseconds: .random(in: 0...90_000, using: &random))
    case 4: give(.input(.paste((0..<9).map { _ in [0x0a, 0x2e, 0x41, 0x0d].randomElement(using: &random) ?? 0 })))
    case 5: give(.input(.mouse(Mouse(.wheelUp, at: Point(column: 0, row: 0)))))
    case 6...9: randomTraffic(&random)
    default:
      let modifiers: [Key.Modifiers] = [[], [], [], .control, .meta, .shift]
      let code = Self.codes.randomElement(using: &random) ?? .enter
      key(Key(code, modifiers.randomElement(using: &random) ?? []))
    }
  }

  private mutating func randomTraffic(_ random: inout TestRandom) {
    let kinds: [TrafficRecord.Kind] = [.sent, .receipt, .lateReceipt, .received, .timedOut, .failed]
    let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    let record = TrafficRecord(
      kinds.randomElement(using: &random) ?? .sent,
      message: .random(in: 0...30, using: &random),
      wireCount: UInt64(bytes.count),
      roundTrip: .random(in: 0...10_000_000_000, using: &random),
      count: bytes.count,
      isAwaited: .random(using: &random),
      detail: TrafficRecord.Detail(rawValue: .random(in: 0...4, using: &random)) ?? .none
    )
    traffic([record], bytes: bytes)
  }
}
