/// A ping in numbers.
struct PingTally: Sendable {
  private(set) var sent: UInt64 = 0
  /// Messages that were answered, late ones included.
  private(set) var received: UInt64 = 0
  /// Messages that were sent and not answered.
  private(set) var lost: UInt64 = 0
  /// Messages that were answered after their time.
  private(set) var late: UInt64 = 0
  /// Replies to messages that had been answered.
  private(set) var duplicates: UInt64 = 0
  private(set) var outOfOrder: UInt64 = 0
  /// What came and answers no message.
  private(set) var unmatched: UInt64 = 0
  /// Messages, sent or received, that are not in the recording.
  var unrecorded: UInt64 = 0
  /// Of the messages that were answered, in nanoseconds; to 1 %, but exact at both ends.
  private(set) var roundTrips = Distribution()

  /// Whether every message was answered in time.
  var isComplete: Bool { lost == 0 && late == 0 }

  mutating func countSent() { sent += 1 }

  mutating func countLost() { lost += 1 }

  mutating func countUnmatched() { unmatched += 1 }

  mutating func count(_ reply: PingReply) {
    if reply.isDuplicate {
      duplicates += 1
      return
    }
    received += 1
    if reply.isOutOfOrder { outOfOrder += 1 }
    if reply.isLate {
      late += 1
      lost -= min(1, lost)
    }
    roundTrips.record(UInt64(max(0, reply.roundTrip)))
  }
}
