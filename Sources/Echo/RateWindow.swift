/// Messages and bytes of the last 60 seconds, by the second.
struct RateWindow: Sendable {
  static let seconds = 60

  struct Bucket: Hashable, Sendable {
    var messages: UInt64 = 0
    var bytes: UInt64 = 0
  }

  /// One a second, the newest last; the newest is still filling.
  private(set) var buckets = [Bucket](repeating: Bucket(), count: RateWindow.seconds + 1)
  /// The most messages of a whole second.
  private(set) var peak: UInt64 = 0
  /// The most bytes of a whole second.
  private(set) var bytePeak: UInt64 = 0
  /// The second of the newest bucket, since 1970.
  private var second: Int64?

  /// Counts what came at a moment; time that goes backwards counts as now.
  mutating func add(messages: UInt64, bytes: UInt64, at second: Int64) {
    advance(to: second)
    buckets[buckets.count - 1].messages &+= messages
    buckets[buckets.count - 1].bytes &+= bytes
  }

  /// Counts what came at a moment that may have passed: in its own second, or not at all where that is out of the window.
  mutating func recall(messages: UInt64, bytes: UInt64, at second: Int64) {
    guard let last = self.second, second < last else { return add(messages: messages, bytes: bytes, at: second) }
    guard last - second < Int64(buckets.count) else { return }
    let place = buckets.count - 1 - Int(last - second)
    buckets[place].messages &+= messages
    buckets[place].bytes &+= bytes
    peak = max(peak, buckets[place].messages)
    bytePeak = max(bytePeak, buckets[place].bytes)
  }

  mutating func advance(to second: Int64) {
    guard let last = self.second else {
      self.second = second
      return
    }
    guard second > last else { return }
    let steps = Int(min(Int64(buckets.count), second - last))
    peak = max(peak, buckets[buckets.count - 1].messages)
    bytePeak = max(bytePeak, buckets[buckets.count - 1].bytes)
    buckets.removeFirst(steps)
    buckets.append(contentsOf: repeatElement(Bucket(), count: steps))
    self.second = second
  }

  /// The last whole second.
  var current: Bucket { buckets[buckets.count - 2] }

  /// The whole seconds' messages, oldest first.
  var messageCounts: [UInt64] { buckets.dropLast().map(\.messages) }

  /// The whole seconds' bytes, oldest first.
  var byteCounts: [UInt64] { buckets.dropLast().map(\.bytes) }

  var isQuiet: Bool { buckets.allSatisfy { $0.messages == 0 } }
}
