import Screen
package import Wire

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
    if reply != .none { batch.replies = [reply] }
    return batch
  }
}

extension MessageLog.Row {
  /// `before`: the row above it in the reader's list.
  func subject(_ id: UInt64, before: MessageLog.Row?, _ framing: Framing) -> DetailSubject {
    var titles = [isNotice ? "event" : "#\(record.sequence)"]
    if record.flags.contains(.sent) { titles.append("sent") }
    if !isNotice, record.flags.contains(.heard) { titles.append("received") }
    if hasPeer { titles.append("\(peer)") }
    if !isNotice { titles.append(Figures.bytes(record.wireCount)) }
    if peer.connection != .none { titles.append("conn #\(peer.connection.number)") }
    if let number = reply.answers { titles.append("answers #\(number)") }
    if let nanoseconds = reply.roundTrip {
      titles.append("round trip \(Figures.latency(nanoseconds: nanoseconds))")
    } else if let nanoseconds = record.replyTime.nanoseconds {
      titles.append("reply \(Figures.latency(nanoseconds: nanoseconds))")
    }
    var notes: [String] = []
    if let before {
      notes.append("dt \(Figures.delta(record.time.nanoseconds - before.record.time.nanoseconds))s")
    }
    let kept = UInt64(payload.count)
    return DetailSubject(
      id: id,
      titleFields: titles,
      bytes: payload,
      shownCount: shown(framing).count,
      lostCount: record.flags.contains(.truncated) && record.wireCount > kept ? record.wireCount - kept : 0,
      isProse: isNotice,
      notes: notes
    )
  }

  /// As plain mode writes it; in text the time goes before it, and events stand among the messages.
  func append(as format: OutputFormat, _ framing: Framing, to output: inout [UInt8]) {
    if format == .text { output.append(record.time) }
    if isNotice, format == .text {
      output.append(record.flags.contains(.alert) ? " !! " : " -- ")
      if hasPeer { output.append("\(peer): ") }
      if let event {
        output.append(event.noticeText ?? "")
      } else {
        payload.withUnsafeBytes { Printable.append($0, to: &output) }
      }
      output.append(0x0a)
      return
    }
    if format == .text { output.append(0x20) }
    var transcript = ServerTranscript(format: format, framing: framing)
    var plain = PlainOutput()
    transcript.append(event ?? .messages(batch), to: &plain)
    output += plain.output
  }
}

extension MessageRecord {
  /// How many of its bytes are shown as its text, from the first.
  func shownCount(_ peer: Peer?, _ bytes: UnsafeRawBufferPointer, _ framing: Framing) -> Int {
    guard let peer, !flags.contains(.notice) else { return bytes.count }
    return framing.shownCount(of: bytes, transport: peer.transport)
  }

  /// Marks a message that deserves it.
  package mutating func markHostile(_ peer: Peer?, _ payload: UnsafeRawBufferPointer, _ framing: Framing) {
    guard peer != nil, !flags.contains(.notice) else { return }
    let shown = UnsafeRawBufferPointer(rebasing: payload[..<shownCount(peer, payload, framing)])
    if Printable.isHostile(shown) { flags.insert(.hostile) }
  }
}

extension MessageLog {
  func shownCount(_ record: MessageRecord, _ peer: Peer?, _ bytes: UnsafeRawBufferPointer) -> Int {
    record.shownCount(peer, bytes, framing)
  }

  func subject(of id: UInt64, before: UInt64?) -> DetailSubject? {
    self[id]?.subject(id, before: before.flatMap { self[$0] }, framing)
  }

  func append(row id: UInt64, as format: OutputFormat, to output: inout [UInt8]) {
    self[id]?.append(as: format, framing, to: &output)
  }
}
