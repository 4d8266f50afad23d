/// What a server has to know of whoever records what it tells: all of it, in its order, from `WireServer.records`.
package struct Recorder: Sendable {
  /// Whether the receipt of a message waits until the message is recorded.
  package var withholdsReceipts: Bool
  /// Bytes that may wait for the recorder; then the wire waits, too.
  package var capacity = 4 << 20
  /// Called, on the wire thread, when there is something to record again.
  package var wake: @Sendable () -> Void

  package init(withholdsReceipts: Bool, wake: @escaping @Sendable () -> Void) {
    self.withholdsReceipts = withholdsReceipts
    self.wake = wake
  }
}

/// Why nothing more is recorded.
package struct RecordingFailure: Error, Hashable, Sendable {
  /// In words that are safe to show.
  package var reason: String
  /// The last message that is recorded.
  package var lastSequence: UInt64
  /// Whether the server is to end, because nobody would have its receipts otherwise.
  package var endsServer: Bool

  package init(reason: String, lastSequence: UInt64, endsServer: Bool) {
    self.reason = reason
    self.lastSequence = lastSequence
    self.endsServer = endsServer
  }
}
