/// Pairs what a client sent with what it was answered, as the rows of its recording come; gives the messages in their order.
package struct RecordedExchanges {
  private struct Exchange {
    let row: Int64
    var message: ReplayMessage
    /// Its reply is there, or none is to be waited for.
    var isSettled: Bool
  }

  /// How much may wait for the reply to the first of it: then that one counts as unanswered.
  private static let countLimit = 1 << 16
  private static let byteLimit = 8 << 20

  private var exchanges: [Exchange] = []
  /// Exchanges at the beginning that were given.
  private var start = 0
  private var waitingBytes = 0
  private var isAtEnd = false
  private let expectsReplies: Bool

  /// `expectsReplies`: whether the client awaited any.
  package init(expectsReplies: Bool) { self.expectsReplies = expectsReplies }

  /// Adds the next message that was sent; `hasReply` is false where it is known to have none.
  package mutating func add(_ message: ReplayMessage, row: Int64, hasReply: Bool) {
    exchanges.append(Exchange(row: row, message: message, isSettled: !hasReply || !expectsReplies))
    waitingBytes += message.payload.count
  }

  /// Adds a reply to the message of a row; of several the first counts.
  package mutating func add(reply: [UInt8], toRow row: Int64) {
    var (low, high) = (start, exchanges.count)
    while low < high {
      let middle = (low + high) / 2
      if exchanges[middle].row < row { low = middle + 1 } else { high = middle }
    }
    guard low < exchanges.count, exchanges[low].row == row, exchanges[low].message.reply == nil else { return }
    exchanges[low].message.reply = reply
    exchanges[low].message.isAnswered = true
    exchanges[low].isSettled = true
    waitingBytes += reply.count
  }

  /// There are no more rows.
  package mutating func finish() { isAtEnd = true }

  /// Whether there is nothing left to give.
  package var isEmpty: Bool { start == exchanges.count }

  /// The next message, once it is known what it was answered.
  package mutating func next() -> ReplayMessage? {
    guard start < exchanges.count else { return nil }
    let isCrowded =
      exchanges.count - start > RecordedExchanges.countLimit || waitingBytes > RecordedExchanges.byteLimit
    guard exchanges[start].isSettled || isAtEnd || isCrowded else { return nil }
    let message = exchanges[start].message
    waitingBytes -= message.payload.count + (message.reply?.count ?? 0)
    start += 1
    // Seldom enough to cost little, often enough to hold little.
    if start >= 1024, start * 2 >= exchanges.count {
      exchanges.removeFirst(start)
      start = 0
    }
    return message
  }
}
