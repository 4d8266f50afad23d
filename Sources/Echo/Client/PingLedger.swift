import Wire

/// A reply to a message of a ping.
struct PingReply: Hashable, Sendable {
  var number: UInt64
  /// In nanoseconds.
  var roundTrip: Int64
  /// The message had timed out.
  var isLate = false
  /// The message had been answered.
  var isDuplicate = false
  /// A later message was answered before (RFC 4737, 3.3).
  var isOutOfOrder = false

  /// Whether there is nothing to say of it but that it came.
  var isOrdinary: Bool { !isLate && !isDuplicate && !isOutOfOrder }
}

/// What has become of each message of a ping: 24 bytes a message.
struct PingLedger: Sendable {
  /// Why a message is not waited for any longer.
  enum Outcome: Hashable, Sendable {
    /// It was sent, and not answered.
    case unanswered
    /// It was never sent.
    case unsent
  }

  private enum Fate: UInt8 {
    case posted, open, answered, givenUp
  }

  private struct Entry: Sendable {
    var moment: Int64 = 0
    var deadline = Int64.max
    var fate = Fate.posted
  }

  private var entries: [Entry] = []
  /// The first message that may be open; all before it are settled.
  private var oldest = 0
  /// The number after the highest that was answered.
  private var nextExpected: UInt64 = 1
  /// Messages that the wire was given and has not told of yet.
  private(set) var unsentCount = 0
  /// Messages that are neither answered nor given up, unsent ones included.
  private(set) var pendingCount = 0

  /// Messages that the wire was given.
  var postedCount: UInt64 { UInt64(entries.count) }

  /// When the oldest message that is awaited is to be given up; nil when none is to be.
  var nextDeadline: Int64? {
    guard oldest < entries.count, entries[oldest].deadline < .max else { return nil }
    return entries[oldest].deadline
  }

  /// The next message is given to the wire.
  mutating func post() {
    entries.append(Entry())
    unsentCount += 1
    pendingCount += 1
  }

  /// The kernel took a message at a `moment` of the wire's clock; `deadline` is when its patience ends, on any clock.
  mutating func sent(_ number: UInt64, moment: Int64, deadline: Int64) {
    guard let index = index(of: number), entries[index].fate == .posted else { return }
    entries[index] = Entry(moment: moment, deadline: deadline, fate: .open)
    unsentCount -= 1
  }

  /// A message is answered; `roundTrip` is that from the sending to `moment` where it is nil. Returns nil when the message
  /// was not sent.
  mutating func answer(_ number: UInt64, moment: Int64, roundTrip: Int64?) -> PingReply? {
    guard let index = index(of: number), entries[index].fate != .posted else { return nil }
    var reply = PingReply(number: number, roundTrip: roundTrip ?? (moment &- entries[index].moment))
    switch entries[index].fate {
    case .posted, .open: pendingCount -= 1
    case .givenUp: reply.isLate = true
    case .answered:
      reply.isDuplicate = true
      return reply
    }
    reply.isOutOfOrder = number < nextExpected
    nextExpected = max(nextExpected, number + 1)
    entries[index].fate = .answered
    advance()
    return reply
  }

  /// A message is not waited for any longer; nil when it was settled before.
  mutating func giveUp(_ number: UInt64) -> Outcome? {
    guard let index = index(of: number) else { return nil }
    let outcome: Outcome
    switch entries[index].fate {
    case .answered, .givenUp: return nil
    case .open: outcome = .unanswered
    case .posted:
      outcome = .unsent
      unsentCount -= 1
    }
    pendingCount -= 1
    entries[index].fate = .givenUp
    advance()
    return outcome
  }

  /// The oldest message that is neither answered nor given up; nil when there is none.
  var nextPending: UInt64? { oldest < entries.count ? UInt64(oldest + 1) : nil }

  private func index(of number: UInt64) -> Int? {
    number >= 1 && number <= postedCount ? Int(number) - 1 : nil
  }

  private mutating func advance() {
    while oldest < entries.count, entries[oldest].fate == .answered || entries[oldest].fate == .givenUp { oldest += 1 }
  }
}
