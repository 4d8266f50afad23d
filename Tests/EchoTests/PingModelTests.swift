import Testing
import Wire

@testable import Echo

@Suite("A ping") struct PingModelTests {
  private static let tcp = Endpoint.tcp(host: "127.0.0.1", port: 5000)

  // MARK: When messages go

  @Test("Nothing goes before there is a connection; then one message an interval, and no more than were asked for")
  func pace() throws {
    var ping = try PingScript(3, interval: 200)
    ping.pass(milliseconds: 500)
    #expect(ping.takePosted() == [] && ping.deadline == nil)
    ping.connect()
    #expect(ping.takePosted() == ["ping 1"] && ping.deadline == 700)
    ping.sent(1...1)
    ping.pass(milliseconds: 199)
    #expect(ping.takePosted() == [])
    ping.pass(milliseconds: 1)
    #expect(ping.takePosted() == ["ping 2"] && ping.deadline == 900)
    ping.pass(milliseconds: 200)
    #expect(ping.takePosted() == ["ping 3"])
    ping.sent(2...3)
    ping.hear("ping 1", "ping 2")
    #expect(!ping.isClosed)
    ping.hear("ping 3")
    #expect(ping.isClosed && ping.deadline == nil)
  }

  @Test("A program that was stopped for long does not send all that it missed")
  func delay() throws {
    var ping = try PingScript(1000, interval: 1)
    ping.connect()
    ping.pass(milliseconds: 600)
    #expect((3...13).contains(ping.takePosted().count))
    ping.pass(milliseconds: 1)
    #expect(ping.takePosted().count == 1)
  }

  @Test("Without an interval a window of messages is under way, and each reply makes room for one")
  func window() throws {
    var ping = try PingScript(200)
    ping.connect()
    #expect(ping.takePosted().count == 128)
    ping.sent(1...128)
    #expect(ping.takePosted() == [])
    ping.hear("ping 1")
    #expect(ping.takePosted() == ["ping 129"])
    ping.hear("ping 1")
    #expect(ping.takePosted() == [], "a duplicate makes no room")
    #expect(ping.deadline == 1000)
    ping.pass(milliseconds: 1000)
    #expect(ping.takePosted().count == 71, "messages that timed out make room")
  }

  @Test("The window is one of bytes too", arguments: [(65_507, 4), (1000, 128)])
  func windowOfBytes(size: Int, count: Int) throws {
    var ping = try PingScript(200, size: size)
    ping.connect()
    let posted = ping.takePosted()
    #expect(posted.count == count)
    #expect(posted.allSatisfy { $0.utf8.count == size })
  }

  @Test("A message larger than the window goes alone")
  func largeMessage() throws {
    var ping = try PingScript(2, size: 1 << 20, endpoint: PingModelTests.tcp)
    ping.connect()
    #expect(ping.takePosted().count == 1)
  }

  @Test("With an interval unanswered messages hold nothing up, but those that the wire could not write do")
  func unwritten() throws {
    var ping = try PingScript(300, interval: 1, endpoint: PingModelTests.tcp)
    ping.connect()
    for _ in 0..<200 { ping.pass(milliseconds: 1) }
    #expect(ping.takePosted().count == 128)
    #expect(ping.deadline == nil)
    ping.sent(1...128)
    ping.pass(milliseconds: 1)
    #expect(!ping.takePosted().isEmpty)
  }

  // MARK: What became of them

  @Test("Loss, duplicates, order and lateness are told exactly where the peer echoes")
  func echo() throws {
    let ping = try PingModelTests.troubled(isQuiet: false)
    #expect(
      ping.output == """
        reply to 1: 6 bytes (500.000 ms)
        reply to 4: 6 bytes (200.000 ms)
        reply to 2: 6 bytes (400.000 ms), out of order
        reply to 2: 6 bytes (400.000 ms), duplicate
        reply to 3: 6 bytes (950.000 ms), out of order
        no reply to 5 (1 s)
        no reply to 6 (1 s)
        reply to 6: 6 bytes (1050.000 ms), late
        reply to 6: 6 bytes (1050.000 ms), duplicate
        sent 6, received 5, lost 1 (16.7 %), duplicates 2, out of order 2, late 1, unmatched 0
        round trip min 200.000, p50 501.219, p95 1050.000, p99 1050.000, max 1050.000 ms

        """
    )
    #expect(ping.notices == "")
    #expect(ping.model.shortfall == (2, of: 6))
    #expect(ping.model.isWhole && !ping.model.isMisled)
  }

  @Test("Quiet, it leaves out the replies that are as they should be, and no other line")
  func quiet() throws {
    let all = try PingModelTests.troubled(isQuiet: false).output.split(separator: "\n")
    let quiet = try PingModelTests.troubled(isQuiet: true).output.split(separator: "\n")
    #expect(all.count == quiet.count + 2)
    #expect(quiet == all.filter { !$0.hasPrefix("reply to 1:") && !$0.hasPrefix("reply to 4:") })
  }

  /// A ping that lost something.
  private static func troubled(isQuiet: Bool) throws -> PingScript {
    var ping = try PingScript(6, interval: 100, isQuiet: isQuiet)
    ping.connect()
    for number in 1...6 as ClosedRange<UInt64> {
      ping.sent(number...number)
      if number < 6 { ping.pass(milliseconds: 100) }
    }
    // 1 at once in its time, 4 before 2 and 3, 2 twice, 5 never, 6 after its time.
    ping.hear("ping 1", "ping 4", "ping 2", "ping 2")
    ping.pass(milliseconds: 650)
    ping.hear("ping 3")
    ping.pass(milliseconds: 400)
    #expect(ping.isClosed)
    ping.hear("ping 6", "ping 6")
    ping.end()
    return ping
  }

  @Test("Each message has its own time: one that is lost does not keep the next waiting")
  func expiry() throws {
    var ping = try PingScript(2, interval: 300)
    ping.connect()
    ping.sent(1...1)
    ping.pass(milliseconds: 300)
    ping.sent(2...2)
    #expect(ping.deadline == 1000)
    ping.hear("ping 2")
    ping.pass(milliseconds: 699)
    #expect(!ping.isClosed)
    ping.pass(milliseconds: 1)
    #expect(ping.isClosed)
    #expect(ping.output.hasSuffix("reply to 2: 6 bytes (0.000 ms)\nno reply to 1 (1 s)\n"))
  }

  @Test(
    "What is not to the byte what was sent answers nothing, and is shown as text only",
    arguments: ["ping 01", "ping 3", "ping 0", "ping ", "ping 1\n", "OK", "pin", "ping 99999999999999999999", "ping 2"]
  )
  func unmatched(_ text: String) throws {
    var ping = try PingScript(3, interval: 1000)
    ping.connect()
    ping.sent(1...1)
    ping.hear(text, "\u{1B}[2J")
    #expect(ping.output.hasPrefix("unmatched reply: \(text.utf8.count) bytes: "))
    #expect(ping.output.hasSuffix("unmatched reply: 4 bytes: \\e[2J\n"))
    #expect(ping.model.isMisled)
  }

  @Test("A reply's padding has to be what was sent, too")
  func padding() throws {
    var ping = try PingScript(1, size: 12)
    ping.connect()
    #expect(ping.takePosted() == ["ping 1 hijkl"])
    ping.sent(1...1)
    ping.hear("ping 1", "ping 1 hijkX", "ping 1 hijkl")
    ping.end()
    #expect(ping.output.contains("received 1, lost 0, duplicates 0, out of order 0, late 0, unmatched 2\n"))
  }

  @Test("Receipts are what the wire matched; what it did not match is no duplicate")
  func receipts() throws {
    var ping = try PingScript(4, interval: 0, expect: .receipt)
    ping.connect()
    ping.sent(1...4)
    #expect(ping.deadline == nil, "the wire times receipts")
    ping.tell(.timedOut, 1)
    ping.receipt(2, after: 3)
    ping.receipt(1, after: 1200, isLate: true)
    ping.receipt(3, after: 5)
    ping.hear("OK")
    ping.tell(.timedOut, 4)
    #expect(ping.isClosed)
    ping.end()
    #expect(
      ping.output == """
        no reply to 1 (1 s)
        reply to 2: 2 bytes (3.000 ms)
        reply to 1: 2 bytes (1200.000 ms), late
        reply to 3: 2 bytes (5.000 ms)
        unmatched reply: 2 bytes: OK
        no reply to 4 (1 s)
        sent 4, received 3, lost 1 (25.0 %), late 1, unmatched 1
        round trip min 3.000, p50 5.013, p95 1200.000, p99 1200.000, max 1200.000 ms

        """
    )
    #expect(ping.notices.hasPrefix("receipts over UDP carry no number: after a loss,"))
  }

  @Test("Receipts of a stream come in order, and nothing is guessed")
  func streamReceipts() throws {
    var ping = try PingScript(1, expect: .receipt, endpoint: PingModelTests.tcp)
    ping.connect()
    #expect(ping.takePosted() == ["ping 1\n"])
    ping.sent(1...1)
    ping.tell(.timedOut, 1)
    ping.end()
    #expect(ping.output == "no reply to 1 (1 s)\nsent 1, received 0, lost 1 (100.0 %), late 0, unmatched 0\n")
    #expect(ping.notices == "")
  }

  @Test("JSON: an object a reply, an object a message without one, and the sum")
  func json() throws {
    var ping = try PingScript(2, interval: 100, format: .json)
    ping.connect()
    ping.sent(1...1)
    ping.pass(milliseconds: 100)
    ping.sent(2...2)
    ping.hear("ping 2", "ping 1", "ping 1", "\u{7}")
    ping.end()
    let time = #""time":"2026-11-22T15:47:58.104000Z""#
    #expect(
      ping.output == """
        {"event":"connected","time":"2026-11-22T15:47:58.004000Z","transport":"udp",\
        "local":"127.0.0.1:50172","peer":"127.0.0.1:9000"}
        {"event":"reply",\(time),"id":2,"bytes":6,"rtt_ms":0.000}
        {"event":"reply",\(time),"id":1,"bytes":6,"rtt_ms":100.000,"out_of_order":true}
        {"event":"reply",\(time),"id":1,"bytes":6,"rtt_ms":100.000,"duplicate":true}
        {"event":"unmatched",\(time),"bytes":1,"text":"\\u0007"}
        {"event":"finished",\(time),"reason":"finished","sent":2,"received":2,"lost":0,"duplicates":1,\
        "out_of_order":1,"late":0,"unmatched":1,"rtt_min_ms":0.000,"rtt_p50_ms":0.000,"rtt_p95_ms":100.000,\
        "rtt_p99_ms":100.000,"rtt_max_ms":100.000}

        """
    )
  }

  // MARK: The end

  @Test("An interrupt ends the sending; what was sent is waited for, unless there is a second one")
  func interrupt() throws {
    var ping = try PingScript(10, interval: 100)
    ping.connect()
    ping.sent(1...1)
    ping.give(.interrupt)
    #expect(!ping.isClosed && ping.deadline == 1000)
    ping.pass(milliseconds: 500)
    #expect(ping.takePosted() == ["ping 1"])
    var impatient = ping
    ping.hear("ping 1")
    #expect(ping.isClosed)
    ping.end()
    #expect(ping.output.contains("sent 1, received 1, lost 0, "))
    #expect(ping.model.shortfall == (0, of: 1) && ping.model.isWhole)

    impatient.give(.interrupt)
    #expect(impatient.isClosed)
    impatient.end()
    #expect(
      impatient.output == """
        no reply to 1 (the end came first)
        sent 1, received 0, lost 1 (100.0 %), duplicates 0, out of order 0, late 0, unmatched 0

        """
    )
    #expect(impatient.model.shortfall == (1, of: 1))
  }

  @Test(
    "An interrupt before there is a connection ends at once, without a sum in text",
    arguments: OutputFormat.allCases
  )
  func interruptUnconnected(_ format: OutputFormat) throws {
    var ping = try PingScript(10, format: format)
    ping.give(.interrupt)
    #expect(ping.isClosed)
    ping.end()
    #expect(ping.output.contains("\"event\":\"finished\"") == (format == .json))
    #expect(ping.model.shortfall == (0, of: 0))
  }

  @Test("A peer that closes leaves unanswered what was sent, and uncounted what was not")
  func peerClosed() throws {
    var ping = try PingScript(5, endpoint: PingModelTests.tcp)
    ping.connect()
    ping.sent(1...2)
    ping.hear("ping 1")
    ping.end(.peerClosed)
    #expect(
      ping.output == """
        reply to 1: 6 bytes (0.000 ms)
        no reply to 2 (the end came first)
        sent 2, received 1, lost 1 (50.0 %), duplicates 0, out of order 0, late 0, unmatched 0
        round trip min 0.000, p50 0.000, p95 0.000, p99 0.000, max 0.000 ms

        """
    )
    #expect(!ping.model.isWhole)
  }

  @Test("A datagram that the network refuses is lost")
  func refused() throws {
    var ping = try PingScript(1)
    ping.connect()
    ping.tell(.failed, 1)
    #expect(ping.isClosed)
    ping.end()
    #expect(ping.output.hasPrefix("no reply to 1 (not sent)\nsent 1, received 0, lost 1 (100.0 %)"))
  }

  @Test("Percentiles of many round trips are right to 1 %")
  func percentiles() throws {
    var ping = try PingScript(1000, interval: 0, format: .json)
    ping.connect()
    for number in 1...1000 as ClosedRange<UInt64> {
      ping.sent(number...number)
      // The k-th takes k mod 100 milliseconds and one more.
      ping.pass(milliseconds: Int64(number % 100) + 1)
      ping.hear("ping \(number)")
    }
    ping.end()
    let sum = ping.output.split(separator: "\n").last ?? ""
    func figure(_ name: String) throws -> Double {
      let text = try #require(sum.split(separator: "\"\(name)\":").last?.prefix { $0.isNumber || $0 == "." })
      return try #require(Double(text))
    }
    #expect(try figure("rtt_min_ms") == 1)
    #expect(abs(try figure("rtt_p50_ms") - 50) <= 0.5)
    #expect(abs(try figure("rtt_p95_ms") - 95) <= 0.95)
    #expect(abs(try figure("rtt_p99_ms") - 99) <= 0.99)
    #expect(try figure("rtt_max_ms") == 100)
  }
}
