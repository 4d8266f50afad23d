import Wire

/// A recording's part in a log, with as many rows as there were when it looked last.
struct RecordedLog: Sendable {
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

  var sliceRows: Int { RecordedLog.sliceRows }

  /// Some milliseconds of reading.
  static let sliceRows = 4096
  /// What reading a page costs, in steps of a budget: a slice has no more rows of it that way.
  private static let pageCost = 1 << 16

  /// Looks for what was recorded since.
  mutating func refresh() {
    refreshStart()
    let end = rows.refresh()
    guard end > endID else { return }
    endID = end
    guard let last = rows.page(upTo: endID - 1).batch.records.last?.time else { return }
    span = (span?.first ?? rows.page(from: 0).batch.records.first?.time ?? last, last)
  }

  /// Looks for the first row that there still is.
  mutating func refreshStart() { firstID = max(firstID, rows.firstID) }

  /// A row, whether it was there when it looked last or is since.
  func row(_ id: UInt64) -> MessageLog.Row? { rows.page(from: id).row(of: id) }

  /// The page of an id as a stretch of a log; nil where it can't be read yet.
  func stretch(of id: UInt64, isReversed: Bool) -> RecordedPage? {
    let page = isReversed ? rows.page(upTo: id) : rows.page(from: id)
    return page.range.isEmpty ? nil : page
  }

  /// Does as much of a log's scan as needs no page, which may be nothing.
  func scanInBulk(_ ids: Range<UInt64>, isReversed: Bool, reading content: RowContent, _ body: RowVisitor) -> UInt64 {
    // A few rows are most often of a page that is there, or will be looked at again.
    guard ids.count > RecordedPage.rowLimit else { return isReversed ? ids.upperBound : ids.lowerBound }
    return rows.scan(ids, isReversed: isReversed, reading: content, body)
  }

  func append(row id: UInt64, as format: OutputFormat, to output: inout [UInt8]) {
    guard let row = row(id) else { return }
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
}
