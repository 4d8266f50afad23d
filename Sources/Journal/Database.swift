internal import CSQLite

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A connection to an SQLite file, for one thread.
///
/// Closed when it and the last of its statements are gone.
struct Database: ~Copyable {
  /// How long another program that reads or copies the file may keep it from being written, in milliseconds.
  private static let patience: Int32 = 5000
  /// Steps after which a limited statement ends: some seconds of a slow machine.
  private static let stepLimit: Int32 = 10_000_000

  private let handle: OpaquePointer?

  /// Opens a file that is there, to write; no symbolic link is followed on the way to it.
  init(path: String) throws(RecordingError) { try self.init(name: path, SQLITE_OPEN_READWRITE) }

  /// Opens a file of anyone's making, to read. One that nobody writes may be said to be immutable: nothing is then locked, nor
  /// put beside it, and it may stand where nothing may be written.
  static func reading(_ path: String, isImmutable: Bool) throws(RecordingError) -> Database {
    let name = isImmutable ? "file:\(Database.escaped(path))?immutable=1" : path
    let database = try Database(name: name, SQLITE_OPEN_READONLY | (isImmutable ? SQLITE_OPEN_URI : 0))
    try database.run("PRAGMA query_only = ON")
    return database
  }

  private init(name: String, _ flags: Int32) throws(RecordingError) {
    var handle: OpaquePointer?
    let code = sqlite3_open_v2(name, &handle, flags | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX, nil)
    self.handle = handle
    try check(code)
    sqlite3_extended_result_codes(handle, 1)
    sqlite3_busy_timeout(handle, Database.patience)
    // sqlite.org/security.html: no function that a schema names has an effect, and no cell reaches outside its page.
    try run("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
  }

  deinit { sqlite3_close_v2(handle) }

  /// Whether its path leads to another file, or to none.
  var hasMoved: Bool {
    var hasMoved: Int32 = 0
    return sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved) != SQLITE_OK || hasMoved != 0
  }

  /// The path as it stands in a URI (RFC 3986, 2.3), where a `?` or a `%` would mean something else.
  private static func escaped(_ path: String) -> String {
    var text = ""
    for byte in path.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "_"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default: text += byte < 16 ? "%0\(String(byte, radix: 16))" : "%\(String(byte, radix: 16))"
      }
    }
    return text
  }

  /// Has each statement end after so many steps, where a file could be made to have them go on for ever; or not any more.
  func limitSteps(_ isLimited: Bool) {
    if isLimited {
      sqlite3_progress_handler(handle, Database.stepLimit, { _ in 1 }, nil)
    } else {
      sqlite3_progress_handler(handle, 0, nil, nil)
    }
  }

  func run(_ script: String) throws(RecordingError) { try check(sqlite3_exec(handle, script, nil, nil, nil)) }

  func prepare(_ text: String) throws(RecordingError) -> Statement {
    var statement: OpaquePointer?
    try check(sqlite3_prepare_v3(handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
    return Statement(statement)
  }

  /// The first column of a query's first row; 0 where there is none.
  func number(_ query: String) throws(RecordingError) -> Int64 {
    let statement = try prepare(query)
    return try step(statement) ? statement.number(0) : 0
  }

  /// Runs a statement whose parameters are bound, and has it ready for its next run.
  func run(_ statement: borrowing Statement) throws(RecordingError) {
    defer { statement.reset() }
    _ = try step(statement)
  }

  /// Goes on to a statement's next row; false says that there is none.
  func step(_ statement: borrowing Statement) throws(RecordingError) -> Bool {
    switch sqlite3_step(statement.handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw error(code)
    }
  }

  /// The key of the row that was last inserted.
  var lastRow: Int64 { sqlite3_last_insert_rowid(handle) }

  private func check(_ code: Int32) throws(RecordingError) { if code != SQLITE_OK { throw error(code) } }

  private func error(_ code: Int32) -> RecordingError {
    let cause = sqlite3_system_errno(handle)
    // Its kind; what stands above says more.
    switch code & 0xff {
    case SQLITE_NOTADB: return .foreign
    case SQLITE_CORRUPT, SQLITE_INTERRUPT, SQLITE_TOOBIG: return .damaged
    case SQLITE_READONLY: return .forbidden
    case SQLITE_CANTOPEN where cause == EACCES || cause == EPERM: return .forbidden
    default: break
    }
    var reason = String(cString: sqlite3_errstr(code))
    if cause != 0 { reason += " (\(String(cString: strerror(cause))))" }
    return .failed(reason: reason)
  }
}
