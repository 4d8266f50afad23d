import Echo
import Journal
import Screen
import Synchronization
import Wire

/// A recording's rows, read a page at a time; the pages that were looked at last stay in memory.
final class RecordedFile: RecordedRows {
  /// A screen's rows may each be on a page of their own, where a filter lets few through.
  fileprivate static let pageLimit = 256
  fileprivate static let byteLimit = 64 << 20
  /// Rows that are passed over where one can't be read: so many, or so small a share of all that even those of a file
  /// whose numbers have no end are passed over in time.
  fileprivate static func damagedRows(of count: UInt64) -> UInt64 { max(128, count >> 14) }

  fileprivate struct State {
    let series: RecordingSeries
    let framing: Framing
    /// The latest first.
    var pages: [RecordedPage] = []
    var byteCount = 0
    var readCount = 0
    /// The run that was looked up last, and whether it is a client's.
    var lastRun: (run: Int64, isClients: Bool)?
    var failure: String?
    var toldFailure: String?
  }

  let framing: Framing
  private let state: Mutex<State>

  convenience init(path: String) throws(Failure) {
    do throws(RecordingError) {
      let series = try RecordingSeries(path: path)
      // What the newest run says holds for all of them.
      self.init(series, framing: series.runs.last.flatMap { Framing($0.framing) } ?? .line)
    } catch {
      throw Failure(reading: path, error)
    }
  }

  init(_ series: RecordingSeries, framing: Framing) {
    self.framing = framing
    state = Mutex(State(series: series, framing: framing))
  }

  var firstID: UInt64 { state.withLock { UInt64($0.series.rows.lowerBound - 1) } }
  var runCount: Int { state.withLock { $0.series.runs.count } }
  var readCount: Int { state.withLock { $0.readCount } }

  func refresh() -> UInt64 { state.withLock { $0.refresh() } }
  func page(from id: UInt64) -> RecordedPage { state.withLock { $0.page(of: id, isReversed: false) } }
  func page(upTo id: UInt64) -> RecordedPage { state.withLock { $0.page(of: id, isReversed: true) } }

  func scan(_ ids: Range<UInt64>, isReversed: Bool, reading content: RowContent, _ body: RowVisitor) -> UInt64 {
    state.withLock { $0.scan(ids, isReversed: isReversed, reading: content, body) }
  }

  func line(of id: UInt64) -> [UInt8] { state.withLock { $0.line(of: id) } }
  func takeFailure() -> String? { state.withLock { $0.takeFailure() } }

  func id(ofMessage number: UInt64, inRunOf id: UInt64) -> UInt64? {
    state.withLock { $0.id(ofMessage: number, inRunOf: id) }
  }

  func run(of id: UInt64) -> (run: ExportedRun, ids: Range<UInt64>)? { state.withLock { $0.run(of: id) } }
}

extension RecordedFile.State {
  private static func row(_ id: UInt64) -> Int64 { Int64(clamping: id) + 1 }

  mutating func refresh() -> UInt64 {
    do throws(RecordingError) { try series.refresh() } catch { failure = error.reason }
    return UInt64(series.rows.upperBound - 1)
  }

  mutating func page(of id: UInt64, isReversed: Bool) -> RecordedPage {
    if let place = pages.firstIndex(where: { $0.range.contains(id) }) {
      let page = pages[place]
      if place > 0 {
        pages.remove(at: place)
        pages.insert(page, at: 0)
      }
      return page
    }
    if let page = pageBeyondEnd(of: id, isReversed: isReversed) { return page }
    let page = read(id, isReversed: isReversed)
    guard !page.range.isEmpty else { return page }
    pages.insert(page, at: 0)
    byteCount += page.byteCount
    while pages.count > RecordedFile.pageLimit || (byteCount > RecordedFile.byteLimit && pages.count > 1) {
      byteCount -= pages.removeLast().byteCount
    }
    return page
  }

  /// The page of an id that is not recorded, also when it was looked for again; nil where it is.
  private mutating func pageBeyondEnd(of id: UInt64, isReversed: Bool) -> RecordedPage? {
    guard id >= UInt64(series.rows.upperBound - 1) else { return nil }
    do throws(RecordingError) {
      try series.refresh()
      return id < UInt64(series.rows.upperBound - 1) ? nil : RecordedPage(before: id, framing: framing)
    } catch {
      failure = error.reason
      var page = RecordedPage(of: id, framing: framing)
      page.close(range(of: id, last: nil, isCut: true, of: series.rows, isReversed), isReversed: isReversed)
      return page
    }
  }

  func scan(_ ids: Range<UInt64>, isReversed: Bool, reading content: RowContent, _ body: RowVisitor) -> UInt64 {
    var next = isReversed ? ids.upperBound : ids.lowerBound
    let wanted = Self.row(ids.lowerBound)..<Self.row(ids.upperBound)
    let rows = wanted.clamped(to: series.rows)
    // What begins beyond the file's end, or before its start, is for a page to tell.
    guard isReversed ? rows.upperBound == wanted.upperBound : rows.lowerBound == wanted.lowerBound else { return next }
    var isBroken = false
    let isRead = try? series.scan(rows, reversed: isReversed, reading: content) { row, bytes in
      let id = UInt64(row.row - 1)
      var record = MessageRecord(row)
      if content == .whole { record.markHostile(row.peer, bytes, framing) }
      next = isReversed ? id : id + 1
      isBroken = !body(id, record, row.peer, bytes)
      return !isBroken
    }
    // What can't be read is met again by a page, and told of.
    guard isRead == true, !isBroken else { return next }
    return UInt64(isReversed ? rows.lowerBound - 1 : rows.upperBound - 1)
  }

  private mutating func read(_ id: UInt64, isReversed: Bool) -> RecordedPage {
    readCount += 1
    var page = RecordedPage(of: id, framing: framing)
    let row = Self.row(id)
    let all = series.rows
    // The id may be of a file that is gone since, and so before all rows.
    let wanted = isReversed ? 1..<min(row + 1, all.upperBound) : min(row, all.upperBound)..<all.upperBound
    var last: Int64?
    var isDamaged = false
    var answers: [(place: Int, row: Int64)] = []
    let runs = series.runs
    var lastRun = lastRun
    do throws(RecordingError) {
      let isReadable = try series.scan(wanted, reversed: isReversed) { row, bytes in
        if lastRun?.run != row.run { lastRun = (row.run, runs.isClients(row.run)) }
        var record = MessageRecord(row)
        // An event has no flags of its own in the file.
        if row.isNotice, lastRun?.isClients == true { record.flags.insert(.heard) }
        if let answered = row.answers { answers.append((page.rowCount, answered)) }
        page.append(
          UInt64(row.row - 1),
          record,
          row.peer,
          bytes,
          reply: MessageReply(roundTrip: row.roundTrip)
        )
        last = row.row
        return !page.isFull
      }
      guard isReadable else { return RecordedPage(before: id, framing: framing) }
    } catch {
      failure = error.reason
      isDamaged = true
    }
    self.lastRun = lastRun
    for (place, row) in answers { page.answer(sequence(ofRow: row, page), at: place) }
    let isCut = page.isFull || isDamaged
    page.close(range(of: id, last: last, isCut: isCut, of: all, isReversed), isReversed: isReversed)
    return page
  }

  /// The number of the message in a row, most often one of the same page; nil where it is none, or can't be read.
  private mutating func sequence(ofRow row: Int64, _ page: borrowing RecordedPage) -> UInt64? {
    if let sequence = page.sequence(of: UInt64(row - 1)) { return sequence }
    var sequence: UInt64?
    _ = try? series.scan(row..<(row + 1)) { row, _ in
      sequence = row.isNotice ? nil : row.sequence
      return false
    }
    return sequence
  }

  /// The ids that a page of an id tells of, when `last` is the row that was read last.
  private func range(
    of id: UInt64,
    last: Int64?,
    isCut: Bool,
    of all: Range<Int64>,
    _ isReversed: Bool
  ) -> Range<UInt64> {
    let rowCount = UInt64(all.upperBound - 1)
    let damagedRows = RecordedFile.damagedRows(of: rowCount)
    if isReversed {
      let passedOver = id - min(id, damagedRows - 1)
      let start = isCut ? last.map { UInt64($0 - 1) } ?? passedOver : 0
      return min(start, id)..<(id + 1)
    }
    let end = isCut ? last.map { UInt64($0) } ?? id + damagedRows : rowCount
    return id..<max(end, id + 1)
  }

  mutating func line(of id: UInt64) -> [UInt8] {
    do throws(RecordingError) {
      return try series.line(ofEvent: Self.row(id))
    } catch {
      failure = error.reason
      return []
    }
  }

  mutating func id(ofMessage number: UInt64, inRunOf id: UInt64) -> UInt64? {
    do throws(RecordingError) {
      guard let run = try run(ofRow: id) else { return nil }
      return try series.row(ofSequence: number, run: run).map { UInt64($0 - 1) }
    } catch {
      failure = error.reason
      return nil
    }
  }

  mutating func run(of id: UInt64) -> (run: ExportedRun, ids: Range<UInt64>)? {
    do throws(RecordingError) {
      guard let number = try run(ofRow: id), let (run, rows) = try series.run(number) else { return nil }
      return (ExportedRun(run), UInt64(rows.lowerBound - 1)..<UInt64(rows.upperBound - 1))
    } catch {
      failure = error.reason
      return nil
    }
  }

  private mutating func run(ofRow id: UInt64) throws(RecordingError) -> Int64? {
    let row = Self.row(id)
    var run: Int64?
    _ = try series.scan(row..<(row + 1)) { row, _ in
      run = row.run
      return false
    }
    return run
  }

  mutating func takeFailure() -> String? {
    // The same again is no news.
    guard let failure, failure != toldFailure else { return nil }
    toldFailure = failure
    return failure
  }
}

extension MessageRecord {
  /// A message, or an event, as its row tells of it; the payload is apart.
  init(_ row: RecordedRow) {
    self.init(
      sequence: row.sequence,
      time: row.time,
      wireCount: row.wireCount,
      offset: 0,
      count: 0,
      peer: 0,
      flags: row.flags,
      replyTime: row.roundTrip.map(ReplyTime.init(nanoseconds:)) ?? .none
    )
  }
}

extension [RecordedRun] {
  /// Whether a run is a client's.
  func isClients(_ number: Int64) -> Bool { first { $0.run == number }?.isClients == true }
}

extension Failure {
  /// What keeps a recording from being read.
  init(reading path: String, _ error: RecordingError) {
    let status: ExitStatus =
      switch error {
      case .missing: .unavailable
      case .unsuitable, .exposed: .notPermitted
      case .inUse: .systemError
      case .failed: .ioError
      }
    self.init(status, "cannot read \(Printable.text(path.utf8)): \(error.reason)")
  }
}
