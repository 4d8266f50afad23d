import Wire

extension MessageRecord.Flags {
  /// Something went wrong: an alert, a message that was cut, a refused stop.
  static let wrong: MessageRecord.Flags = [.alert, .truncated, .partial, .stopRefused]
}

extension MessageLog.Row {
  /// What of the row is text for people.
  func shown(_ framing: Framing) -> ArraySlice<UInt8> {
    isNotice ? payload : framing.shown(of: payload, transport: peer.transport)
  }

  /// Whether somebody can be named as its source: an event may be nobody's.
  var hasPeer: Bool { !isNotice || peer.connection != .none }
}

extension DetailSubject {
  /// A row of a server's log; `before` is the one above it.
  init(_ row: MessageLog.Row, id: UInt64, framing: Framing, before: MessageLog.Row?) {
    let record = row.record
    var titles = [row.isNotice ? "event" : "#\(record.sequence)"]
    if row.hasPeer { titles.append("\(row.peer)") }
    if !row.isNotice { titles.append(Figures.bytes(record.wireCount)) }
    if row.peer.connection != .none { titles.append("conn #\(row.peer.connection.number)") }
    if let nanoseconds = record.replyTime.nanoseconds {
      titles.append("reply \(Figures.latency(nanoseconds: nanoseconds))")
    }
    var notes: [String] = []
    if let before {
      notes.append("dt \(Figures.delta(record.time.nanoseconds - before.record.time.nanoseconds))s")
    }
    let kept = UInt64(row.payload.count)
    self.init(
      id: id,
      titleFields: titles,
      bytes: row.payload,
      shownCount: row.shown(framing).count,
      lostCount: record.flags.contains(.truncated) && record.wireCount > kept ? record.wireCount - kept : 0,
      isProse: row.isNotice,
      notes: notes
    )
  }
}
