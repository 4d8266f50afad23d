import Screen
import TestKit
import Testing
import Wire

@testable import Echo

@Suite("The client's measures") struct ClientMeasuresTests {
  private static let time = Timestamp(nanoseconds: 1_795_362_478_004_000_000)

  private func measures(_ records: [TrafficRecord]) -> ClientMeasures {
    var measures = ClientMeasures()
    measures.entrust(records.count { $0.kind == .sent })
    for record in records { measures.count(record, isAwaited: record.isAwaited, at: Self.time) }
    return measures
  }

  private func reply(
    _ id: UInt64,
    _ detail: TrafficRecord.Detail,
    _ kind: TrafficRecord.Kind = .receipt
  )
    -> TrafficRecord
  {
    TrafficRecord(kind, message: id, wireCount: 4, roundTrip: Int64(id) * 1_000_000, detail: detail)
  }

  private func sent(_ ids: ClosedRange<UInt64>) -> [TrafficRecord] {
    ids.map { TrafficRecord(.sent, message: $0, wireCount: 10) }
  }

  @Test("Echoes tell what was lost, late, twice and out of order")
  func echoes() {
    let measures = measures(
      sent(1...6) + [
        reply(2, .exact), reply(1, .exact), reply(3, .exact), reply(0, .duplicate, .received),
        TrafficRecord(.timedOut, message: 4), TrafficRecord(.timedOut, message: 5), reply(5, .exact, .lateReceipt),
      ]
    )
    #expect(measures.totals.messagesSent == 6 && measures.totals.messagesReceived == 5)
    #expect(measures.totals.receipts == 4 && measures.pending == 1)
    #expect(measures.lost == 1 && measures.late == 1 && measures.duplicates == 1)
    #expect(measures.isOrderKnown && measures.disordered == 1)
    #expect(measures.roundTrips.count == 3 && measures.lastRoundTrip == 3_000_000)
    #expect(measures.missing == 1)
  }

  @Test("Plain receipts tell nothing of the order; what merely comes is no receipt")
  func receipts() {
    let measures = measures(sent(1...2) + [reply(2, .none), reply(1, .none), reply(0, .none, .received)])
    #expect(!measures.isOrderKnown && measures.disordered == 0 && measures.duplicates == 0)
    #expect(measures.totals.messagesReceived == 3 && measures.totals.receipts == 2 && measures.pending == 0)
  }

  @Test("What failed is in doubt, refused, or has not gone, and only the first two are missing")
  func failures() {
    var measures = measures(
      sent(1...2) + [
        TrafficRecord(.failed, message: 1), TrafficRecord(.failed, message: 3, detail: .unsent),
        TrafficRecord(.failed, message: 4, detail: .refused),
      ]
    )
    #expect(measures.inDoubt == 1 && measures.refused == 1 && measures.missing == 2)
    measures.end(inDoubt: 1)
    #expect(measures.inDoubt == 2 && measures.pending == 0)
    measures.resend()
    #expect(measures.inDoubt == 1)
  }

  private func pane(isDatagram: Bool = true) -> ClientMeasuresPane {
    var random = TestRandom(seed: 5)
    var measures = ClientMeasures()
    for id in 1...900 as ClosedRange<UInt64> {
      let time = Timestamp(nanoseconds: Self.time.nanoseconds + Int64(id) * 60_000_000)
      measures.entrust(1)
      measures.count(TrafficRecord(.sent, message: id, wireCount: 12), isAwaited: true, at: time)
      let roundTrip = 90_000 + Int64.random(in: 0...900, using: &random) * Int64.random(in: 0...900, using: &random)
      var record = reply(id, isDatagram ? .exact : .none)
      record.roundTrip = roundTrip
      if id % 200 == 0 { record = TrafficRecord(.timedOut, message: id) }
      if id < 899 { measures.count(record, isAwaited: true, at: time) }
    }
    measures.count(reply(0, .duplicate, .received), isAwaited: true, at: Self.time)
    measures.count(reply(200, .exact, .lateReceipt), isAwaited: true, at: Self.time)
    measures.advance(to: Timestamp(nanoseconds: Self.time.nanoseconds + 55_000_000_000))
    return ClientMeasuresPane(measures: measures, queuedCount: 3, isDatagram: isDatagram)
  }

  static let sizes = [(38, 22), (38, 10), (76, 20), (20, 12), (38, 5)].map { Size(columns: $0, rows: $1) }

  @Test("Its picture", arguments: sizes)
  func golden(size: Size) throws {
    var surface = Surface(size: size)
    pane().draw(in: Rect(size: size), on: &surface, look: Look())
    try Golden.check(surface, "client-measures-\(size.columns)x\(size.rows)")
  }

  @Test("Its picture before anything was said")
  func empty() throws {
    let size = Size(columns: 38, rows: 18)
    var surface = Surface(size: size)
    ClientMeasuresPane(measures: ClientMeasures(), queuedCount: 0, isDatagram: false)
      .draw(in: Rect(size: size), on: &surface, look: Look(theme: .mono, glyphs: .ascii))
    try Golden.check(surface, "client-measures-empty-38x18")
  }

  @Test("No rectangle is too small or out of place")
  func everySize() {
    let pane = pane()
    for columns in [0, 1, 5, 6, 7, 12, 19, 28, 33, 38, 50, 80] {
      for rows in [0, 1, 3, 4, 6, 7, 9, 10, 12, 13, 24] {
        var surface = Surface(size: Size(columns: 60, rows: 12))
        let rect = Rect(column: 10, row: 2, columns: columns, rows: rows)
        pane.draw(in: rect, on: &surface, look: Look())
        #expect(surface.isBlank(outside: rect))
      }
    }
  }
}
