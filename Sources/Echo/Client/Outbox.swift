import Wire

/// A client's messages that are not written yet, in order: first those that the wire was given, then those that wait for
/// a connection.
///
/// A message leaves when its last byte is written, or when its fate is known; every other one goes again with the next
/// connection, so that none is lost and none is doubled.
struct Outbox: Hashable, Sendable {
  struct Message: Hashable, Sendable {
    let id: UInt64
    let bytes: [UInt8]
  }

  /// By rising ids; those before `head` have left.
  private var messages: [Message] = []
  private var head = 0
  /// One past the last message that the wire was given.
  private var given = 0

  /// Messages that wait for a connection.
  var count: Int { messages.count - given }
  var isEmpty: Bool { count == 0 }
  /// Messages that the wire was given and has not written, as far as is known.
  var givenCount: Int { given - head }
  /// The oldest message that has not left.
  var firstID: UInt64? { head < messages.count ? messages[head].id : nil }

  /// Adds a message that waits; its id is greater than all before.
  mutating func append(_ message: Message) { messages.append(message) }

  /// Gives the wire all that waits.
  mutating func give() -> ArraySlice<Message> {
    defer { given = messages.count }
    return messages[given...]
  }

  /// A message was written, or its fate is known; nothing happens when it has left before.
  mutating func remove(_ id: UInt64) {
    var low = head
    var high = given
    while low < high {
      let middle = (low + high) / 2
      if messages[middle].id < id { low = middle + 1 } else { high = middle }
    }
    guard low < given, messages[low].id == id else { return }
    if low > head {
      messages.remove(at: low)
      given -= 1
    } else {
      messages[head] = Message(id: id, bytes: [])
      head += 1
    }
    if head >= 1024, head * 2 >= messages.count { compact() } else if head == messages.count { compact() }
  }

  /// The connection has ended: what was given and not written waits again.
  mutating func takeBack() { given = head }

  /// Why one of the messages that have not left can't go in another framing; nil if all can.
  func obstacle(framing: Framing, transport: Transport) -> FramingError? {
    var batch = OutgoingBatch(framing: framing, transport: transport)
    do throws(FramingError) {
      for message in messages[head...] { try batch.append(message.bytes, id: message.id, expectsReceipt: false) }
      return nil
    } catch {
      return error
    }
  }

  private mutating func compact() {
    messages.removeFirst(head)
    given -= head
    head = 0
  }
}
