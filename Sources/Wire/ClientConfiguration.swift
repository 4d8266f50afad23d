/// Everything that decides how a client behaves on the wire.
package struct ClientConfiguration: Hashable, Sendable {
  package var endpoint: Endpoint
  package var framing = Framing.line
  /// How long a receipt, and a connection, are awaited.
  package var timeoutNanoseconds: Int64 = 5_000_000_000
  /// False for peers that never answer: nothing is awaited, what comes is shown all the same.
  package var awaitsReceipts = true
  /// How long a peer may take nothing of what waits for it, at least as long as a receipt is awaited; nil is for ever.
  package var stallNanoseconds: Int64?
  /// Whether the peer's FIN, once nothing waits to be written, is the end; otherwise what is sent after that goes to a peer
  /// that may still read. Where receipts are awaited it always is: none can come any more.
  package var endsWithPeer = true
  /// Whether of messages that were sent, and of those that were answered in time, only the numbers are told.
  package var isQuiet = false
  /// Payload bytes kept of one received message; the rest is counted and dropped.
  package var messageBytes = 1 << 20

  package init(endpoint: Endpoint) { self.endpoint = endpoint }
}
