import Wire

/// A client's session in numbers, over all its connections.
///
/// What is lost, late, twice or out of order is counted by what the wire matched to the messages that were sent: datagrams
/// that bring a message's own bytes back belong to that message, of plain receipts only the number is known.
struct ClientMeasures: Sendable {
  private(set) var totals = ClientTotals()
  /// Nanoseconds from a message's write to its reply, of those that came in time.
  private(set) var roundTrips = Distribution()
  private(set) var lastRoundTrip: Int64?
  private(set) var sentRate = RateWindow()
  private(set) var receivedRate = RateWindow()
  /// Replies that came after their time.
  private(set) var late: UInt64 = 0
  /// Datagrams that repeat a reply.
  private(set) var duplicates: UInt64 = 0
  /// Replies that answer an earlier message than a reply before.
  private(set) var disordered: UInt64 = 0
  /// Whether replies tell what they answer, so that their order is known.
  private(set) var isOrderKnown = false
  /// Messages that were written, and whose connection ended before they were answered.
  private(set) var inDoubt: UInt64 = 0
  /// Messages that the network did not take.
  private(set) var refused: UInt64 = 0
  /// Messages that the wire has and whose fate is open.
  private(set) var pending: UInt64 = 0
  private var lastAnswered: UInt64 = 0

  /// Messages whose reply did not come in time, and not later either.
  var lost: UInt64 { totals.timedOut - min(totals.timedOut, late) }

  /// Receipts that never came.
  var missing: UInt64 { lost + inDoubt + refused }

  var isQuiet: Bool { sentRate.isQuiet && receivedRate.isQuiet }

  mutating func advance(to time: Timestamp) {
    let second = time.nanoseconds / 1_000_000_000
    sentRate.advance(to: second)
    receivedRate.advance(to: second)
  }

  mutating func count(_ record: TrafficRecord, isAwaited: Bool, at time: Timestamp) {
    switch record.kind {
    case .sent:
      totals.messagesSent += 1
      totals.bytesSent += record.wireCount
      sentRate.add(messages: 1, bytes: record.wireCount, at: time.nanoseconds / 1_000_000_000)
      if !isAwaited { settle() }
    case .timedOut:
      totals.timedOut += 1
      settle()
    case .failed:
      settle()
      switch record.detail {
      case .unsent: break
      case .refused: refused += 1
      case .none, .exact, .duplicate: inDoubt += 1
      }
    case .receipt, .lateReceipt, .received: reply(record, at: time)
    }
  }

  private mutating func reply(_ record: TrafficRecord, at time: Timestamp) {
    totals.messagesReceived += 1
    totals.bytesReceived += record.wireCount
    totals.count(record.flags)
    receivedRate.add(messages: 1, bytes: record.wireCount, at: time.nanoseconds / 1_000_000_000)
    if record.detail == .duplicate { duplicates += 1 }
    if record.detail == .exact {
      isOrderKnown = true
      if record.message < lastAnswered { disordered += 1 }
      lastAnswered = max(lastAnswered, record.message)
    }
    switch record.kind {
    case .receipt:
      totals.receipts += 1
      lastRoundTrip = record.roundTrip
      roundTrips.record(UInt64(max(0, record.roundTrip)))
      settle()
    case .lateReceipt:
      totals.receipts += 1
      late += 1
    case .sent, .received, .timedOut, .failed: break
    }
  }

  /// The wire was given so many messages.
  mutating func entrust(_ count: Int) { pending += UInt64(count) }

  /// The connection has ended, and left so many more messages in doubt; what was not written is no longer the wire's.
  mutating func end(inDoubt count: Int) {
    inDoubt += UInt64(count)
    pending = 0
  }

  /// A message in doubt is sent again: what becomes of that one counts.
  mutating func resend() { inDoubt -= min(1, inDoubt) }

  private mutating func settle() { pending -= min(1, pending) }
}
