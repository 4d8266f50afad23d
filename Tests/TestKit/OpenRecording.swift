import CSQLite

/// A recording as another program has it open.
package final class OpenRecording {
  private var database: OpaquePointer?

  package init(_ path: String) throws {
    guard sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK else { throw error(path) }
    sqlite3_busy_timeout(database, 10_000)
    // Nothing is locked or mapped before something is read.
    _ = try rows("SELECT count(*) FROM runs")
  }

  deinit { sqlite3_close_v2(database) }

  /// Each row's columns, joined by `|`.
  package func rows(_ query: String) throws -> [String] {
    var statement: OpaquePointer?
    defer { sqlite3_finalize(statement) }
    guard sqlite3_prepare_v2(database, query, -1, &statement, nil) == SQLITE_OK else { throw error(query) }
    var rows: [String] = []
    while sqlite3_step(statement) == SQLITE_ROW {
      let columns = (0..<sqlite3_column_count(statement)).map { column in
        sqlite3_column_text(statement, column).map { String(cString: $0) } ?? "NULL"
      }
      rows.append(columns.joined(separator: "|"))
    }
    return rows
  }

  package func run(_ script: String) throws {
    guard sqlite3_exec(database, script, nil, nil, nil) == SQLITE_OK else { throw error(script) }
  }

  private func error(_ what: String) -> ProgramError {
    ProgramError("\(what): \(String(cString: sqlite3_errmsg(database)))")
  }
}
