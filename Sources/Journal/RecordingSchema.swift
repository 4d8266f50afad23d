/// What stands in a recording; docs/recording.md tells readers of it.
enum RecordingSchema {
  /// "Echo", in the file's header.
  static let applicationID: Int64 = 0x4563_686f
  static let version: Int64 = 2

  /// The tables that are read back: a file whose own are defined in other words is none of ours.
  static let tables = [
    """
    CREATE TABLE runs(
      run INTEGER PRIMARY KEY, program TEXT NOT NULL, version TEXT NOT NULL, started INTEGER NOT NULL,
      framing TEXT NOT NULL, reply TEXT NOT NULL, endpoints TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE peers(
      peer INTEGER PRIMARY KEY, run INTEGER NOT NULL, connection INTEGER NOT NULL, transport TEXT NOT NULL,
      address TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE messages(
      row INTEGER PRIMARY KEY, run INTEGER NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL,
      peer INTEGER NOT NULL, bytes INTEGER NOT NULL, flags INTEGER NOT NULL, answers INTEGER, round_trip INTEGER,
      payload BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE events(
      row INTEGER PRIMARY KEY, run INTEGER NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL, kind TEXT NOT NULL,
      peer INTEGER, alert INTEGER NOT NULL, notice TEXT NOT NULL, json TEXT NOT NULL
    ) STRICT
    """,
  ]

  /// Before WAL, so that the file itself says what it is from its first moment.
  static let creation = """
    BEGIN;
    PRAGMA application_id = \(applicationID);
    PRAGMA user_version = \(version);
    \(tables.joined(separator: ";\n"));
    CREATE VIEW message_texts AS SELECT row, CAST(payload AS TEXT) AS text FROM messages;
    CREATE VIRTUAL TABLE search USING fts5(text, content = 'message_texts', content_rowid = 'row');
    COMMIT;
    """

  /// The last of the rows that messages and events share; 0 where there is none.
  static let lastRow = """
    SELECT max(ifnull((SELECT max(row) FROM messages), 0), ifnull((SELECT max(row) FROM events), 0))
    """

  /// Throws unless the tables are those of a recording, so that there is nothing to read but what stands in them: no view,
  /// and no column that is computed.
  static func check(_ database: borrowing Database) throws(RecordingError) {
    try check(
      applicationID: database.number("PRAGMA application_id"),
      version: database.number("PRAGMA user_version")
    )
    let selection = try database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND sql = ?")
    for table in tables {
      selection.bind(1, table)
      guard try database.step(selection) else { throw .foreign }
      selection.reset()
    }
  }

  /// Throws if the file has anything that acts when a row is added: a trigger, or an index, which may be a condition that
  /// takes for ever.
  static func checkForActions(_ database: borrowing Database) throws(RecordingError) {
    // What SQLite parses is the definition alone, whatever the row's type says.
    let query = """
      SELECT count(*) FROM sqlite_schema
      WHERE sql NOT GLOB 'CREATE TABLE *' AND sql NOT GLOB 'CREATE VIEW *' AND sql NOT GLOB 'CREATE VIRTUAL TABLE *'
      """
    guard try database.number(query) == 0 else { throw .active }
  }

  /// Throws unless a file that says this of itself is a recording of this version.
  static func check(applicationID: Int64, version: Int64) throws(RecordingError) {
    guard applicationID == RecordingSchema.applicationID else { throw .foreign }
    guard version == RecordingSchema.version else {
      throw .unsuitable(reason: "it was recorded by another version of this program")
    }
  }
}
