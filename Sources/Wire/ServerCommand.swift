/// What the user of a server asks of its wire, and what its recorder tells it.
package enum ServerCommand: Hashable, Sendable {
  /// Answer what has come, close, end; asked twice, end at once.
  case stop
  case disconnect(ConnectionID)
  /// The recorder's: all messages up to this one are safe, and their receipts may go.
  case recorded(upTo: UInt64)
  /// The recorder's: what it has recorded before has this number at the end of its file's name now.
  case recordingRotated(number: Int)
  /// The recorder's last word.
  case recordingFailed(RecordingFailure)
}
