import Screen
import Wire

/// The lines of a replay: one a difference, and the sum.
struct ReplayTranscript {
  private let format: OutputFormat
  private let timeoutText: String
  private var json = JSONLine()

  init(format: OutputFormat, timeoutText: String) {
    self.format = format
    self.timeoutText = timeoutText
  }

  /// Whether there is a sum even of a replay that never had a connection: programs want an end.
  var tellsUnconnected: Bool { format == .json }

  /// A message that goes because the user said so.
  mutating func append(step message: ReplayMessage, to plain: inout PlainOutput) {
    guard format == .text else { return }
    plain.output.append("message \(message.sequence): ")
    plain.output.append(printable: message.payload[...])
    plain.output.append(0x0a)
  }

  mutating func append(
    difference sequence: UInt64,
    expected: ArraySlice<UInt8>,
    reply: ArraySlice<UInt8>,
    time: Timestamp,
    to output: inout [UInt8]
  ) {
    switch format {
    case .text:
      output.append("message \(sequence): expected \"")
      output.append(printable: expected)
      output.append("\", got \"")
      output.append(printable: reply)
      output.append("\"\n")
    case .json:
      json.begin("difference", at: time)
      json.field("seq", sequence)
      json.object("expected") { $0.bytes(expected) }
      json.object("got") { $0.bytes(reply) }
      json.end(into: &output)
    }
  }

  mutating func append(unexpected reply: ArraySlice<UInt8>, time: Timestamp, to output: inout [UInt8]) {
    switch format {
    case .text:
      output.append("expected no reply, got \"")
      output.append(printable: reply)
      output.append("\"\n")
    case .json:
      json.begin("unexpected", at: time)
      json.object("got") { $0.bytes(reply) }
      json.end(into: &output)
    }
  }

  /// A message has no reply, in time or at the end.
  mutating func append(missing sequence: UInt64, isLate: Bool, time: Timestamp, to output: inout [UInt8]) {
    switch format {
    case .text: output.append("message \(sequence): no reply (\(isLate ? timeoutText : "the end came first"))\n")
    case .json:
      json.begin("missing", at: time)
      json.field("seq", sequence)
      json.end(into: &output)
    }
  }

  mutating func append(misfit sequence: UInt64, _ reason: String, time: Timestamp, to plain: inout PlainOutput) {
    switch format {
    case .text: plain.notice("echo_client: message \(sequence) not sent: \(reason)")
    case .json:
      json.begin("misfit", at: time)
      json.field("seq", sequence)
      json.field("error", reason)
      json.end(into: &plain.output)
    }
  }

  mutating func append(_ tally: ReplayTally, end: ClientEnd, time: Timestamp, to output: inout [UInt8]) {
    switch format {
    case .text:
      output.append(
        "\(Figures.quantity(tally.sent, "message")) sent, \(Figures.grouped(tally.same)) answered as recorded, "
          + "\(Figures.grouped(tally.different)) otherwise, \(Figures.grouped(tally.missing)) not"
      )
      for (count, words) in [
        (tally.unexpected, "unexpected"), (tally.stops, "left out: stop messages"),
        (tally.truncated, "left out: only their beginnings were recorded"), (tally.misfits, "not sent"),
      ] where count > 0 {
        output.append("; \(Figures.grouped(count)) \(words)")
      }
      output.append(0x0a)
    case .json:
      json.begin("finished", at: time)
      json.field("reason", end.word)
      if let text = end.failureText { json.field("error", text) }
      json.field("sent", tally.sent)
      json.field("same", tally.same)
      json.field("different", tally.different)
      json.field("missing", tally.missing)
      json.field("unexpected", tally.unexpected)
      json.field("stops", tally.stops)
      json.field("truncated", tally.truncated)
      json.field("misfits", tally.misfits)
      json.end(into: &output)
    }
  }
}

extension JSONLine {
  fileprivate mutating func bytes(_ payload: ArraySlice<UInt8>) {
    field("bytes", payload.count)
    self.payload(payload)
  }
}
