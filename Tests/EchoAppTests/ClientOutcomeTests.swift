import Testing
import Wire

@testable import EchoApp

/// How a plain client ends, by what became of its messages.
@Suite struct ClientOutcomeTests {
  private static let udp = Endpoint.udp(host: "127.0.0.1", port: 5000)

  private static func timedOut(_ count: UInt64) -> ClientTotals {
    var totals = ClientTotals()
    totals.timedOut = count
    return totals
  }

  @Test(
    "Nothing is lost without a status and a line",
    arguments: [
      (ClientOutcome(end: .finished, endpoint: udp), nil), (ClientOutcome(end: .closed, endpoint: udp), nil),
      (ClientOutcome(end: .finished, endpoint: udp, refusedCount: 1), 74),
      (ClientOutcome(end: .finished, totals: timedOut(1), endpoint: udp, refusedCount: 1), 74),
      (ClientOutcome(end: .finished, totals: timedOut(1), endpoint: udp), 75),
      (ClientOutcome(end: .finished, endpoint: udp, hasMisfit: true), 65),
      (ClientOutcome(end: .peerClosed, endpoint: udp), nil),
      (ClientOutcome(end: .peerClosed, endpoint: udp, unresolvedCount: 1), 75),
      (ClientOutcome(end: .peerClosed, endpoint: udp, isFinishing: false), 74),
      (ClientOutcome(end: .peerClosed, endpoint: udp, awaitsReceipts: false), nil),
      (ClientOutcome(end: .peerClosed, endpoint: udp, awaitsReceipts: false, isFinishing: false), 74),
      (ClientOutcome(end: .peerClosed, endpoint: udp, unresolvedCount: 1, awaitsReceipts: false), 74),
      (ClientOutcome(end: .closed, endpoint: udp, unresolvedCount: 1), 75),
      (ClientOutcome(end: .closed, endpoint: udp, unresolvedCount: 1, awaitsReceipts: false), 74),
      (ClientOutcome(end: .failed(.connectTimeout(udp)), endpoint: udp), 69),
    ] as [(ClientOutcome, Int32?)]
  )
  func status(outcome: ClientOutcome, status: Int32?) {
    #expect(outcome.failure?.status.rawValue == status)
    #expect(outcome.failure.map { !$0.line.isEmpty && !$0.line.contains("\n") } != false)
  }

  @Test("A message that the network did not take is told as such")
  func refused() {
    let outcome = ClientOutcome(end: .finished, endpoint: Self.udp, refusedCount: 2)
    #expect(outcome.failure?.line == "udp 127.0.0.1:5000: 2 messages not taken by the network")
  }
}
