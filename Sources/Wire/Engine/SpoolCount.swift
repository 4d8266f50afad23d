/// What was told up to some place in a spool.
struct SpoolCount: Hashable {
  var events: UInt64 = 0
  /// What whoever counted every event would have as the server's totals, with what no event tells as it was at the last.
  var totals = ServerTotals()
  /// Events other than messages.
  var notices: UInt64 = 0

  /// Counts an event by what it holds.
  mutating func add(_ event: ServerEvent) {
    events += 1
    if case .messages(let batch) = event { totals.count(batch.records[...]) } else { addNotice(event) }
  }

  /// Counts an event; `wireCount` are the bytes of its messages, and of `current` is taken what no event tells.
  mutating func add(_ event: ServerEvent, wireCount: UInt64, current: ServerTotals) {
    events += 1
    totals.traffic.bytesSent = current.traffic.bytesSent
    totals.droppedByServer = current.droppedByServer
    // Counted where the messages are gathered, and thus never ahead of those that are told.
    totals.truncated = current.truncated
    totals.partial = current.partial
    if case .messages(let batch) = event {
      totals.traffic.messages += UInt64(batch.records.count)
      totals.traffic.bytesReceived += wireCount
    } else {
      addNotice(event)
    }
  }

  private mutating func addNotice(_ event: ServerEvent) {
    notices += 1
    switch event {
    case .connected: totals.connections += 1
    case .disconnected(_, let reason, _, _): totals.count(reason)
    case .dropped(let drop, _): totals.droppedByKernel += drop.count
    case .refused(let refusal, _):
      totals.refused += refusal.count
      if case .stops(let count, _) = refusal { totals.stopsRefused += count }
    case .listening, .messages, .failure, .recording, .recordingFailed, .stopping, .stopped: break
    }
  }
}

extension ServerTotals {
  /// Counts messages one by one.
  mutating func count(_ records: ArraySlice<MessageRecord>) {
    for record in records {
      traffic.messages += 1
      traffic.bytesReceived += record.wireCount
      count(record.flags)
    }
  }
}
