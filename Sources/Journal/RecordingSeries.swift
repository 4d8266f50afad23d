import Synchronization
package import Wire

/// A recording as one sequence of rows, also where it goes over several files: the one of its name, and before it those
/// that got a number while this program recorded.
///
/// Rows are numbered from 1 through all of the files. One thread reads; the one that records may exchange the files
/// meanwhile, and waits for no more than what is being read.
package final class RecordingSeries: Sendable {
  fileprivate struct File {
    var path: String
    /// The rows of the files before it.
    var rowsBefore: Int64
  }

  // The readers' databases are used by one thread at a time: by that which holds the lock.
  fileprivate struct State: ~Copyable, @unchecked Sendable {
    /// The last one is that of the recording's name.
    var files: [File]
    /// Reads the last file.
    var latest: RecordingReader?
    /// Reads one of the others.
    var earlier: RecordingReader?
    var earlierPlace = -1
    /// The rows that there were at the last refresh.
    var rows: Range<Int64>
    /// Whether the last file is being closed, so that nobody else may have it open.
    var isExchanging = false
  }

  private let state: Mutex<State>
  /// The rows that there were before this program recorded any.
  package let recordedCount: Int64

  /// A recording that others make.
  package init(path: String) throws(RecordingError) {
    let reader = try RecordingReader(path: path)
    let rows = reader.rows
    recordedCount = Int64(rows.count)
    state = Mutex(State(files: [File(path: path, rowsBefore: 0)], latest: reader, rows: rows))
  }

  /// The recording that this program makes; it is opened to be read when something is asked for.
  init(path: String, recordedCount: Int64) {
    self.recordedCount = recordedCount
    state = Mutex(State(files: [File(path: path, rowsBefore: 0)], latest: nil, rows: 1..<(recordedCount + 1)))
  }

  // MARK: Reading

  /// The rows that there were at the last refresh.
  package var rows: Range<Int64> { state.withLock { $0.rows } }
  /// The runs that the last file had then.
  package var runs: [RecordedRun] { state.withLock { $0.latest?.runs ?? [] } }

  /// Looks for what was recorded since; not while a file is exchanged.
  package func refresh() throws(RecordingError) {
    try state.withLock { state throws(RecordingError) in try state.refresh() }
  }

  /// Gives `body` the rows, in order or the other way round, until it returns false; false says that they can't be read
  /// just now, because a file is exchanged.
  package func scan(
    _ rows: Range<Int64>,
    reversed: Bool = false,
    reading content: RowContent = .whole,
    _ body: (RecordedRow, UnsafeRawBufferPointer) -> Bool
  ) throws(RecordingError) -> Bool {
    try state.withLock { state throws(RecordingError) in
      guard state.canRead(rows) else { return false }
      try state.scan(rows, reversed: reversed, reading: content, body)
      return true
    }
  }

  /// An event's line of JSON output; empty where there is none.
  package func line(ofEvent row: Int64) throws(RecordingError) -> [UInt8] {
    try state.withLock { state throws(RecordingError) in
      guard state.canRead(row..<(row + 1)) else { return [] }
      let place = state.place(of: row)
      let row = row - state.files[place].rowsBefore
      return try state.read(place) { reader throws(RecordingError) in try reader.line(ofEvent: row) } ?? []
    }
  }

  /// The row of a run's message.
  package func row(ofSequence sequence: UInt64, run: Int64) throws(RecordingError) -> Int64? {
    try state.withLock { state throws(RecordingError) in
      guard state.canRead(state.rows) else { return nil }
      for place in state.files.indices.reversed() {
        let rowsBefore = state.files[place].rowsBefore
        let row = try state.read(place) { reader throws(RecordingError) in
          try reader.row(ofSequence: sequence, run: run)
        }
        if let row = row ?? nil { return row + rowsBefore }
      }
      return nil
    }
  }

  /// A run, and its rows in all of the files.
  package func run(_ number: Int64) throws(RecordingError) -> (run: RecordedRun, rows: Range<Int64>)? {
    try state.withLock { state throws(RecordingError) in
      guard state.canRead(state.rows) else { return nil }
      var found: (run: RecordedRun, rows: Range<Int64>)?
      for place in state.files.indices {
        let rowsBefore = state.files[place].rowsBefore
        _ = try state.read(place) { reader throws(RecordingError) in
          guard let run = reader.runs.first(where: { $0.run == number }) else { return }
          let rows = try reader.rows(ofRun: number)
          let start = found?.rows.lowerBound ?? rows.lowerBound + rowsBefore
          found = (found?.run ?? run, start..<(rows.upperBound + rowsBefore))
        }
      }
      return found
    }
  }

  // MARK: The files change

  /// Has nobody read the last file until `endExchange`.
  func beginExchange() {
    state.withLock { state in
      state.isExchanging = true
      state.latest = nil
    }
  }

  func endExchange() { state.withLock { $0.isExchanging = false } }

  /// The last file, which has so many rows, has another path, and a new one has its name.
  func move(to path: String, rowCount: Int64) {
    state.withLock { state in
      guard var file = state.files.popLast() else { return }
      let next = File(path: file.path, rowsBefore: file.rowsBefore + rowCount)
      file.path = path
      state.files += [file, next]
    }
  }
}

extension RecordingSeries.State {
  private var last: Int { files.count - 1 }

  /// The place of the file that a row is in.
  func place(of row: Int64) -> Int { files.lastIndex { $0.rowsBefore < row } ?? 0 }

  /// Whether none of the rows is in a file that is being exchanged.
  func canRead(_ rows: Range<Int64>) -> Bool { !isExchanging || rows.upperBound - 1 <= files[last].rowsBefore }

  mutating func refresh() throws(RecordingError) {
    guard !isExchanging else { return }
    let isOpen = latest?.rows != nil
    let end = try read(last) { reader throws(RecordingError) in
      if isOpen { try reader.refresh() }
      return reader.rows.upperBound
    }
    rows = rows.lowerBound..<max(rows.lowerBound, files[last].rowsBefore + (end ?? 1))
  }

  mutating func scan(
    _ rows: Range<Int64>,
    reversed: Bool,
    reading content: RowContent,
    _ body: (RecordedRow, UnsafeRawBufferPointer) -> Bool
  ) throws(RecordingError) {
    let rows = rows.clamped(to: self.rows)
    guard !rows.isEmpty else { return }
    let places = place(of: rows.lowerBound)...place(of: rows.upperBound - 1)
    var goesOn = true
    for step in 0..<places.count where goesOn {
      let place = reversed ? places.upperBound - step : places.lowerBound + step
      let rowsBefore = files[place].rowsBefore
      let own = (rows.lowerBound - rowsBefore)..<(rows.upperBound - rowsBefore)
      let isThere: Void? = try read(place) { reader throws(RecordingError) in
        try reader.scan(own, reversed: reversed, reading: content) { row, bytes in
          var row = row
          row.row += rowsBefore
          row.answers? += rowsBefore
          goesOn = body(row, bytes)
          return goesOn
        }
      }
      if isThere == nil, reversed { return }
    }
  }

  /// Has `body` read one of the files; nil where that is gone, and with it those before it.
  mutating func read<Result>(
    _ place: Int,
    _ body: (inout RecordingReader) throws(RecordingError) -> Result
  ) throws(RecordingError) -> Result? {
    if place == last {
      if latest?.rows == nil { latest = try RecordingReader(path: files[place].path) }
      return try latest?.use(body)
    }
    if place != earlierPlace || earlier?.rows == nil {
      earlierPlace = place
      do throws(RecordingError) {
        earlier = try RecordingReader(path: files[place].path)
      } catch {
        earlier = nil
        guard error == .missing else { throw error }
        let first = files[place + 1].rowsBefore + 1
        rows = max(rows.lowerBound, first)..<max(rows.upperBound, first)
      }
    }
    return try earlier?.use(body)
  }
}

extension RecordingReader {
  fileprivate mutating func use<Result>(
    _ body: (inout RecordingReader) throws(RecordingError) -> Result
  ) throws(RecordingError) -> Result { try body(&self) }
}
