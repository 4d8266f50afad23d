import Echo
import Wire

/// Messages on their way from a source to the wire: one batch, up to a stop message.
struct MessageCollector {
  private(set) var batch: OutgoingBatch
  private(set) var lastID: UInt64
  /// A stop message was collected: nothing is to follow.
  private(set) var hasStopped = false
  /// Why messages were left out.
  private(set) var misfits: [String] = []
  private let configuration: ClientConfiguration

  /// Collects messages numbered after `lastID`; `capacity`: bytes that are likely to come.
  init(_ configuration: ClientConfiguration, after lastID: UInt64, capacity: Int) {
    self.configuration = configuration
    self.lastID = lastID
    batch = OutgoingBatch(
      framing: configuration.framing,
      transport: configuration.endpoint.transport,
      capacity: capacity
    )
  }

  /// Adds the lines that are sent as they lie in the input, as far as a run of them goes.
  mutating func addRun(of input: UnsafeRawBufferPointer, from position: inout Int, by framer: inout Framer) {
    let count = batch.appendRun(
      of: input,
      from: &position,
      by: &framer,
      first: lastID + 1,
      expectsReceipt: configuration.awaitsReceipts
    )
    lastID += UInt64(count)
  }

  /// Adds a message, if it can be sent.
  mutating func add(_ message: UnsafeRawBufferPointer) {
    do throws(FramingError) {
      try batch.append(message, id: lastID + 1, expectsReceipt: configuration.awaitsReceipts)
      lastID += 1
      hasStopped = message.first == Responder.stopByte
    } catch {
      leaveOut(error.text(framing: configuration.framing, transport: configuration.endpoint.transport))
    }
  }

  /// Takes note of what can't be sent, and why.
  mutating func leaveOut(_ reason: String) { misfits.append(reason) }
}
