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

  private let handle: OpaquePointer?

  /// Opens a file that is there; no symbolic link is followed on the way to it.
  init(path: String) throws(RecordingError) {
    var handle: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX
    let code = sqlite3_open_v2(path, &handle, flags, nil)
    self.handle = handle
    try check(code)
    sqlite3_extended_result_codes(handle, 1)
    sqlite3_busy_timeout(handle, Database.patience)
  }

  deinit { sqlite3_close_v2(handle) }

  func run(_ script: String) throws(RecordingError) { try check(sqlite3_exec(handle, script, nil, nil, nil)) }

  func prepare(_ text: String) throws(RecordingError) -> Statement {
    var statement: OpaquePointer?
    try check(sqlite3_prepare_v3(handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
    return Statement(statement)
  }

  /// The first column of a query's first row; 0 where there is none.
  func number(_ query: String) throws(RecordingError) -> Int64 {
    let statement = try prepare(query)
    let code = sqlite3_step(statement.handle)
    guard code == SQLITE_ROW else {
      if code != SQLITE_DONE { throw error(code) }
      return 0
    }
    return sqlite3_column_int64(statement.handle, 0)
  }

  /// Runs a statement whose parameters are bound, and has it ready for its next run.
  func run(_ statement: borrowing Statement) throws(RecordingError) {
    let code = sqlite3_step(statement.handle)
    defer { sqlite3_reset(statement.handle) }
    guard code == SQLITE_DONE || code == SQLITE_ROW else { throw error(code) }
  }

  /// The key of the row that was last inserted.
  var lastRow: Int64 { sqlite3_last_insert_rowid(handle) }

  private func check(_ code: Int32) throws(RecordingError) { if code != SQLITE_OK { throw error(code) } }

  private func error(_ code: Int32) -> RecordingError {
    var reason = String(cString: sqlite3_errstr(code))
    let cause = sqlite3_system_errno(handle)
    if cause != 0 { reason += " (\(String(cString: strerror(cause))))" }
    return .failed(reason: reason)
  }
}

/// A prepared statement; its parameters count from 1.
struct Statement: ~Copyable {
  let handle: OpaquePointer?

  init(_ handle: OpaquePointer?) { self.handle = handle }

  deinit { sqlite3_finalize(handle) }

  func bind(_ place: Int32, _ number: Int64) { sqlite3_bind_int64(handle, place, number) }

  /// Binds bytes, which must stay until the statement has run.
  func bind(_ place: Int32, _ bytes: UnsafeRawBufferPointer) {
    // No address would be NULL, and not the empty blob.
    if bytes.isEmpty {
      sqlite3_bind_zeroblob(handle, place, 0)
    } else {
      sqlite3_bind_blob64(handle, place, bytes.baseAddress, sqlite3_uint64(bytes.count), nil)
    }
  }

  /// Binds a text, which is copied.
  func bind(_ place: Int32, _ text: String) { sqlite3_bind_text(handle, place, text, -1, Statement.copied) }

  /// SQLITE_TRANSIENT, a macro that Swift does not read.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
