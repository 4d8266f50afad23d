import Wire

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A recording's file as it is open to be read, with the statements that read it.
struct RecordingConnection: ~Copyable {
  let database: Database
  var messages: RowCursor
  /// The same, without what is not asked for where bytes are looked through.
  var payloads: RowCursor
  var events: RowCursor
  var peers: PeerDirectory
  /// The line of JSON of an event.
  let lines: Statement
  /// The file as it was when it was opened and nobody wrote to it; nil where somebody may.
  private let unattended: FileStamp?

  /// Opens what stands at the place, if it is a recording of this version, and holds nothing but what one holds.
  init(_ place: borrowing RecordingPlace, _ eventText: RecordingReader.EventText) throws(RecordingError) {
    guard let status = try place.status() else { throw .missing }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFLNK: throw .linked
    case S_IFDIR: throw .unsuitable(reason: "it is a folder")
    default: throw .irregular
    }
    // Not opened here: the locks of a journal in this process would be lost when it is closed again (fcntl(2)).
    let isAttended = try RecordingConnection.isAttended(place)
    let database = try Database.reading(place.path, isImmutable: !isAttended)
    database.limitSteps(true)
    try RecordingSchema.check(database)
    let messages = try RowCursor.messages(.whole, in: database)
    let payloads = try RowCursor.messages(.bytes, in: database)
    let events = try RowCursor.events(eventText, in: database)
    let peers = try PeerDirectory(in: database)
    let lines = try database.prepare("SELECT substr(json, 1, 16384) FROM events NOT INDEXED WHERE row = ?")
    database.limitSteps(false)
    self.database = database
    self.messages = messages
    self.payloads = payloads
    self.events = events
    self.peers = peers
    self.lines = lines
    unattended = isAttended ? nil : FileStamp(status)
  }

  /// Whether what is beside the file may say more than the file itself: a writer has it open, or left it in a hurry.
  private static func isAttended(_ place: borrowing RecordingPlace) throws(RecordingError) -> Bool {
    var isAttended = false
    for suffix in ["-wal", "-shm", "-journal"] {
      guard let status = try place.status(suffix) else { continue }
      guard status.st_mode & S_IFMT == S_IFREG else { throw .misplaced(suffix) }
      if suffix != "-shm", status.st_size > 0 { isAttended = true }
    }
    return isAttended
  }

  /// Whether it has to be opened anew to see the file as it is: what was opened as unattended is not any more.
  func isOutdated(at place: borrowing RecordingPlace) throws(RecordingError) -> Bool {
    guard let unattended else { return false }
    guard let status = try place.status(), unattended.isSameFile(status) else { throw .exchanged }
    if FileStamp(status) != unattended { return true }
    return try RecordingConnection.isAttended(place)
  }
}

/// What changes when a file is changed.
private struct FileStamp: Equatable {
  private let identity: FileIdentity
  private let size: off_t
  private let seconds: Int
  private let nanoseconds: Int

  init(_ status: stat) {
    identity = FileIdentity(status)
    size = status.st_size
    #if canImport(Darwin)
    let time = status.st_mtimespec
    #else
    let time = status.st_mtim
    #endif
    (seconds, nanoseconds) = (time.tv_sec, time.tv_nsec)
  }

  func isSameFile(_ status: stat) -> Bool { FileIdentity(status) == identity }
}
