import Wire

/// A client's session in numbers, over all its connections.
struct ClientCounters: Sendable {
  struct RoundTrips: Hashable, Sendable {
    private(set) var last: Int64 = 0
    private(set) var least = Int64.max
    private(set) var most: Int64 = 0
    private(set) var count: Int64 = 0
    private var mean = 0.0

    var average: Int64 { Int64(mean) }

    mutating func add(_ nanoseconds: Int64) {
      last = nanoseconds
      least = min(least, nanoseconds)
      most = max(most, nanoseconds)
      count += 1
      mean += (Double(nanoseconds) - mean) / Double(count)
    }
  }

  private(set) var totals = ClientTotals()
  private(set) var roundTrips = RoundTrips()
  private(set) var sentRate = RateWindow()
  private(set) var receivedRate = RateWindow()
  private(set) var late: UInt64 = 0
  private(set) var failed: UInt64 = 0
  /// Messages that the wire has and whose fate is open.
  private(set) var pending: UInt64 = 0

  /// Receipts that never came.
  var missing: UInt64 {
    let lost = totals.timedOut + failed
    return lost - min(lost, late)
  }

  var isQuiet: Bool { sentRate.isQuiet && receivedRate.isQuiet }

  mutating func advance(to time: Timestamp) {
    let second = time.nanoseconds / 1_000_000_000
    sentRate.advance(to: second)
    receivedRate.advance(to: second)
  }

  mutating func count(_ record: TrafficRecord, isAwaited: Bool, at time: Timestamp) {
    let second = time.nanoseconds / 1_000_000_000
    switch record.kind {
    case .sent:
      totals.messagesSent += 1
      totals.bytesSent += record.wireCount
      sentRate.add(messages: 1, bytes: record.wireCount, at: second)
      if !isAwaited { settle() }
    case .timedOut:
      totals.timedOut += 1
      settle()
    case .failed:
      failed += 1
      settle()
    case .receipt, .lateReceipt, .received:
      totals.messagesReceived += 1
      totals.bytesReceived += record.wireCount
      receivedRate.add(messages: 1, bytes: record.wireCount, at: second)
      if record.kind == .received { return }
      totals.receipts += 1
      if record.kind == .receipt {
        roundTrips.add(record.roundTrip)
        settle()
      } else {
        late += 1
      }
    }
  }

  /// The wire was given so many messages.
  mutating func entrust(_ count: Int) { pending += UInt64(count) }

  /// The connection has ended: what is still open stays in doubt.
  mutating func abandon() {
    failed += pending
    pending = 0
  }

  private mutating func settle() { pending -= min(1, pending) }
}
