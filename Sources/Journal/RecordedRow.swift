package import Wire

/// A row of a recording: a message, or an event, whose bytes are its notice, or its line of JSON.
///
/// The file may be of anyone's making: what it says is brought into bounds in which sums and differences are safe, and its
/// texts are to be shown as any other bytes from outside.
package struct RecordedRow: Sendable {
  /// Counts from 1 over messages and events of a file.
  package var row: Int64
  package var run: Int64
  /// Counts a run's messages; an event has the last message's before it.
  package var sequence: UInt64
  package var time: Timestamp
  /// Bytes on the wire, framing included.
  package var wireCount: UInt64
  /// With `.notice` for an event, and `.alert` for one that went wrong.
  package var flags: MessageRecord.Flags
  /// Who it came from or went to; nil where it is nobody, or the recording does not tell.
  package var peer: Peer?
  /// The row of the message that this one is the reply to.
  package var answers: Int64?
  /// From that message to this one, in nanoseconds.
  package var roundTrip: Int64?
  /// The words of an event that is read by its line of JSON.
  package var notice: [UInt8] = []

  package var isNotice: Bool { flags.contains(.notice) }
}

extension RecordedRow {
  /// A message of which no more is read than its bytes and its peer.
  init(bytesOf row: Int64) {
    self.init(row: row, run: 0, sequence: 0, time: Timestamp(nanoseconds: 0), wireCount: 0, flags: [])
  }
}

/// A run of a program that recorded; its texts are to be shown as any other bytes from outside.
package struct RecordedRun: Hashable, Sendable {
  package var run: Int64
  package var program: String
  package var version: String
  package var started: Timestamp
  package var framing: String
  package var reply: String
  package var endpoints: [String]
}

extension Timestamp {
  /// A moment that a recording has: no earlier than 1970, and no two of them too far apart to be subtracted.
  init(recorded nanoseconds: Int64) { self.init(nanoseconds: min(max(0, nanoseconds), 1 << 62)) }
}
