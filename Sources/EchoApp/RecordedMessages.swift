import Echo
import Journal
import Screen
import Wire

/// The messages of one run of a recording, read as they are wanted.
struct RecordedMessages: ~Copyable {
  /// Rows after which somebody looks whether the end was asked for, however few of them were messages.
  static let sliceRows = 4096

  let run: RecordedRun
  private var reader: RecordingReader
  private var rows: Range<Int64>

  /// Opens the file; nil is its last run.
  static func open(_ path: String, run number: Int64?) throws(Failure) -> RecordedMessages {
    var reader: RecordingReader
    do throws(RecordingError) {
      reader = try RecordingReader(path: path)
    } catch {
      throw Failure(reading: path, error)
    }
    let runs = reader.runs
    guard let run = number == nil ? runs.last : runs.first(where: { $0.run == number }) else {
      let known = runs.isEmpty ? "it has none" : "it has \(runs[0].run) to \(runs[runs.count - 1].run)"
      throw Failure(.usage, "\(Printable.text(path.utf8)) has no such run: \(known)")
    }
    let rows: Range<Int64>
    do throws(RecordingError) {
      rows = try reader.rows(ofRun: run.run)
    } catch {
      throw Failure(reading: path, error)
    }
    return RecordedMessages(run: run, reader: reader, rows: rows)
  }

  /// Gives `body` the next messages until it returns false, or for as many rows as one slice has; returns whether there may
  /// be more.
  mutating func read(_ body: (ReplayMessage) -> Bool) throws(RecordingError) -> Bool {
    var next = rows.upperBound
    var rowCount = 0
    try reader.scan(rows) { row, bytes in
      rowCount += 1
      guard rowCount <= RecordedMessages.sliceRows else {
        next = row.row
        return false
      }
      guard !row.isNotice, !row.flags.contains(.sent) else { return true }
      let message = ReplayMessage(
        sequence: row.sequence,
        time: row.time,
        isAnswered: row.flags.contains(.answered),
        isTruncated: row.flags.contains(.truncated),
        payload: Array(bytes)
      )
      if body(message) { return true }
      next = row.row + 1
      return false
    }
    rows = min(next, rows.upperBound)..<rows.upperBound
    return !rows.isEmpty
  }
}
