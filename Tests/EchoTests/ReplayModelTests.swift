import Testing
import Wire

@testable import Echo

/// A replay under a script: messages and the wire's events go in, lines and commands come out.
@Suite struct ReplayModelTests {
  private var model: ReplayModel
  private var plain = PlainOutput()
  private var elapsed: Int64 = 0
  private var posted: [String] = []
  private var isFinished = false
  private var isClosed = false
  private var sequence: UInt64 = 0

  init() throws { model = try ReplayModelTests.model() }

  private static func model(
    _ reply: ReplyMode = .ok,
    pace: ReplayPace = .unlimited,
    sendsStops: Bool = false,
    format: OutputFormat = .text
  ) throws -> ReplayModel {
    let configuration = ClientConfiguration(endpoint: .tcp(host: "127.0.0.1", port: 7))
    let plan = try ReplayPlan(reply: reply, pace: pace, sendsStops: sendsStops, configuration: configuration)
    return ReplayModel(plan, format: format)
  }

  private var lines: [String] { String(decoding: plain.output, as: UTF8.self).split(separator: "\n").map(String.init) }

  private mutating func give(_ event: ReplayModel.Event) {
    let time = Timestamp(nanoseconds: 1_795_362_478_004_000_000 + elapsed)
    for command in model.update(event, at: ReplayModel.Moment(elapsed: elapsed, time: time), to: &plain) {
      switch command {
      case .send(let batch):
        posted += String(decoding: batch.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
      case .finish: isFinished = true
      case .close: isClosed = true
      }
    }
  }

  /// Messages a second apart, all answered.
  private mutating func replay(_ payloads: String..., isAnswered: Bool = true) {
    give(.wire(.connected(local: nil, peer: nil, at: Timestamp(nanoseconds: 0))))
    for payload in payloads {
      sequence += 1
      give(
        .message(
          ReplayMessage(
            sequence: sequence,
            time: Timestamp(nanoseconds: Int64(sequence) * 1_000_000_000),
            isAnswered: isAnswered,
            payload: Array(payload.utf8)
          )
        )
      )
    }
    give(.endOfMessages)
  }

  private mutating func hear(_ kind: TrafficRecord.Kind, _ id: UInt64, _ reply: String = "") {
    var batch = TrafficBatch(time: Timestamp(nanoseconds: 1_795_362_478_004_000_000))
    batch.bytes = Array(reply.utf8)
    batch.records = [TrafficRecord(kind, message: id, count: reply.utf8.count)]
    give(.wire(.traffic(batch)))
  }

  private mutating func end(_ reason: ClientEnd = .finished) {
    give(.wire(.ended(reason, ClientTotals(), at: Timestamp(nanoseconds: 1_795_362_478_004_000_000))))
  }

  @Test("All messages go at once without a pace, and answers that are those of then are no lines")
  mutating func same() {
    replay("a", "b")
    #expect(posted == ["a", "b"])
    #expect(isFinished)
    for id in 1...2 as ClosedRange<UInt64> {
      hear(.sent, id)
      hear(.receipt, id, "OK")
    }
    end()
    #expect(lines == ["2 messages sent, 2 answered as recorded, 0 otherwise, 0 not"])
  }

  @Test("A reply that differs, one that is missing and one that was not to come are a line each, escaped")
  mutating func differences() {
    replay("a", "b", "c")
    hear(.receipt, 1, "NO\u{1b}")
    hear(.received, 0, "more")
    hear(.timedOut, 2)
    end()
    #expect(
      lines == [
        "message 1: expected \"OK\", got \"NO\\e\"", "expected no reply, got \"more\"", "message 2: no reply (5 s)",
        "message 3: no reply (the end came first)",
        "0 messages sent, 0 answered as recorded, 1 otherwise, 2 not; 1 unexpected",
      ]
    )
    #expect(model.tally == ReplayTally(different: 1, unexpected: 1, missing: 2))
  }

  @Test("A reply that comes twice on a stream shifts none of those that follow")
  mutating func twice() throws {
    model = try ReplayModelTests.model(.echo)
    replay("a", "b", "c")
    for id in 1...3 as ClosedRange<UInt64> { hear(.sent, id) }
    for reply in ["a", "a", "b", "c"] { hear(.received, 0, reply) }
    #expect(!isClosed)
    elapsed = 1_000_000_000
    give(.tick)
    #expect(isClosed)
    end(.closed)
    #expect(
      lines == [
        "expected no reply, got \"a\"",
        "3 messages sent, 3 answered as recorded, 0 otherwise, 0 not; 1 unexpected",
      ]
    )
    #expect(model.end == .finished)
  }

  @Test("A reply on a stream that is another than the first message's own is that message's all the same")
  mutating func otherwise() throws {
    model = try ReplayModelTests.model(.echo)
    replay("a", "b")
    for id in 1...2 as ClosedRange<UInt64> { hear(.sent, id) }
    for reply in ["x", "b", "c"] { hear(.received, 0, reply) }
    #expect(lines == ["message 1: expected \"a\", got \"x\"", "expected no reply, got \"c\""])
    #expect(model.tally == ReplayTally(sent: 2, same: 1, different: 1, unexpected: 1))
  }

  @Test("On a stream a message is given up after its time, and its late reply shifts no other")
  mutating func late() throws {
    model = try ReplayModelTests.model(.echo)
    replay("a", "b")
    hear(.sent, 1)
    #expect(model.deadline == 5_000_000_000)
    elapsed = 5_000_000_000
    hear(.sent, 2)
    give(.tick)
    for reply in ["a", "b"] { hear(.received, 0, reply) }
    #expect(lines == ["message 1: no reply (5 s)"])
    #expect(model.tally == ReplayTally(sent: 2, same: 1, missing: 1))
  }

  @Test("Of a client's recording each message has a reply of its own; over another wire what is shown is compared")
  mutating func recordedReplies() throws {
    let configuration = ClientConfiguration(endpoint: .tcp(host: "127.0.0.1", port: 7))
    let plan = try ReplayPlan(
      reply: nil,
      recordedPath: ReplayPlan.ReplyPath(framing: .line, transport: .udp),
      pace: .unlimited,
      sendsStops: false,
      configuration: configuration
    )
    model = ReplayModel(plan, format: .text)
    give(.wire(.connected(local: nil, peer: nil, at: Timestamp(nanoseconds: 0))))
    for (number, reply) in ["OK\0\0", "no"].enumerated() {
      give(
        .message(
          ReplayMessage(
            sequence: UInt64(number + 1),
            time: Timestamp(nanoseconds: 0),
            isAnswered: true,
            payload: [0x61],
            reply: Array(reply.utf8)
          )
        )
      )
    }
    give(.endOfMessages)
    for id in 1...2 as ClosedRange<UInt64> { hear(.sent, id) }
    hear(.received, 0, "OK\r")
    hear(.received, 0, "yes")
    #expect(lines == ["message 2: expected \"no\", got \"yes\""])
  }

  @Test("Differences are objects in JSON, with base64 for what is no text")
  mutating func json() throws {
    model = try ReplayModelTests.model(.echo, format: .json)
    replay("a")
    let from = plain.output.count
    hear(.receipt, 1, "b")
    let line = String(decoding: plain.output[from...], as: UTF8.self)
    #expect(
      line == #"{"event":"difference","time":"2026-11-22T15:47:58.004000Z","seq":1,"#
        + #""expected":{"bytes":1,"text":"a"},"got":{"bytes":1,"text":"b"}}"# + "\n"
    )
  }

  @Test("Messages go as far apart as they came, or so many times as fast")
  mutating func pace() throws {
    model = try ReplayModelTests.model(pace: .recorded(speed: 4))
    elapsed = 7
    replay("a", "b", "c")
    #expect(posted == ["a"])
    #expect(model.deadline == 250_000_007)
    elapsed = 250_000_007
    give(.tick)
    #expect(posted == ["a", "b"])
    #expect(!isFinished)
    elapsed = 500_000_007
    give(.tick)
    #expect(isFinished)
  }

  @Test("Stepwise, each message waits for its step, and is told")
  mutating func steps() throws {
    model = try ReplayModelTests.model(pace: .stepwise)
    replay("a", "b")
    #expect(posted == [])
    give(.step)
    #expect(posted == ["a"])
    #expect(lines == ["message 1: a"])
    #expect(model.deadline == nil)
  }

  @Test("Steps that came before there was a connection are taken, and after the last one nothing more goes")
  mutating func earlySteps() throws {
    model = try ReplayModelTests.model(pace: .stepwise)
    for event in [.step, .step, .endOfSteps] as [ReplayModel.Event] { give(event) }
    #expect(!isFinished)
    replay("a", "b", "c")
    #expect(posted == ["a", "b"])
    #expect(isFinished)
  }

  @Test("Stop messages are left out and counted, unless they are wanted")
  mutating func stops() throws {
    replay("a", ".")
    #expect(posted == ["a"])
    #expect(model.tally.stops == 1)
    model = try ReplayModelTests.model(sendsStops: true)
    replay("a", ".")
    #expect(posted == ["a", "a", "."])
  }

  @Test("What was not answered then is not to be answered now")
  mutating func unanswered() throws {
    replay("a", isAnswered: false)
    end()
    #expect(model.tally.missing == 0)
  }

  @Test("A message that does not fit the framing is told of and not sent, and the others go")
  mutating func misfit() {
    replay("a\nb", "c")
    #expect(posted == ["c"])
    #expect(String(decoding: plain.notices, as: UTF8.self).hasPrefix("echo_client: message 1 not sent: "))
  }

  @Test("No more is read than can be under way, however large the recording is")
  mutating func window() {
    give(.wire(.connected(local: nil, peer: nil, at: Timestamp(nanoseconds: 0))))
    var count = 0
    while model.wantsMessages, count < 100_000 {
      count += 1
      give(
        .message(ReplayMessage(sequence: 1, time: Timestamp(nanoseconds: 0), isAnswered: true, payload: [0x61]))
      )
      give(.tick)
    }
    #expect(count < 5000)
    #expect(posted.count < count)
    for id in 1...UInt64(posted.count) { hear(.receipt, id, "OK") }
    #expect(posted.count == count)
    #expect(model.wantsMessages)
  }

  @Test("A raw stream has no borders by which replies could be compared")
  func raw() {
    var configuration = ClientConfiguration(endpoint: .tcp(host: "127.0.0.1", port: 7))
    configuration.framing = .raw
    #expect(throws: ReplayPlanError.noBorders) {
      try ReplayPlan(reply: .ok, pace: .unlimited, sendsStops: false, configuration: configuration)
    }
  }
}
