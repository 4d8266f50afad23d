internal import CSQLite

/// A prepared statement; its parameters count from 1, and its columns from 0.
struct Statement: ~Copyable {
  let handle: OpaquePointer?

  init(_ handle: OpaquePointer?) { self.handle = handle }

  deinit { sqlite3_finalize(handle) }

  // MARK: Parameters keep what they are bound to until they are bound anew

  func bind(_ place: Int32, _ number: Int64) { sqlite3_bind_int64(handle, place, number) }

  /// Binds a number, or NULL.
  func bind(_ place: Int32, _ number: Int64?) {
    if let number { bind(place, number) } else { sqlite3_bind_null(handle, place) }
  }

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

  // MARK: A column is read as what is asked for, whatever it holds

  func number(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  func optionalNumber(_ column: Int32) -> Int64? {
    sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : number(column)
  }

  /// A column's bytes, which stay until the statement goes on.
  func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
    // The order matters: what is no blob becomes one when its address is asked for.
    let address = sqlite3_column_blob(handle, column)
    return UnsafeRawBufferPointer(start: address, count: address == nil ? 0 : Int(sqlite3_column_bytes(handle, column)))
  }

  func text(_ column: Int32) -> String {
    // As above, and the text is then UTF-8 whatever the file's encoding is.
    guard let address = sqlite3_column_text(handle, column) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: address, count: count), as: UTF8.self)
  }

  /// Ends its run, and with the last run of a connection what it sees of the file.
  func reset() { sqlite3_reset(handle) }
}
