/// A replay in numbers.
package struct ReplayTally: Hashable, Sendable {
  package var sent: UInt64 = 0
  /// Messages that were answered as the recorded run answered them.
  package var same: UInt64 = 0
  /// Messages that were answered otherwise.
  package var different: UInt64 = 0
  /// Replies that the recorded run did not give.
  package var unexpected: UInt64 = 0
  /// Messages that were to be answered, and were not, or not in time.
  package var missing: UInt64 = 0
  /// Messages that were left out because they begin with the stop byte.
  package var stops: UInt64 = 0
  /// Messages that were left out because only their beginnings were recorded.
  package var truncated: UInt64 = 0
  /// Messages that do not fit the framing, and were not sent.
  package var misfits: UInt64 = 0
}
