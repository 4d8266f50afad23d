/// Decides, before anyone watches, what a message is answered with and whether it stops the server.
package struct Responder: Sendable {
  /// What a datagram is answered with, cut to the request's length so that no reply is larger than its request.
  package static let datagramReceipt: [UInt8] = [0x4f, 0x4b, 0, 0]

  /// `.`, with which a stop message begins.
  package static let stopByte: UInt8 = 0x2e

  package let reply: ReplyMode
  package let stopPolicy: StopPolicy
  /// `OK` in the stream's framing.
  package let streamReceipt: [UInt8]
  /// Whether an echo is what came, framing included.
  let isEchoVerbatim: Bool
  /// About 1 KiB of receipts in a row, to be copied together.
  private let receipts: [UInt8]
  private let framing: Framing

  package init(reply: ReplyMode, stopPolicy: StopPolicy, framing: Framing) {
    self.reply = reply
    self.stopPolicy = stopPolicy
    self.framing = framing
    isEchoVerbatim = framing == .line || framing == .nul
    var receipt: [UInt8] = []
    if case .fixed(let count) = framing, count < 2 {
      receipt = [0x4f]
    } else {
      // Two bytes that are no delimiter fit every framing but a fixed one of a single byte.
      try? framing.append([0x4f, 0x4b], to: &receipt)
    }
    self.streamReceipt = receipt
    self.receipts = Array(repeatElement(receipt, count: max(1, 1024 / receipt.count)).joined())
  }

  /// Whether a message is a stop message, and then whether this peer may stop the server.
  ///
  /// `isLocal`: both ends are on this machine. `isForeign`: it was not meant for this server alone, or the connection
  /// began like HTTP or TLS, so that its bytes may have been chosen by a page in the user's browser.
  package func flags(firstByte: UInt8?, isLocal: Bool, isForeign: Bool) -> MessageRecord.Flags {
    guard firstByte == Responder.stopByte else { return [] }
    let isAllowed =
      switch stopPolicy {
      case .any: !isForeign
      case .local: isLocal && !isForeign
      case .never: false
      }
    return isAllowed ? .stop : .stopRefused
  }

  /// Appends so many receipts as they go over a stream.
  package func appendReceipts(_ count: Int, to output: inout [UInt8]) {
    var missing = count * streamReceipt.count
    receipts.withUnsafeBytes { block in
      while missing > 0 {
        let part = UnsafeRawBufferPointer(rebasing: block.prefix(missing))
        output.append(contentsOf: part)
        missing -= part.count
      }
    }
  }

  /// Appends the message's own bytes as they go back over a stream: as a whole message, but an unterminated one as it came.
  ///
  /// A length that was promised and not kept is not repeated: what came is a message of its own.
  package func appendEcho(_ payload: UnsafeRawBufferPointer, isPartial: Bool, to output: inout [UInt8]) {
    if isPartial {
      output.append(contentsOf: payload)
    } else {
      // The payload came out of a frame of this framing, so it fits one.
      try? framing.append(payload, to: &output)
    }
  }

  /// Whether answering a datagram is harmless: never a receipt, never to a system service, to ourselves, or to many.
  package func mayAnswer(
    _ datagram: UnsafeRawBufferPointer,
    from source: SocketAddress,
    to destination: SocketAddress?,
    port: UInt16
  )
    -> Bool
  {
    if source.port < 1024 || source.port == port || source.isMulticast || source.isBroadcast { return false }
    if let destination, destination.isMulticast || destination.isBroadcast { return false }
    return !Responder.isReceipt(datagram)
  }

  /// Whether a datagram could be a receipt of ours, cut or whole; the empty one is.
  package static func isReceipt(_ datagram: some Collection<UInt8>) -> Bool {
    datagramReceipt.starts(with: datagram)
  }
}
