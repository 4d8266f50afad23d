import Wire

/// A client's log as something to browse.
extension ClientLog {
  func shownCount(_ record: MessageRecord, _ peer: Peer?, _ bytes: UnsafeRawBufferPointer) -> Int {
    bytes.count
  }

  func subject(of id: UInt64, before: UInt64?) -> DetailSubject? {
    guard let row = self[id] else { return nil }
    var notes: [String] = []
    if let before = before.flatMap({ self[$0] }) {
      notes.append("dt \(Figures.delta(row.time.nanoseconds - before.time.nanoseconds))s")
    }
    return DetailSubject(
      id: id,
      titleFields: row.titles,
      bytes: row.payload,
      lostCount: row.lostCount,
      isProse: row.isNotice,
      notes: notes
    )
  }

  /// As text: the time, the row's sign and its bytes; as JSON: plain mode's objects, a message with what became of it.
  func append(row id: UInt64, as format: OutputFormat, to output: inout [UInt8]) {
    guard let row = self[id] else { return }
    switch format {
    case .text:
      output.append(row.time)
      output.append(" \(row.kind.sign) ")
      output.append(printable: row.payload)
      output.append(0x0a)
    case .json:
      var json = JSONLine()
      json.begin(row.kind.word)
      json.field("time", row.time)
      if row.isNotice {
        json.field("text", String(decoding: row.payload, as: UTF8.self))
      } else {
        if row.message > 0 { json.field("id", row.message) }
        json.field("bytes", row.wireCount)
        json.payload(row.payload)
        row.kind.describe(to: &json)
        if row.flags.contains(.truncated) { json.field("truncated", true) }
        if row.flags.contains(.partial) { json.field("partial", true) }
      }
      json.end(into: &output)
    }
  }
}

extension ClientLog.Row {
  /// Bytes of it that were not kept.
  fileprivate var lostCount: UInt64 {
    let kept = UInt64(payload.count)
    return flags.contains(.truncated) && wireCount > kept ? wireCount - kept : 0
  }

  /// What the detail's rule says of it.
  fileprivate var titles: [String] {
    switch kind {
    case .event, .alert: ["event"]
    case .received: [message > 0 ? "reply to #\(message)" : "received", Figures.bytes(wireCount)]
    case .sent(let fate): ["#\(message) sent", Figures.bytes(wireCount), fate.text]
    }
  }
}

extension ClientLog.Fate {
  /// What became of a message, in words.
  fileprivate var text: String {
    switch self {
    case .queued: "queued"
    case .written: "written"
    case .waiting: "awaiting its reply"
    case .answered(let time): "answered in \(Figures.latency(nanoseconds: time))"
    case .timedOut: "no reply in time"
    case .late(let time): "answered late, in \(Figures.latency(nanoseconds: time))"
    case .inDoubt: "in doubt: the connection ended first"
    case .resent: "in doubt, and sent again"
    case .failed: "the network did not take it"
    }
  }
}

extension ClientLog.Kind {
  /// The sign of a row, in at most five columns.
  var sign: String {
    switch self {
    case .sent(.queued): ">q"
    case .sent(.written): ">"
    case .sent(.waiting): ">wait"
    case .sent(.answered): ">ok"
    case .sent(.late): ">late"
    case .sent(.timedOut): ">T/O"
    case .sent(.inDoubt): ">?"
    case .sent(.resent): ">re"
    case .sent(.failed): ">ERR"
    case .received: "<"
    case .event: "--"
    case .alert: "!!"
    }
  }

  /// The JSON event.
  fileprivate var word: String {
    switch self {
    case .sent: "sent"
    case .received: "received"
    case .event, .alert: "notice"
    }
  }

  fileprivate func describe(to json: inout JSONLine) {
    guard case .sent(let fate) = self else { return }
    switch fate {
    case .queued: json.field("state", "queued")
    case .written: json.field("state", "written")
    case .waiting: json.field("state", "waiting")
    case .answered(let time):
      json.field("state", "answered")
      json.field("rtt_ms", milliseconds: time)
    case .timedOut: json.field("state", "timeout")
    case .late(let time):
      json.field("state", "late")
      json.field("rtt_ms", milliseconds: time)
    case .inDoubt: json.field("state", "in doubt")
    case .resent: json.field("state", "resent")
    case .failed: json.field("state", "failed")
    }
  }
}
