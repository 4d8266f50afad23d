/// What stands in a recording; docs/recording.md tells readers of it.
enum RecordingSchema {
  /// "Echo", in the file's header.
  static let applicationID: Int64 = 0x4563_686f
  static let version: Int64 = 1

  /// A message's key is its run's number and, in so many low bits, its own.
  static let sequenceBits: Int64 = 40

  /// Before WAL, so that the file itself says what it is from its first moment.
  static let creation = """
    BEGIN;
    PRAGMA application_id = \(applicationID);
    PRAGMA user_version = \(version);
    CREATE TABLE runs(
      run INTEGER PRIMARY KEY, program TEXT NOT NULL, version TEXT NOT NULL, started INTEGER NOT NULL,
      framing TEXT NOT NULL, reply TEXT NOT NULL, endpoints TEXT NOT NULL
    ) STRICT;
    CREATE TABLE peers(
      peer INTEGER PRIMARY KEY, run INTEGER NOT NULL, connection INTEGER NOT NULL, transport TEXT NOT NULL,
      address TEXT NOT NULL
    ) STRICT;
    CREATE TABLE messages(
      id INTEGER PRIMARY KEY, time INTEGER NOT NULL, peer INTEGER NOT NULL, bytes INTEGER NOT NULL,
      flags INTEGER NOT NULL, payload BLOB NOT NULL,
      run INTEGER AS (id >> \(sequenceBits)), seq INTEGER AS (id & \((Int64(1) << sequenceBits) - 1))
    ) STRICT;
    CREATE TABLE events(
      event INTEGER PRIMARY KEY, run INTEGER NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL, kind TEXT NOT NULL,
      text TEXT NOT NULL
    ) STRICT;
    CREATE VIEW message_texts AS SELECT id, CAST(payload AS TEXT) AS text FROM messages;
    CREATE VIRTUAL TABLE search USING fts5(text, content = 'message_texts', content_rowid = 'id');
    COMMIT;
    """
}
