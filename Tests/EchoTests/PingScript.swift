import Wire

@testable import Echo

/// A ping under a script: events go in, lines and commands come out; the wire's clock and the model's are apart.
struct PingScript {
  /// 2026-11-22 15:47:58.004 UTC.
  static let start = Timestamp(nanoseconds: 1_795_362_478_004_000_000)
  /// What the wire's clock shows at the start.
  private static let wireStart: Int64 = 77_000_000_000_000

  var model: PingModel
  private(set) var plain = PlainOutput()
  private(set) var isClosed = false
  /// The payloads that were given to the wire and not taken out.
  private var posted: [String] = []
  private var elapsed: Int64 = 0

  init(
    _ count: Int,
    interval: Int64 = 0,
    size: Int? = nil,
    expect: PingExpectation = .echo,
    endpoint: Endpoint = .udp(host: "127.0.0.1", port: 7),
    format: OutputFormat = .text,
    isQuiet: Bool = false
  ) throws {
    var configuration = ClientConfiguration(endpoint: endpoint)
    configuration.timeoutNanoseconds = 1_000_000_000
    let plan = try PingPlan(
      count: count,
      intervalNanoseconds: interval * 1_000_000,
      size: size,
      expectation: expect,
      configuration: configuration
    )
    model = PingModel(plan, format: format, isQuiet: isQuiet)
  }

  var output: String { String(decoding: plain.output, as: UTF8.self) }
  var notices: String { String(decoding: plain.notices + plain.lateNotices, as: UTF8.self) }

  /// The next moment at which the model wants a turn, in milliseconds from the start.
  var deadline: Int64? { model.deadline.map { $0 / 1_000_000 } }

  private var time: Timestamp { Timestamp(nanoseconds: PingScript.start.nanoseconds + elapsed) }

  mutating func give(_ event: PingModel.Event) {
    for command in model.update(event, at: PingModel.Moment(elapsed: elapsed, time: time), to: &plain) {
      switch command {
      case .send(let batch): posted += texts(of: batch)
      case .close: isClosed = true
      case .finish: preconditionFailure("a ping never half-closes")
      }
    }
  }

  private func texts(of batch: OutgoingBatch) -> [String] {
    var start = 0
    return batch.messages.map { message in
      defer { start += Int(message.wireCount) }
      return String(decoding: batch.bytes[start..<(start + Int(message.wireCount))], as: UTF8.self)
    }
  }

  /// Takes what was given to the wire so far.
  mutating func takePosted() -> [String] {
    defer { posted = [] }
    return posted
  }

  mutating func pass(milliseconds: Int64) {
    elapsed += milliseconds * 1_000_000
    give(.tick)
  }

  mutating func connect() { give(.wire(.connected(local: ClientScript.local, peer: ClientScript.peer, at: time))) }

  mutating func end(_ reason: ClientEnd = .closed) { give(.wire(.ended(reason, ClientTotals(), at: time))) }

  private mutating func traffic(_ record: TrafficRecord, _ payload: String = "") {
    var record = record
    record.count = UInt32(payload.utf8.count)
    record.wireCount = UInt64(payload.utf8.count)
    record.moment = PingScript.wireStart + elapsed
    var batch = TrafficBatch(time: time)
    batch.bytes = Array(payload.utf8)
    batch.records = [record]
    give(.wire(.traffic(batch)))
  }

  mutating func sent(_ numbers: ClosedRange<UInt64>) {
    for number in numbers { traffic(TrafficRecord(.sent, message: number)) }
  }

  mutating func hear(_ texts: String...) {
    for text in texts { traffic(TrafficRecord(.received, message: 0), text) }
  }

  /// A reply as the wire matched it.
  mutating func receipt(_ number: UInt64, after milliseconds: Int64, isLate: Bool = false) {
    let kind: TrafficRecord.Kind = isLate ? .lateReceipt : .receipt
    traffic(TrafficRecord(kind, message: number, roundTrip: milliseconds * 1_000_000), "OK")
  }

  mutating func tell(_ kind: TrafficRecord.Kind, _ number: UInt64) { traffic(TrafficRecord(kind, message: number)) }
}
