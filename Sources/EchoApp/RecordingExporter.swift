import Echo
import Journal
import Screen
import Terminal
import Wire

/// Turns a recording into another format: the loop around a `RecordingExport`.
struct RecordingExporter {
  /// Bytes that are written at a time.
  private static let sliceBytes = 256 << 10
  /// Rows after which somebody looks whether the end was asked for, however little came out.
  fileprivate static let sliceRows = 4096

  let path: String
  let format: ExportFormat
  /// nil is standard output.
  let outputPath: String?
  let isConfined: Bool

  func run() throws(Failure) {
    FreedMemory.keep()
    var destination = try ExportDestination(outputPath)
    if format == .pcapng, destination.isTerminal {
      throw Failure(.usage, "packets are nothing for a terminal: --output names a file")
    }
    // Before the recording, which may be anybody's.
    if isConfined { sandbox.enterQuietly() }
    var reader: RecordingReader
    do throws(RecordingError) {
      reader = try RecordingReader(path: path, eventText: .json)
    } catch {
      throw Failure(reading: path, error)
    }
    let cursor = ExportCursor(format, reader.runs, reader.rows)
    try destination.finish(isWhole: export(&reader, cursor, to: &destination))
  }

  /// False when the end was asked for before all was out.
  private func export(
    _ reader: inout RecordingReader,
    _ cursor: consuming ExportCursor,
    to destination: inout ExportDestination
  ) throws(Failure) -> Bool {
    var plain = PlainOutput()
    while true {
      do throws(RecordingError) {
        try cursor.advance(&reader, until: RecordingExporter.sliceBytes)
      } catch {
        throw Failure(reading: path, error)
      }
      let notices = cursor.isAtEnd ? cursor.finish() : []
      plain.output = cursor.takeOutput()
      for notice in notices { plain.notice("\(MonitorProgram.name): \(notice)") }
      try destination.write(&plain)
      if cursor.isAtEnd { return true }
      if try destination.isToEnd() { return false }
    }
  }

  /// What is left to do: reading the recording, and taking away a file that does not become whole.
  private var sandbox: Sandbox {
    var sandbox = Sandbox.recording(path)
    if let outputPath { sandbox.removableFolders = Sandbox.recording(outputPath).databaseFolders }
    return sandbox
  }
}

/// Where an export goes: a new file, or standard output.
private struct ExportDestination: ~Copyable {
  private var streams: PlainStreams
  private var file: OutputFile?
  private let path: String?

  init(_ path: String?) throws(Failure) {
    var streams = try PlainStreams.open()
    if path != nil { streams.forgetReader() }
    var file: OutputFile?
    if let path {
      do throws(OutputFileError) { file = try OutputFile(path: path, isOverwriting: false) } catch {
        throw Failure(.ioError, "\(error)")
      }
    }
    self.streams = streams
    self.file = file
    self.path = path
  }

  var isTerminal: Bool { path == nil && streams.output.isTerminal }

  /// Writes and forgets what has gathered.
  mutating func write(_ plain: inout PlainOutput) throws(Failure) {
    if path != nil {
      do throws(OutputFileError) { try file?.write(plain.output) } catch { throw Failure(.ioError, "\(error)") }
      plain.output.removeAll(keepingCapacity: true)
    }
    try streams.write(&plain)
  }

  /// Whether the end was asked for.
  mutating func isToEnd() throws(Failure) -> Bool { try streams.wait(timeout: .zero).isToEnd }

  mutating func finish(isWhole: Bool) throws(Failure) {
    guard let path, let file = file.take() else {
      try streams.judge()
      // A reader that has enough wants no more.
      guard isWhole || !streams.hasReader else {
        throw Failure(.ioError, "interrupted: what came last is not in the output")
      }
      return
    }
    guard isWhole else { throw Failure(.ioError, "interrupted: \(Printable.text(path.utf8)) is not written") }
    do throws(OutputFileError) { _ = try file.finish() } catch { throw Failure(.ioError, "\(error)") }
  }
}

/// How far an export has come in its recording.
struct ExportCursor: ~Copyable {
  private var export: RecordingExport
  private var sequences = SentSequences()
  private let runs: [Int64: ExportedRun]
  private let end: Int64
  private var next: Int64
  private var run: Int64?

  init(_ format: ExportFormat, _ runs: [RecordedRun], _ rows: Range<Int64>) {
    export = RecordingExport(format)
    self.runs = Dictionary(runs.map { ($0.run, ExportedRun($0)) }) { first, _ in first }
    next = rows.lowerBound
    end = rows.upperBound
  }

  var isAtEnd: Bool { next >= end }

  /// Goes on until so many bytes have come out, for as many rows as one slice has, or to the end.
  mutating func advance(_ reader: inout RecordingReader, until byteCount: Int) throws(RecordingError) {
    var isEnd = true
    var rowCount = 0
    try reader.scan(next..<end) { row, bytes in
      add(row, bytes)
      next = row.row + 1
      rowCount += 1
      isEnd = export.outputCount < byteCount && rowCount < RecordingExporter.sliceRows
      return isEnd
    }
    if isEnd { next = end }
  }

  private mutating func add(_ row: RecordedRow, _ bytes: UnsafeRawBufferPointer) {
    if row.run != run {
      run = row.run
      export.begin(
        runs[row.run] ?? ExportedRun(started: row.time, framing: "", reply: "", endpoints: [])
      )
    }
    guard !row.isNotice else {
      return export.add(event: bytes, notice: row.notice, at: row.time)
    }
    if row.flags.contains(.sent) { sequences.add(row.sequence, row: row.row) }
    let reply = MessageReply(answers: row.answers.flatMap { sequences[$0] }, roundTrip: row.roundTrip)
    export.add(MessageRecord(row), from: row.peer, bytes, reply: reply)
  }

  mutating func takeOutput() -> [UInt8] { export.takeOutput() }

  mutating func finish() -> [String] { export.finish() }
}

/// The numbers of the messages that a client sent last, by their rows.
private struct SentSequences {
  private static let limit = 1 << 16

  private var latest: [Int64: UInt64] = [:]
  private var earlier: [Int64: UInt64] = [:]

  mutating func add(_ sequence: UInt64, row: Int64) {
    if latest.count >= SentSequences.limit { (earlier, latest) = (latest, [:]) }
    latest[row] = sequence
  }

  subscript(row: Int64) -> UInt64? { latest[row] ?? earlier[row] }
}
