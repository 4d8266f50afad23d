import Wire

extension MessageRecord.Flags {
  /// Something went wrong: an alert, a message that was cut, a refused stop.
  static let wrong: MessageRecord.Flags = [.alert, .truncated, .partial, .stopRefused, .unanswered]
}

extension MessageLog.Row {
  /// What of the row is text for people.
  func shown(_ framing: Framing) -> ArraySlice<UInt8> {
    isNotice ? payload : framing.shown(of: payload, transport: peer.transport)
  }

  /// Whether somebody can be named as its source: an event may be nobody's.
  var hasPeer: Bool { !isNotice || peer.connection != .none }

  /// The message as a batch of its own.
  fileprivate var batch: MessageBatch {
    var batch = MessageBatch()
    var record = record
    record.offset = 0
    record.peer = 0
    batch.records = [record]
    batch.peers = [peer]
    batch.bytes = Array(payload)
    return batch
  }
}

extension MessageLog {
  func shownCount(_ record: MessageRecord, _ peer: Peer?, _ bytes: UnsafeRawBufferPointer) -> Int {
    guard let peer, !record.flags.contains(.notice) else { return bytes.count }
    return framing.shownCount(of: bytes, transport: peer.transport)
  }

  func subject(of id: UInt64, before: UInt64?) -> DetailSubject? {
    guard let row = self[id] else { return nil }
    let record = row.record
    var titles = [row.isNotice ? "event" : "#\(record.sequence)"]
    if row.hasPeer { titles.append("\(row.peer)") }
    if !row.isNotice { titles.append(Figures.bytes(record.wireCount)) }
    if row.peer.connection != .none { titles.append("conn #\(row.peer.connection.number)") }
    if let nanoseconds = record.replyTime.nanoseconds {
      titles.append("reply \(Figures.latency(nanoseconds: nanoseconds))")
    }
    var notes: [String] = []
    if let before = before.flatMap({ self[$0] }) {
      notes.append("dt \(Figures.delta(record.time.nanoseconds - before.record.time.nanoseconds))s")
    }
    let kept = UInt64(row.payload.count)
    return DetailSubject(
      id: id,
      titleFields: titles,
      bytes: row.payload,
      shownCount: row.shown(framing).count,
      lostCount: record.flags.contains(.truncated) && record.wireCount > kept ? record.wireCount - kept : 0,
      isProse: row.isNotice,
      notes: notes
    )
  }

  /// As plain mode writes it; in text the time goes before it, and events stand among the messages.
  func append(row id: UInt64, as format: OutputFormat, to output: inout [UInt8]) {
    guard let row = self[id] else { return }
    if format == .text { output.append(row.record.time) }
    if let event = row.event, format == .text {
      output.append(row.record.flags.contains(.alert) ? " !! " : " -- ")
      if row.hasPeer { output.append("\(row.peer): ") }
      output.append(event.noticeText ?? "")
      output.append(0x0a)
      return
    }
    if format == .text { output.append(0x20) }
    var transcript = ServerTranscript(format: format, framing: framing)
    var plain = PlainOutput()
    transcript.append(row.event ?? .messages(row.batch), to: &plain)
    output += plain.output
  }
}
