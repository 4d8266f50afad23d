import Echo
import Wire

/// How a plain client's connection ended, and so how the program ends.
struct ClientOutcome {
  var end: ClientEnd
  var totals = ClientTotals()
  var endpoint: Endpoint
  /// Messages whose fate is unknown.
  var unresolvedCount: UInt64 = 0
  /// Messages that the network did not take.
  var refusedCount: UInt64 = 0
  var awaitsReceipts = true
  /// Everything that there was to send had been handed to the wire.
  var isFinishing = true
  /// A message did not fit the framing; the others were sent.
  var hasMisfit = false

  /// nil when all is done.
  var failure: Failure? {
    switch end {
    case .failed(let error): return Failure(error)
    case .peerClosed where !awaitsReceipts && (!isFinishing || unresolvedCount > 0):
      return Failure(.ioError, "\(endpoint.text): closed by the peer before everything was sent")
    case .peerClosed where !isFinishing:
      return Failure(.ioError, "\(endpoint.text): closed by the peer, \(unresolvedMessages) unanswered")
    case .peerClosed where unresolvedCount > 0:
      return Failure(.temporaryFailure, "\(unresolvedMessages) unanswered: the peer has closed the connection")
    case .closed where unresolvedCount > 0 && awaitsReceipts:
      return Failure(.temporaryFailure, "\(unresolvedMessages) unanswered at the end")
    case .closed where unresolvedCount > 0:
      return Failure(.ioError, "\(unresolvedMessages) not sent")
    case .finished, .closed, .peerClosed: break
    }
    if refusedCount > 0 {
      return Failure(
        .ioError,
        "\(endpoint.text): \(Figures.quantity(refusedCount, "message")) not taken by the network"
      )
    }
    if totals.timedOut > 0 {
      return Failure(.temporaryFailure, "\(Figures.quantity(totals.timedOut, "receipt")) did not come in time")
    }
    return hasMisfit ? Failure(.dataError, "messages that do not fit the framing were not sent") : nil
  }
  private var unresolvedMessages: String { Figures.quantity(unresolvedCount, "message") }
}
