/// What a client has still to write: the bytes that go next, and which messages they complete.
///
/// Batches are adopted whole, small ones are joined, so that one write takes much and no byte is moved twice.
package struct OutgoingQueue {
  /// Batches are joined up to this many bytes.
  private static let joinLimit = 64 << 10

  private var current = OutgoingBatch(framing: .raw, transport: .tcp)
  private var waiting: [OutgoingBatch] = []
  /// The first message of `current` that is not complete, where it begins, and the first byte that is not written.
  private var message = 0
  private var messageStart = 0
  private var offset = 0

  /// Messages that are not written completely.
  package private(set) var count = 0
  /// What the messages of the queue cost in memory, in bytes.
  package private(set) var cost = 0

  package init() {}

  package var isEmpty: Bool { count == 0 }

  /// Whether a part of the next message has been taken, and the rest has not.
  package var isPartlyWritten: Bool { !isEmpty && offset > messageStart }

  /// The size of the next message; nil when the queue is empty.
  package var nextWireCount: Int? { isEmpty ? nil : Int(current.messages[message].wireCount) }

  package mutating func append(_ batch: OutgoingBatch) {
    guard !batch.isEmpty else { return }
    count += batch.messages.count
    cost += batch.cost
    if message == current.messages.count {
      adopt(batch)
    } else if let last = waiting.last {
      if last.bytes.count + batch.bytes.count <= OutgoingQueue.joinLimit {
        waiting[waiting.count - 1].append(batch)
      } else {
        waiting.append(batch)
      }
    } else if current.bytes.count + batch.bytes.count <= OutgoingQueue.joinLimit {
      current.append(batch)
    } else {
      waiting.append(batch)
    }
  }

  /// Puts messages that were written before all others again; only between messages.
  package mutating func putBack(_ batch: OutgoingBatch) {
    guard !batch.isEmpty else { return }
    count += batch.messages.count
    cost += batch.cost
    var joined = batch
    current.bytes.withUnsafeBytes { bytes in
      var start = messageStart
      for rest in current.messages[message...] {
        let end = start + Int(rest.wireCount)
        joined.append(rest, bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        start = end
      }
    }
    adopt(joined)
  }

  /// Calls `body` with the bytes that go next, at most `limit`.
  package func withNextBytes<Result>(limit: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    current.bytes.withUnsafeBytes { bytes in
      body(UnsafeRawBufferPointer(rebasing: bytes[offset..<min(bytes.count, offset + limit)]))
    }
  }

  /// Calls `queue` with the datagrams that go next and then `send`: at most `limit` datagrams that are in one piece of
  /// memory, as long as `accepts` takes the next one.
  package func withNextDatagrams<Result>(
    limit: Int,
    accepts: (OutgoingBatch.Message) -> Bool,
    queue: (UnsafeRawBufferPointer) -> Void,
    send: (_ count: Int) -> Result
  ) -> Result {
    current.bytes.withUnsafeBytes { bytes in
      var start = messageStart
      var taken = 0
      while taken < limit, message + taken < current.messages.count {
        let next = current.messages[message + taken]
        guard accepts(next) else { break }
        let end = start + Int(next.wireCount)
        queue(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        start = end
        taken += 1
      }
      return send(taken)
    }
  }

  /// Calls `body` with the bytes of the next message.
  package func withNextMessage(_ body: (OutgoingBatch.Message, UnsafeRawBufferPointer) -> Void) {
    guard !isEmpty else { return }
    let next = current.messages[message]
    current.bytes.withUnsafeBytes { bytes in
      body(next, UnsafeRawBufferPointer(rebasing: bytes[messageStart..<(messageStart + Int(next.wireCount))]))
    }
  }

  /// Messages whose last byte has been taken, and their bytes.
  package typealias Written = (UnsafeBufferPointer<OutgoingBatch.Message>, UnsafeRawBufferPointer) -> Void

  /// Takes note that the kernel took `count` of the bytes that go next.
  package mutating func took(_ count: Int, written: Written) {
    offset += count
    repeat {
      let (taken, size) = current.messages.withUnsafeBufferPointer { messages in
        var (next, end) = (message, messageStart)
        while next < messages.count, end &+ Int(messages[next].wireCount) <= offset {
          end &+= Int(messages[next].wireCount)
          next &+= 1
        }
        if next > message {
          current.bytes.withUnsafeBytes { bytes in
            written(
              UnsafeBufferPointer(rebasing: messages[message..<next]),
              UnsafeRawBufferPointer(rebasing: bytes[messageStart..<end])
            )
          }
        }
        return (next - message, end - messageStart)
      }
      message += taken
      messageStart += size
      self.count -= taken
      cost -= taken * OutgoingBatch.messageCost + size
    } while adoptNext()
  }

  /// Takes note that the kernel took the next message as a datagram, which may be empty.
  package mutating func tookDatagram(written: Written) {
    guard !isEmpty else { return }
    current.messages.withUnsafeBufferPointer { messages in
      withNextMessage { _, bytes in written(UnsafeBufferPointer(rebasing: messages[message...message]), bytes) }
    }
    removeNext()
  }

  /// Takes the next message out, written or not; nil when the queue is empty.
  @discardableResult
  package mutating func removeNext() -> OutgoingBatch.Message? {
    guard !isEmpty else { return nil }
    let next = current.messages[message]
    count -= 1
    cost -= OutgoingBatch.messageCost + Int(next.wireCount)
    message += 1
    messageStart += Int(next.wireCount)
    offset = max(offset, messageStart)
    adoptNext()
    return next
  }

  /// Goes on to the batch that waits once all of the current one has left; false when there is none, or some has not.
  @discardableResult
  private mutating func adoptNext() -> Bool {
    guard message == current.messages.count, message > 0 else { return false }
    let isLast = waiting.isEmpty
    adopt(isLast ? OutgoingBatch(framing: .raw, transport: .tcp) : waiting.removeFirst())
    return !isLast
  }

  private mutating func adopt(_ batch: OutgoingBatch) {
    current = batch
    message = 0
    messageStart = 0
    offset = 0
  }
}
