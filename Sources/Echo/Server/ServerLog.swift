import Wire

/// What a server's screen lists: what is received, or instead of it what was recorded.
struct ServerLog: RowLog {
  var received: MessageLog
  var recorded: RecordedLog?

  init(_ received: MessageLog) { self.received = received }

  init(_ recorded: RecordedLog) {
    received = MessageLog(countLimit: 1, byteLimit: 1, framing: recorded.framing)
    self.recorded = recorded
  }

  var firstID: UInt64 { recorded?.firstID ?? received.firstID }
  var endID: UInt64 { recorded?.endID ?? received.endID }
  var readingCost: Int { recorded?.readingCost ?? 0 }

  subscript(id: UInt64) -> MessageLog.Row? {
    if let recorded { recorded[id] } else { received[id] }
  }

  func scan(
    _ ids: Range<UInt64>,
    _ body: (UInt64, MessageRecord, Peer?, UnsafeRawBufferPointer) -> Bool
  ) -> UInt64 {
    recorded?.scan(ids, body) ?? received.scan(ids, body)
  }

  func scanReversed(
    _ ids: Range<UInt64>,
    _ body: (UInt64, MessageRecord, Peer?, UnsafeRawBufferPointer) -> Bool
  ) -> UInt64 {
    recorded?.scanReversed(ids, body) ?? received.scanReversed(ids, body)
  }

  func shownCount(_ record: MessageRecord, _ peer: Peer?, _ bytes: UnsafeRawBufferPointer) -> Int {
    record.shownCount(peer, bytes, received.framing)
  }

  func subject(of id: UInt64, before: UInt64?) -> DetailSubject? {
    self[id]?.subject(id, before: before.flatMap { self[$0] }, received.framing)
  }

  func searchStart(ofMessage number: UInt64, near id: UInt64?) -> UInt64 {
    recorded?.searchStart(ofMessage: number, near: id) ?? received.searchStart(ofMessage: number, near: id)
  }

  func append(row id: UInt64, as format: OutputFormat, to output: inout [UInt8]) {
    if let recorded {
      recorded.append(row: id, as: format, to: &output)
    } else {
      received.append(row: id, as: format, to: &output)
    }
  }

  mutating func clear() {
    if recorded == nil { received.clear() } else { recorded?.clear() }
  }
}
