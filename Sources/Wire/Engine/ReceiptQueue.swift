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
    /// `exact`, `duplicate` or `none`.
    package var detail: TrafficRecord.Detail

    package init(
      kind: TrafficRecord.Kind,
      message: UInt64,
      roundTrip: Int64,
      detail: TrafficRecord.Detail = .none
    ) {
      self.kind = kind
      self.message = message
      self.roundTrip = roundTrip
      self.detail = detail
    }

    /// Answers no message.
    package static let none = Answer(kind: .received, message: 0, roundTrip: 0)
    static let duplicate = Answer(kind: .received, message: 0, roundTrip: 0, detail: .duplicate)
  }

  /// Expired datagrams that are remembered for a late reply; most of them are lost, so older ones are forgotten.
  package static let expiredDatagramLimit = 4096

  /// Expired messages of a stream that are remembered; of older ones only how many, so that no late reply shifts another.
  package static let expiredStreamLimit = 1 << 20

  /// Datagrams answered by their own bytes that are remembered, to tell a reply that comes twice.
  package static let answeredLimit = 256

  private let isDatagram: Bool
  private let timeoutNanoseconds: Int64
  private var awaited = OutstandingRing()
  private var expired = OutstandingRing()
  private var answered = OutstandingRing()
  /// Whether a plain receipt has answered a datagram.
  private var hasReceipt = false
  /// Expired messages of a stream that are older than those that are remembered.
  private var forgotten = 0
  /// Wire bytes of the datagrams that are awaited.
  package private(set) var awaitedBytes = 0

  package init(isDatagram: Bool, timeoutNanoseconds: Int64) {
    self.isDatagram = isDatagram
    self.timeoutNanoseconds = timeoutNanoseconds
  }

  /// Messages whose receipt has neither come nor timed out.
  package var awaitedCount: Int { awaited.count }

  /// When the next message times out.
  package var nextDeadline: Int64? { awaited.first.map { $0.writtenAt &+ timeoutNanoseconds } }

  /// What tells a datagram's bytes from others'; differs from run to run, so that nobody can make two alike.
  package static func fingerprint(_ bytes: UnsafeRawBufferPointer) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: bytes)
    return hasher.finalize()
  }

  /// Takes note of messages whose last byte has been written; of a datagram with its fingerprint.
  package mutating func wrote(
    _ messages: UnsafeBufferPointer<OutgoingBatch.Message>,
    now: Int64,
    fingerprint: Int = 0
  ) {
    var run: Outstanding?
    for message in messages where message.expectsReceipt {
      if !isDatagram, let last = run, last.message &+ UInt64(last.count) == message.id {
        run?.count = last.count &+ 1
      } else {
        if let run { awaited.append(run) }
        run = Outstanding(message: message.id, writtenAt: now, fingerprint: fingerprint, wireCount: message.wireCount)
      }
      if isDatagram { awaitedBytes &+= Int(message.wireCount) }
    }
    if let run { awaited.append(run) }
  }

  /// How many replies of a stream that come next are receipts in time, whatever they are made of.
  var receiptsInTime: Int { isDatagram || forgotten > 0 || expired.count > 0 ? 0 : awaited.count }

  /// Takes note of replies that are receipts in time.
  mutating func answerInTime(_ count: Int) { awaited.removeFirst(count) }

  /// Says what a reply answers.
  ///
  /// A stream's replies come in order and none is lost: a late one belongs to the oldest message, and shifts no other.
  /// Datagrams get lost, overtake each other and come twice: a reply of a message's own bytes (RFC 862) belongs to that
  /// message. Of any other only the number is known: it belongs to the oldest message that has not expired, and to an
  /// expired one only when there is no other.
  package mutating func answer(now: Int64, reply: UnsafeRawBufferPointer) -> Answer {
    if isDatagram {
      let isReceipt = Responder.isReceipt(reply)
      if !isReceipt, let answer = answerExactly(now: now, ReceiptQueue.fingerprint(reply)) { return answer }
      if let answer = answerAwaited(now: now) ?? answerExpired(now: now) {
        hasReceipt = hasReceipt || isReceipt
        return answer
      }
      return isReceipt && hasReceipt ? .duplicate : .none
    } else if let answer = answerExpired(now: now) ?? answerAwaited(now: now) {
      return answer
    }
    return .none
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

  private mutating func answerExactly(now: Int64, _ fingerprint: Int) -> Answer? {
    var kind = TrafficRecord.Kind.receipt
    var found = awaited.remove(fingerprint)
    if let found {
      awaitedBytes -= Int(found.wireCount)
    } else {
      kind = .lateReceipt
      found = expired.remove(fingerprint)
    }
    guard let found else { return answered.contains(fingerprint) ? .duplicate : nil }
    if answered.count == ReceiptQueue.answeredLimit { answered.removeFirst() }
    answered.append(found)
    return Answer(kind: kind, message: found.message, roundTrip: now &- found.writtenAt, detail: .exact)
  }

  private mutating func answerAwaited(now: Int64) -> Answer? {
    guard let oldest = awaited.first else { return nil }
    removeAwaited()
    return Answer(kind: .receipt, message: oldest.message, roundTrip: now &- oldest.writtenAt)
  }

  private mutating func answerExpired(now: Int64) -> Answer? {
    if forgotten > 0 {
      forgotten -= 1
      return Answer.none
    }
    guard let oldest = expired.first else { return nil }
    expired.removeFirst()
    return Answer(kind: .lateReceipt, message: oldest.message, roundTrip: now &- oldest.writtenAt)
  }

  private mutating func removeAwaited() {
    if isDatagram, let oldest = awaited.first { awaitedBytes -= Int(oldest.wireCount) }
    awaited.removeFirst()
  }
}

/// A message between its write and its receipt, or some that were numbered and written in one go: 32 bytes.
private struct Outstanding: Sendable {
  /// The first one's number.
  var message: UInt64
  var writtenAt: Int64
  var fingerprint: Int
  var wireCount: UInt32
  var count: UInt32 = 1
}

/// A queue in one array whose size is a power of two.
private struct OutstandingRing: Sendable {
  private var slots: [Outstanding] = []
  private var head = 0
  private var slotCount = 0
  /// Messages, each by itself.
  private(set) var count = 0

  /// The oldest message, alone.
  var first: Outstanding? {
    guard slotCount > 0 else { return nil }
    var oldest = slots[head]
    oldest.count = 1
    return oldest
  }

  mutating func append(_ element: Outstanding) {
    count &+= Int(element.count)
    if slotCount == slots.count { grow() }
    slots[(head &+ slotCount) & (slots.count &- 1)] = element
    slotCount &+= 1
  }

  func contains(_ fingerprint: Int) -> Bool { place(of: fingerprint) != nil }

  /// Takes out the oldest element of that fingerprint.
  mutating func remove(_ fingerprint: Int) -> Outstanding? {
    guard let place = place(of: fingerprint) else { return nil }
    let found = self[place]
    for index in stride(from: place, to: 0, by: -1) { self[index] = self[index &- 1] }
    removeFirst()
    return found
  }

  private func place(of fingerprint: Int) -> Int? {
    (0..<slotCount).first { self[$0].fingerprint == fingerprint }
  }

  private subscript(index: Int) -> Outstanding {
    get { slots[(head &+ index) & (slots.count &- 1)] }
    set { slots[(head &+ index) & (slots.count &- 1)] = newValue }
  }

  /// Takes out the oldest messages.
  mutating func removeFirst(_ amount: Int = 1) {
    var missing = UInt32(clamping: min(amount, count))
    count &-= Int(missing)
    while missing > 0 {
      let taken = min(missing, slots[head].count)
      missing &-= taken
      if taken < slots[head].count {
        slots[head].message &+= UInt64(taken)
        slots[head].count &-= taken
      } else {
        head = (head &+ 1) & (slots.count &- 1)
        slotCount &-= 1
      }
    }
  }

  private mutating func grow() {
    var grown: [Outstanding] = []
    let capacity = max(16, slots.count * 2)
    grown.reserveCapacity(capacity)
    grown.append(contentsOf: slots[head...])
    grown.append(contentsOf: slots[..<head])
    let filler = Outstanding(message: 0, writtenAt: 0, fingerprint: 0, wireCount: 0)
    grown.append(contentsOf: repeatElement(filler, count: capacity - grown.count))
    slots = grown
    head = 0
  }
}
