/// Which of a client's messages still await a receipt, and which message a reply answers.
///
/// A pure state machine over nanoseconds of any one clock; every step takes constant time.
/// All messages have the same patience and are written in order, so the expired ones are always the oldest.
package struct ReceiptQueue: Sendable {
  /// What a reply means.
  package struct Answer: Hashable, Sendable {
    /// `receipt`, `lateReceipt` or `received`.
    package var kind: TrafficRecord.Kind
    /// The message that was answered; 0 for `received`.
    package var message: UInt64
    /// From the message's write to the reply, in nanoseconds; 0 for `received`.
    package var roundTrip: Int64

    package init(kind: TrafficRecord.Kind, message: UInt64, roundTrip: Int64) {
      self.kind = kind
      self.message = message
      self.roundTrip = roundTrip
    }
  }

  /// Expired datagrams that are remembered for a late reply; most of them are lost, so older ones are forgotten.
  package static let expiredDatagramLimit = 4096

  /// Expired messages of a stream that are remembered; of older ones only how many, so that no late reply shifts another.
  package static let expiredStreamLimit = 1 << 20

  private let isDatagram: Bool
  private let timeoutNanoseconds: Int64
  private var awaited = OutstandingRing()
  private var expired = OutstandingRing()
  /// Expired messages of a stream that are older than those that are remembered.
  private var forgotten = 0
  /// Wire bytes of the messages that are awaited.
  package private(set) var awaitedBytes = 0

  package init(isDatagram: Bool, timeoutNanoseconds: Int64) {
    self.isDatagram = isDatagram
    self.timeoutNanoseconds = timeoutNanoseconds
  }

  /// Messages whose receipt has neither come nor timed out.
  package var awaitedCount: Int { awaited.count }

  /// When the next message times out.
  package var nextDeadline: Int64? { awaited.first.map { $0.writtenAt &+ timeoutNanoseconds } }

  /// Takes note of a message whose last byte has been written.
  package mutating func wrote(_ message: OutgoingBatch.Message, now: Int64) {
    guard message.expectsReceipt else { return }
    awaited.append(Outstanding(message: message.id, writtenAt: now, wireCount: message.wireCount))
    awaitedBytes += Int(message.wireCount)
  }

  /// Says what a reply answers.
  ///
  /// A stream's replies come in order and none is lost: a late one belongs to the oldest message, and shifts no other.
  /// Datagrams get lost: a reply belongs to the oldest message that has not expired, and to an expired one only when
  /// there is no other.
  package mutating func answer(now: Int64) -> Answer {
    if isDatagram {
      if let answer = answerAwaited(now: now) ?? answerExpired(now: now) { return answer }
    } else if let answer = answerExpired(now: now) ?? answerAwaited(now: now) {
      return answer
    }
    return Answer(kind: .received, message: 0, roundTrip: 0)
  }

  /// The next message that has timed out; nil when none has.
  package mutating func nextTimeout(now: Int64) -> UInt64? {
    guard let oldest = awaited.first, oldest.writtenAt &+ timeoutNanoseconds <= now else { return nil }
    removeAwaited()
    if expired.count == (isDatagram ? ReceiptQueue.expiredDatagramLimit : ReceiptQueue.expiredStreamLimit) {
      expired.removeFirst()
      if !isDatagram { forgotten += 1 }
    }
    expired.append(oldest)
    return oldest.message
  }

  /// Gives up one message that is awaited; nil when there is none.
  package mutating func nextAbandoned() -> UInt64? {
    guard let oldest = awaited.first else { return nil }
    removeAwaited()
    return oldest.message
  }

  private mutating func answerAwaited(now: Int64) -> Answer? {
    guard let oldest = awaited.first else { return nil }
    removeAwaited()
    return Answer(kind: .receipt, message: oldest.message, roundTrip: now &- oldest.writtenAt)
  }

  private mutating func answerExpired(now: Int64) -> Answer? {
    if forgotten > 0 {
      forgotten -= 1
      return Answer(kind: .received, message: 0, roundTrip: 0)
    }
    guard let oldest = expired.first else { return nil }
    expired.removeFirst()
    return Answer(kind: .lateReceipt, message: oldest.message, roundTrip: now &- oldest.writtenAt)
  }

  private mutating func removeAwaited() {
    if let oldest = awaited.first { awaitedBytes -= Int(oldest.wireCount) }
    awaited.removeFirst()
  }
}

/// A message between its write and its receipt: 24 bytes.
private struct Outstanding: Sendable {
  var message: UInt64
  var writtenAt: Int64
  var wireCount: UInt32
}

/// A queue in one array whose size is a power of two.
private struct OutstandingRing: Sendable {
  private var slots: [Outstanding] = []
  private var head = 0
  private(set) var count = 0

  var first: Outstanding? { count == 0 ? nil : slots[head] }

  mutating func append(_ element: Outstanding) {
    if count == slots.count { grow() }
    slots[(head &+ count) & (slots.count &- 1)] = element
    count &+= 1
  }

  mutating func removeFirst() {
    guard count > 0 else { return }
    head = (head &+ 1) & (slots.count &- 1)
    count &-= 1
  }

  private mutating func grow() {
    var grown: [Outstanding] = []
    let capacity = max(16, slots.count * 2)
    grown.reserveCapacity(capacity)
    grown.append(contentsOf: slots[head...])
    grown.append(contentsOf: slots[..<head])
    let filler = Outstanding(message: 0, writtenAt: 0, wireCount: 0)
    grown.append(contentsOf: repeatElement(filler, count: capacity - grown.count))
    slots = grown
    head = 0
  }
}
