/// A log as a reader's list has it: with all that has come or, where it has lost what a reader holds in sight, as it was
/// before; then it goes on to grow behind the list.
struct ListedLog<Log: RowLog>: Sendable {
  /// What the list is of.
  var current: Log
  /// The log with all that has come, where that is another one.
  private var newer: Log?
  /// The log as it was when the reader came to what is in sight.
  private var kept: (log: Log, sight: Range<UInt64>)?

  init(_ log: Log) { current = log }

  /// Whether the log goes on behind the list.
  var isLeftBehind: Bool { newer != nil }

  /// The log with all that has come.
  var newest: Log { newer ?? current }

  /// Rows that go at once, where those that come at once are not more.
  private static var margin: UInt64 { 8192 }

  /// Adds to it; `sight` are the ids that a reader holds in sight. Where these may go by that, it is kept as it was: not
  /// each time, for what is kept is copied when it changes.
  mutating func grow(holding sight: Range<UInt64>?, _ change: (inout Log) -> Void) {
    if let sight, newer == nil, current.isLasting, current.isNearlyFull,
      sight.lowerBound < current.firstID + ListedLog.margin
    {
      kept = (current, sight)
    }
    if var newer = newer.take() {
      change(&newer)
      self.newer = newer
    } else {
      change(&current)
    }
  }

  /// Takes note of the ids that a reader holds in sight; nil is one at the end, who gets the newest. True if the list is of
  /// another log by that.
  mutating func keep(_ sight: Range<UInt64>?) -> Bool {
    guard let sight else {
      kept = nil
      return catchUp()
    }
    if newer == nil, current.isLasting, kept?.sight != sight { kept = (current, sight) }
    return false
  }

  /// Goes back to the log as it was, if it has lost what a reader holds in sight. True if it does so.
  mutating func stay(with sight: Range<UInt64>?) -> Bool {
    guard newer == nil, let kept, let first = sight?.lowerBound, kept.log.firstID <= first, first < current.firstID
    else { return false }
    newer = current
    current = kept.log
    self.kept = nil
    return true
  }

  /// Forgets every row; ids go on counting.
  mutating func clear() {
    _ = catchUp()
    kept = nil
    current.clear()
  }

  /// Goes to the log with all that has come. True if that is another one.
  mutating func catchUp() -> Bool {
    guard let newer = newer.take() else { return false }
    current = newer
    return true
  }
}
