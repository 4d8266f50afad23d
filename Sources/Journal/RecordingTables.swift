/// The statements that fill a recording's tables.
struct RecordingTables: ~Copyable {
  let begin: Statement
  let commit: Statement
  let insertRun: Statement
  let insertPeer: Statement
  let insertMessage: Statement
  let markMessage: Statement
  let insertEvent: Statement
  /// How large the file is, what is still beside it included.
  let size: Statement

  static func prepare(in database: borrowing Database) throws(RecordingError) -> RecordingTables {
    RecordingTables(
      begin: try database.prepare("BEGIN IMMEDIATE"),
      commit: try database.prepare("COMMIT"),
      insertRun: try database.prepare(
        "INSERT INTO runs(run, program, version, started, framing, reply, endpoints) VALUES(?, ?, ?, ?, ?, ?, ?)"
      ),
      insertPeer: try database.prepare("INSERT INTO peers(run, connection, transport, address) VALUES(?, ?, ?, ?)"),
      insertMessage: try database.prepare(
        """
        INSERT INTO messages(row, run, seq, time, peer, bytes, flags, answers, round_trip, payload)
        VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
      ),
      markMessage: try database.prepare("UPDATE messages SET flags = flags | ? WHERE row = ?"),
      insertEvent: try database.prepare(
        """
        INSERT INTO events(row, run, seq, time, kind, peer, alert, notice, json) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
      ),
      size: try database.prepare("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
    )
  }
}
