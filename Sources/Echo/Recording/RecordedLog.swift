import Wire

/// A recording as a log, with as many rows as there were when it looked last.
struct RecordedLog: RowLog {
  let rows: any RecordedRows
  private(set) var firstID: UInt64 = 0
  private(set) var endID: UInt64 = 0
  /// When its first and its last row happened.
  private(set) var span: (first: Timestamp, last: Timestamp)?

  init(_ rows: any RecordedRows) {
    self.rows = rows
    refresh()
  }

  var framing: Framing { rows.framing }
  var readingCost: Int { rows.readCount &* RecordedLog.pageCost }

  /// What reading a page costs, in steps of a budget.
  private static let pageCost = 1 << 16

  /// Looks for what was recorded since.
  mutating func refresh() {
    let end = rows.refresh()
    guard end > endID else { return }
    endID = end
    guard let last = rows.page(upTo: endID - 1).batch.records.last?.time else { return }
    span = (span?.first ?? rows.page(from: 0).batch.records.first?.time ?? last, last)
  }

  subscript(id: UInt64) -> MessageLog.Row? {
    id >= firstID && id < endID ? rows.page(from: id).row(of: id) : nil
  }

  func scan(
    _ ids: Range<UInt64>,
    _ body: (UInt64, MessageRecord, Peer?, UnsafeRawBufferPointer) -> Bool
  ) -> UInt64 {
    let end = min(ids.upperBound, endID)
    var next = min(max(ids.lowerBound, firstID), endID)
    while next < end {
      let page = rows.page(from: next)
      let places = page.place(from: next)..<page.place(from: end)
      if let stop = page.visit(places, isReversed: false, body) { return stop + 1 }
      next = min(page.range.upperBound, end)
      // Through what can't be read it goes a page at a time.
      if places.isEmpty { break }
    }
    return next
  }

  func scanReversed(
    _ ids: Range<UInt64>,
    _ body: (UInt64, MessageRecord, Peer?, UnsafeRawBufferPointer) -> Bool
  ) -> UInt64 {
    let start = max(ids.lowerBound, firstID)
    var end = max(min(ids.upperBound, endID), firstID)
    while start < end {
      let page = rows.page(upTo: end - 1)
      let places = page.place(from: start)..<page.place(from: end)
      if let stop = page.visit(places, isReversed: true, body) { return stop }
      end = max(page.range.lowerBound, start)
      if places.isEmpty { break }
    }
    return end
  }

  func shownCount(_ record: MessageRecord, _ peer: Peer?, _ bytes: UnsafeRawBufferPointer) -> Int {
    record.shownCount(peer, bytes, framing)
  }

  func subject(of id: UInt64, before: UInt64?) -> DetailSubject? {
    self[id]?.subject(id, before: before.flatMap { self[$0] }, framing)
  }

  func append(row id: UInt64, as format: OutputFormat, to output: inout [UInt8]) {
    guard let row = self[id] else { return }
    if row.isNotice, format == .json {
      RecordedEvent.append(rows.line(of: id), row, to: &output)
    } else {
      row.append(as: format, framing, to: &output)
    }
  }

  func searchStart(ofMessage number: UInt64, near id: UInt64?) -> UInt64 {
    guard endID > firstID else { return endID }
    return rows.id(ofMessage: number, inRunOf: id ?? endID - 1) ?? endID
  }

  mutating func clear() { firstID = endID }
}

extension RecordedPage {
  /// Gives `body` the rows of some places until it returns false; returns the id of the row where it did.
  fileprivate func visit(
    _ places: Range<Int>,
    isReversed: Bool,
    _ body: (UInt64, MessageRecord, Peer?, UnsafeRawBufferPointer) -> Bool
  ) -> UInt64? {
    batch.bytes.withUnsafeBytes { bytes in
      for step in 0..<places.count {
        let place = isReversed ? places.upperBound - 1 - step : places.lowerBound + step
        let record = batch.records[place]
        if !body(ids[place], record, peer(of: record), record.payload(in: bytes)) { return ids[place] }
      }
      return nil
    }
  }
}
