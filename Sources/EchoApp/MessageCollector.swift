import Echo
import Terminal
import Wire

/// Messages on their way from a source to the wire: one batch, up to a stop message.
struct MessageCollector {
  private(set) var batch: OutgoingBatch
  private(set) var lastID: UInt64
  /// A stop message was collected: nothing is to follow.
  private(set) var hasStopped = false
  /// A message did not fit the framing, and was left out.
  private(set) var hasMisfit = false
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

  /// Adds a message, or tells why it can't be sent.
  mutating func add(_ message: UnsafeRawBufferPointer) {
    do throws(FramingError) {
      try batch.append(message, id: lastID + 1, expectsReceipt: configuration.awaitsReceipts)
      lastID += 1
      hasStopped = message.first == Responder.stopByte
    } catch {
      let reason = error.text(framing: configuration.framing, transport: configuration.endpoint.transport)
      StandardError.writeLine("\(ClientProgram.name): not sent: \(reason)")
      hasMisfit = true
    }
  }
}
