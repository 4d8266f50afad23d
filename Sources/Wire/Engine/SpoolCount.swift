/// What was told up to some place in a spool.
struct SpoolCount: Hashable {
  var events: UInt64 = 0
  /// What whoever counted every event would have as the server's totals, with what no event tells as it was at the last.
  var totals = ServerTotals()
  /// Events other than messages.
  var notices: UInt64 = 0
  /// Connections that had ended.
  private var ended: UInt64 = 0
  /// Those that were open.
  var open: UInt64 { totals.connections - min(ended, totals.connections) }

  /// Counts an event that is the messages.
  mutating func add(_ messages: ArraySlice<MessageRecord>) {
    events += 1
    totals.count(messages)
  }

  /// Counts an event; `wireCount` are the bytes of its messages, and of `current` is taken what no event tells.
  mutating func add(_ event: ServerEvent, wireCount: UInt64, current: ServerTotals) {
    totals.traffic.bytesSent = current.traffic.bytesSent
    totals.droppedByServer = current.droppedByServer
    // Counted where the messages are gathered, and thus never ahead of those that are told.
    totals.truncated = current.truncated
    totals.partial = current.partial
    if case .messages(let batch) = event {
      events += 1
      totals.traffic.messages += UInt64(batch.records.count)
      totals.traffic.bytesReceived += wireCount
    } else {
      add(notice: event)
    }
  }

  /// Counts an event that is no messages.
  mutating func add(notice event: ServerEvent) {
    events += 1
    notices += 1
    switch event {
    case .connected: totals.connections += 1
    case .disconnected(_, let reason, _, _):
      ended += 1
      totals.count(reason)
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
