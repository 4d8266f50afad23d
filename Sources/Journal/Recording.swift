internal import CSystem
import Wire

/// An open recording: what a program tells becomes rows of the file's tables. For one thread.
///
/// After an error nothing more is added, and what was not committed is not in the file.
struct Recording: ~Copyable {
  private let tables: RecordingTables
  private let database: Database
  private let file: RecordingFile
  /// The file beside it in which what is committed stands until SQLite brings it into the file itself.
  private let log: FileIdentity?
  /// The number of the program's run.
  let run: Int64
  /// When the file was begun, in seconds since 1970.
  private let birth: Int64
  private var peers = RecordedPeers()
  /// The last of the rows that messages and events share.
  private(set) var lastRow: Int64
  private(set) var isInTransaction = false
  /// The last message that was added.
  private(set) var lastSequence: UInt64
  /// Messages that are added and not committed, and what they weigh in bytes.
  private(set) var pendingMessages = 0
  private(set) var pendingBytes = 0

  /// Opens the file or makes it; a run that goes on from another file has its number, and its last message's.
  init(_ settings: RecordingSettings, run: Int64? = nil, lastSequence: UInt64 = 0) throws(RecordingError) {
    let file = try RecordingFile(path: settings.path)
    let database = try Database(path: file.path)
    guard file.isInPlace, !database.hasMoved else { throw .exchanged }
    database.limitSteps(true)
    if try database.number("SELECT count(*) FROM sqlite_schema") == 0 { try database.run(RecordingSchema.creation) }
    try RecordingSchema.check(database)
    try RecordingSchema.checkForActions(database)
    let level = settings.durability == .none ? "NORMAL" : "FULL"
    try database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = \(level); PRAGMA wal_autocheckpoint = 4000")
    file.syncFolder()
    let tables = try RecordingTables.prepare(in: database)
    let lastRun = try database.number("SELECT max(run) FROM runs")
    let lastRow = try database.number(RecordingSchema.lastRow)
    // As far as anyone has ever counted.
    guard max(lastRun, lastRow) < 1 << 62 else { throw .damaged }
    try file.checkCompanions()
    let log = file.companion("-wal")
    let start = try database.number("SELECT min(started) FROM runs")
    database.limitSteps(false)
    self.tables = tables
    self.database = database
    self.file = file
    self.log = log
    self.run = run ?? lastRun + 1
    self.lastSequence = lastSequence
    self.lastRow = lastRow
    birth = (start == 0 ? csystem_wall_clock() : start) / 1_000_000_000
  }

  /// Throws if whoever looks for the file would not find there what was committed to it.
  func checkPlace() throws(RecordingError) {
    guard file.isInPlace, file.companion("-wal") == log else { throw .lost }
  }

  /// Closes the database, so that the file is all that there is of it if nobody else has it open.
  consuming func close() -> RecordingFile {
    // SQLite brings nothing into a file that was moved by itself.
    if !file.isInPlace, (try? database.number("PRAGMA wal_checkpoint(TRUNCATE)")) == 0, file.isGone {
      file.removeCompanions()
    }
    return file
  }

  /// Whether the file has reached a limit; asked between transactions.
  func isOver(_ settings: RecordingSettings) throws(RecordingError) -> Bool {
    if let limit = settings.ageLimit, csystem_wall_clock() / 1_000_000_000 - birth >= limit { return true }
    guard let limit = settings.byteLimit else { return false }
    defer { tables.size.reset() }
    return try database.step(tables.size) && tables.size.number(0) >= limit
  }

  mutating func commit() throws(RecordingError) {
    guard isInTransaction else { return }
    try database.run(tables.commit)
    isInTransaction = false
    pendingMessages = 0
    pendingBytes = 0
  }

  private mutating func begin() throws(RecordingError) {
    guard !isInTransaction else { return }
    try database.run(tables.begin)
    isInTransaction = true
  }

  mutating func beginRun(
    _ origin: RecordingOrigin,
    at endpoints: [Endpoint],
    time: Timestamp
  ) throws(RecordingError) {
    try begin()
    tables.insertRun.bind(1, run)
    tables.insertRun.bind(2, origin.program)
    tables.insertRun.bind(3, origin.version)
    tables.insertRun.bind(4, time.nanoseconds)
    tables.insertRun.bind(5, origin.framing)
    tables.insertRun.bind(6, origin.reply)
    tables.insertRun.bind(7, endpoints.map(\.description).joined(separator: "\n"))
    try database.run(tables.insertRun)
  }

  /// Gives the message's row.
  mutating func add(
    _ record: MessageRecord,
    _ peer: Peer,
    payload: UnsafeRawBufferPointer,
    answers: Int64?,
    roundTrip: Int64?
  ) throws(RecordingError) -> Int64 {
    try begin()
    tables.insertMessage.bind(1, lastRow + 1)
    tables.insertMessage.bind(2, run)
    tables.insertMessage.bind(3, Int64(truncatingIfNeeded: record.sequence))
    tables.insertMessage.bind(4, record.time.nanoseconds)
    tables.insertMessage.bind(5, try key(of: peer))
    tables.insertMessage.bind(6, Int64(truncatingIfNeeded: record.wireCount))
    tables.insertMessage.bind(7, Int64(record.flags.rawValue))
    tables.insertMessage.bind(8, answers)
    tables.insertMessage.bind(9, roundTrip)
    tables.insertMessage.bind(10, payload)
    try database.run(tables.insertMessage)
    lastRow += 1
    lastSequence = record.sequence
    pendingMessages += 1
    pendingBytes += payload.count
    return lastRow
  }

  mutating func mark(_ row: Int64, _ flags: MessageRecord.Flags) throws(RecordingError) {
    try begin()
    tables.markMessage.bind(1, Int64(flags.rawValue))
    tables.markMessage.bind(2, row)
    try database.run(tables.markMessage)
  }

  /// Adds an event in its place among the messages.
  mutating func add(
    _ kind: String,
    _ description: EventDescription,
    with peer: Peer?,
    at time: Timestamp
  ) throws(RecordingError) {
    try begin()
    let key: Int64? = if let peer { try key(of: peer) } else { nil }
    tables.insertEvent.bind(1, lastRow + 1)
    tables.insertEvent.bind(2, run)
    tables.insertEvent.bind(3, Int64(truncatingIfNeeded: lastSequence))
    tables.insertEvent.bind(4, time.nanoseconds)
    tables.insertEvent.bind(5, kind)
    tables.insertEvent.bind(6, key)
    tables.insertEvent.bind(7, description.isAlert ? 1 : 0)
    tables.insertEvent.bind(8, description.notice)
    tables.insertEvent.bind(9, description.json)
    try database.run(tables.insertEvent)
    lastRow += 1
  }

  mutating func forget(_ peer: Peer) { peers.forget(peer) }

  private mutating func key(of peer: Peer) throws(RecordingError) -> Int64 {
    if let key = peers[peer] { return key }
    tables.insertPeer.bind(1, run)
    tables.insertPeer.bind(2, Int64(peer.connection.number))
    tables.insertPeer.bind(3, peer.transport.rawValue)
    tables.insertPeer.bind(4, peer.address.description)
    try database.run(tables.insertPeer)
    peers[peer] = database.lastRow
    return database.lastRow
  }
}
