/// What a server has to know of whoever records what it tells: all of it, in its order, from `WireServer.records`.
package struct Recorder: Sendable {
  /// Whether the receipt of a message waits until the message is recorded.
  package var withholdsReceipts: Bool
  /// Bytes that may wait for the recorder; then the wire waits, too.
  package var capacity = 4 << 20
  /// The file that is recorded to, in words that are safe to show.
  package var file: String
  /// What its user has asked for in the way of safety, in one word.
  package var durability: String
  /// Called, on the wire thread, when there is something to record again.
  package var wake: @Sendable () -> Void

  package init(
    file: String,
    durability: String,
    withholdsReceipts: Bool,
    wake: @escaping @Sendable () -> Void
  ) {
    self.file = file
    self.durability = durability
    self.withholdsReceipts = withholdsReceipts
    self.wake = wake
  }
}

/// What becomes of a recording that goes on.
package enum RecordingStep: Hashable, Sendable {
  /// What comes is recorded from now on.
  case started(durability: String)
  /// What was recorded before is in a file of this name now; what comes is in a new one.
  case rotated(to: String)
}

/// Whether a server records what comes.
package enum RecordingStatus: Hashable, Sendable {
  /// To a file that is called so, in words that are safe to show.
  case going(file: String)
  case failed(RecordingFailure)
}

/// Why nothing more is recorded.
package struct RecordingFailure: Error, Hashable, Sendable {
  /// In words that are safe to show.
  package var reason: String
  /// The last message that is recorded.
  package var lastSequence: UInt64
  /// Whether the program is to end, because nobody would have what it goes on with otherwise.
  package var endsProgram: Bool

  package init(reason: String, lastSequence: UInt64, endsProgram: Bool) {
    self.reason = reason
    self.lastSequence = lastSequence
    self.endsProgram = endsProgram
  }
}
