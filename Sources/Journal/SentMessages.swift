/// Where a client's recording has the messages that were sent last, so that a reply finds what it answers.
struct SentMessages: Sendable {
  /// Messages that were numbered, written and recorded in one go.
  private struct Span: Sendable {
    var id: UInt64
    var place: Place
    var count: UInt64 = 1
    /// Those of it whose fate is open.
    var openCount: UInt64 = 1
  }

  /// A message's row in one of the run's files, its number in the run, and when it was sent.
  struct Place: Hashable, Sendable {
    var file: Int
    var row: Int64
    var sequence: UInt64
    var moment: Int64
  }

  /// A reply to an older one is recorded without what it answers.
  private static let spanLimit = 1 << 16

  private var spans: [Span] = []
  /// Spans at the beginning that are done with.
  private var settledStart = 0

  /// Adds a message whose number, the wire's, is greater than those before.
  mutating func add(_ id: UInt64, _ place: Place) {
    if settledStart < spans.count, let last = spans.last, last.place.file == place.file,
      last.place.moment == place.moment, last.id + last.count == id, last.place.row + Int64(last.count) == place.row
    {
      spans[spans.count - 1].count += 1
      spans[spans.count - 1].openCount += 1
      return
    }
    spans.append(Span(id: id, place: place))
    if spans.count - settledStart > SentMessages.spanLimit { settledStart += 1 }
    // Seldom enough to cost little, often enough to hold little.
    if settledStart >= 1024, settledStart * 2 >= spans.count {
      spans.removeFirst(settledStart)
      settledStart = 0
    }
  }

  /// Where a message is; nil where that is not known, or not any more.
  func place(of id: UInt64) -> Place? {
    guard let index = index(of: id) else { return nil }
    var place = spans[index].place
    let distance = id - spans[index].id
    place.row += Int64(distance)
    place.sequence += distance
    return place
  }

  /// A message's fate is known, and nothing more is to be heard of it.
  mutating func settle(_ id: UInt64) {
    guard let index = index(of: id) else { return }
    spans[index].openCount -= min(1, spans[index].openCount)
    while settledStart < spans.count, spans[settledStart].openCount == 0 { settledStart += 1 }
  }

  private func index(of id: UInt64) -> Int? {
    var (low, high) = (settledStart, spans.count)
    while low < high {
      let middle = (low + high) / 2
      if spans[middle].id <= id { low = middle + 1 } else { high = middle }
    }
    guard low > settledStart, id - spans[low - 1].id < spans[low - 1].count else { return nil }
    return low - 1
  }
}
