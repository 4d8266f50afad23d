/// Messages whose replies tell themselves what they answer, until they are answered or their time is over.
struct AwaitedReplies: Sendable {
  private let timeoutNanoseconds: Int64
  /// Those that were sent last, in their order; the ones before `start` are done with.
  private var sent: [(id: UInt64, place: SentMessages.Place)] = []
  private var start = 0
  private var answered: Set<UInt64> = []

  init(timeoutNanoseconds: Int64) { self.timeoutNanoseconds = timeoutNanoseconds }

  mutating func add(_ id: UInt64, _ place: SentMessages.Place) { sent.append((id, place)) }

  mutating func answer(_ id: UInt64) {
    guard start < sent.count, id >= sent[start].id else { return }
    answered.insert(id)
  }

  /// Takes those that were not answered though their time was over at a moment.
  mutating func takeExpired(at moment: Int64) -> [SentMessages.Place] {
    let timeout = timeoutNanoseconds
    return take { moment - $0.moment > timeout }
  }

  /// Takes all that were not answered.
  mutating func takeAll() -> [SentMessages.Place] { take { _ in true } }

  private mutating func take(while isOver: (SentMessages.Place) -> Bool) -> [SentMessages.Place] {
    var unanswered: [SentMessages.Place] = []
    while start < sent.count, isOver(sent[start].place) {
      if answered.remove(sent[start].id) == nil { unanswered.append(sent[start].place) }
      start += 1
    }
    // Seldom enough to cost little, often enough to hold little.
    if start >= 1024, start * 2 >= sent.count {
      sent.removeFirst(start)
      start = 0
    }
    return unanswered
  }
}
