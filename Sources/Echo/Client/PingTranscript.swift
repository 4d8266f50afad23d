import Wire

/// The lines of a ping: one a reply, one a message without a reply, and the sum.
struct PingTranscript {
  private let plan: PingPlan
  private let format: OutputFormat
  private let isQuiet: Bool
  private let timeoutText: String
  private var json = JSONLine()

  init(_ plan: PingPlan, format: OutputFormat, isQuiet: Bool) {
    self.plan = plan
    self.format = format
    self.isQuiet = isQuiet
    timeoutText = Figures.seconds(nanoseconds: plan.timeoutNanoseconds)
  }

  /// Whether there is a sum even of a ping that never had a connection: programs want an end.
  var tellsUnconnected: Bool { format == .json }

  mutating func append(_ reply: PingReply, wireCount: UInt64, time: Timestamp, to output: inout [UInt8]) {
    if isQuiet, reply.isOrdinary { return }
    switch format {
    case .text:
      output.append("reply to ")
      output.append(decimal: reply.number)
      output.append(": ")
      output.append(decimal: wireCount)
      output.append(" bytes (")
      output.append(milliseconds: reply.roundTrip)
      output.append(" ms)")
      if reply.isLate { output.append(", late") }
      if reply.isDuplicate { output.append(", duplicate") }
      if reply.isOutOfOrder { output.append(", out of order") }
      output.append(0x0a)
    case .json:
      json.begin("reply", at: time)
      json.field("id", reply.number)
      json.field("bytes", wireCount)
      json.field("rtt_ms", milliseconds: reply.roundTrip)
      if reply.isLate { json.field("late", true) }
      if reply.isDuplicate { json.field("duplicate", true) }
      if reply.isOutOfOrder { json.field("out_of_order", true) }
      json.end(into: &output)
    }
  }

  mutating func append(
    unmatched payload: ArraySlice<UInt8>,
    wireCount: UInt64,
    time: Timestamp,
    to output: inout [UInt8]
  ) {
    switch format {
    case .text:
      output.append("unmatched reply: ")
      output.append(decimal: wireCount)
      output.append(" bytes: ")
      output.append(printable: payload)
      output.append(0x0a)
    case .json:
      json.begin("unmatched", at: time)
      json.field("bytes", wireCount)
      json.payload(payload)
      json.end(into: &output)
    }
  }

  /// A message did not get its reply in time.
  mutating func append(timeout number: UInt64, time: Timestamp, to output: inout [UInt8]) {
    append("timeout", number, why: timeoutText, time: time, to: &output)
  }

  /// A message was still without its reply at the end, or could not be sent.
  mutating func append(
    failed number: UInt64,
    _ outcome: PingLedger.Outcome,
    time: Timestamp,
    to output: inout [UInt8]
  ) {
    append("failed", number, why: outcome == .unsent ? "not sent" : "the end came first", time: time, to: &output)
  }

  private mutating func append(
    _ event: String,
    _ number: UInt64,
    why: String,
    time: Timestamp,
    to output: inout [UInt8]
  ) {
    switch format {
    case .text:
      output.append("no reply to ")
      output.append(decimal: number)
      output.append(" (\(why))\n")
    case .json:
      json.begin(event, at: time)
      json.field("id", number)
      json.end(into: &output)
    }
  }

  /// The sum; `reason` is a word of JSON output, `error` what to tell of an end that nobody asked for.
  mutating func append(
    _ tally: PingTally,
    reason: String,
    error: String?,
    time: Timestamp,
    to output: inout [UInt8]
  ) {
    switch format {
    case .text: appendText(tally, to: &output)
    case .json:
      json.begin("finished", at: time)
      json.field("reason", reason)
      if let error { json.field("error", error) }
      describe(tally)
      json.end(into: &output)
    }
  }

  private func appendText(_ tally: PingTally, to output: inout [UInt8]) {
    output.append("sent \(tally.sent), received \(tally.received), lost \(tally.lost)")
    if tally.lost > 0, tally.sent > 0 { output.append(" (\(PingTranscript.percent(tally.lost, of: tally.sent)) %)") }
    // A reply that is any receipt can't be told to be a second one, or one before its turn.
    if plan.expectation == .echo { output.append(", duplicates \(tally.duplicates), out of order \(tally.outOfOrder)") }
    output.append(", late \(tally.late), unmatched \(tally.unmatched)")
    if tally.unrecorded > 0 { output.append(", not recorded \(tally.unrecorded)") }
    output.append(0x0a)
    guard tally.roundTrips.count > 0 else { return }
    var separator = "round trip "
    for (name, nanoseconds) in PingTranscript.figures(tally) {
      output.append("\(separator)\(name) ")
      output.append(milliseconds: nanoseconds)
      separator = ", "
    }
    output.append(" ms\n")
  }

  private mutating func describe(_ tally: PingTally) {
    json.field("sent", tally.sent)
    json.field("received", tally.received)
    json.field("lost", tally.lost)
    if plan.expectation == .echo {
      json.field("duplicates", tally.duplicates)
      json.field("out_of_order", tally.outOfOrder)
    }
    json.field("late", tally.late)
    json.field("unmatched", tally.unmatched)
    if tally.unrecorded > 0 { json.field("unrecorded", tally.unrecorded) }
    let names: [StaticString] = ["rtt_min_ms", "rtt_p50_ms", "rtt_p95_ms", "rtt_p99_ms", "rtt_max_ms"]
    for (name, figure) in zip(names, PingTranscript.figures(tally)) { json.field(name, milliseconds: figure.1) }
  }

  /// What is told of the round trips, from the least to the greatest, in nanoseconds; nothing when there are none.
  private static func figures(_ tally: PingTally) -> [(String, Int64)] {
    let trips = tally.roundTrips
    let figures = [
      ("min", trips.minimum), ("p50", trips.percentile(50)), ("p95", trips.percentile(95)),
      ("p99", trips.percentile(99)), ("max", trips.maximum),
    ]
    return figures.compactMap { name, value in value.map { (name, Int64($0)) } }
  }

  /// A share with one decimal: rounded, but neither nothing nor all when it is not.
  private static func percent(_ part: UInt64, of whole: UInt64) -> String {
    var thousandths = (part * 1000 + whole / 2) / whole
    if part > 0 { thousandths = max(1, thousandths) }
    if part < whole { thousandths = min(999, thousandths) }
    return "\(thousandths / 10).\(thousandths % 10)"
  }

}
