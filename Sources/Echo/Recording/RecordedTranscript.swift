import Screen
import Wire

/// A whole recording as its servers' plain mode, a stretch at a time.
package struct RecordedTranscript {
  private let log: RecordedLog
  private let format: OutputFormat
  private var transcript: ServerTranscript
  private var next: UInt64 = 0

  package init(_ rows: any RecordedRows, format: OutputFormat) {
    log = RecordedLog(rows)
    self.format = format
    transcript = ServerTranscript(format: format, framing: rows.framing)
  }

  /// Adds the lines of the next rows; false when there are none any more.
  package mutating func append(to plain: inout PlainOutput) -> Bool {
    guard next < log.endID else { return false }
    let page = log.rows.page(from: next)
    // The page may have been read for rows before these.
    var start = page.place(from: next)
    next = min(page.range.upperBound, log.endID)
    let records = page.batch.records
    while start < records.count {
      var end = start
      while end < records.count, !records[end].flags.contains(.notice) { end += 1 }
      var batch = page.batch
      batch.records = Array(records[start..<end])
      if !batch.replies.isEmpty { batch.replies = Array(batch.replies[start..<end]) }
      if !batch.isEmpty { transcript.append(.messages(batch), to: &plain) }
      if end < records.count { append(event: page.ids[end], page, to: &plain) }
      start = end + 1
    }
    return true
  }

  private mutating func append(event id: UInt64, _ page: RecordedPage, to plain: inout PlainOutput) {
    guard let row = page.row(of: id) else { return }
    let line = log.rows.line(of: id)
    if !row.isClients, let event = RecordedEvent.decoded(line) {
      transcript.append(event, to: &plain)
    } else if format == .json {
      RecordedEvent.append(line, row, to: &plain.output)
    } else {
      plain.notice(Printable.text(row.payload))
    }
  }
}
