import Glibc
import TestKit
import Testing

@testable import Journal
@testable import Wire

/// Files that say of themselves that they are recordings.
@Suite struct HostileRecordingTests {
  private static let header = """
    PRAGMA application_id = \(RecordingSchema.applicationID);
    PRAGMA user_version = \(RecordingSchema.version);
    """

  private func refusal(_ path: String) -> RecordingError? {
    do throws(RecordingError) {
      _ = try RecordingReader(path: path)
      return nil
    } catch {
      return error
    }
  }

  private func recording() throws -> JournalFixture {
    let fixture = try JournalFixture()
    fixture.begin()
    for number in 1...9 {
      let peer = JournalFixture.peer(UInt32(number))
      fixture.post(.connected(peer, at: Timestamp(nanoseconds: 1)))
      // Some of them longer than a page of the file.
      fixture.post((1...10).map { [UInt8](repeating: 0x61, count: $0 * $0 * number * 8) }, from: peer)
    }
    try fixture.record()
    return fixture
  }

  @Test("What is not there, or is no file, is told apart from what is no recording or one of another version")
  func refusals() throws {
    let fixture = try recording()
    let folder = fixture.folder.path
    #expect(refusal("\(folder)/nothing") == .missing)
    #expect(refusal("\(folder)/nowhere/file") == .unsuitable(reason: "the folder does not exist"))
    #expect(refusal(folder) == .unsuitable(reason: "it is a folder"))
    mkfifo("\(folder)/pipe", 0o600)
    #expect(refusal("\(folder)/pipe") == .irregular)
    symlink("recording", "\(folder)/link")
    #expect(refusal("\(folder)/link") == .linked)
    for text in ["", "my own notes", "SQLite format 3\0 and nothing more"] {
      try write(Array(text.utf8), to: "\(folder)/notes")
      #expect(refusal("\(folder)/notes") == .foreign)
    }
    try fixture.change("PRAGMA user_version = 1; PRAGMA wal_checkpoint(TRUNCATE)")
    #expect(
      refusal(fixture.path) == .unsuitable(reason: "it was recorded by another version of this program")
    )
    try fixture.change("PRAGMA application_id = 1; PRAGMA wal_checkpoint(TRUNCATE)")
    #expect(refusal(fixture.path) == .foreign)
  }

  @Test("What is not this user's to read is refused", .enabled(if: geteuid() == 0))
  func forbidden() throws {
    let fixture = try recording()
    chmod(fixture.folder.path, 0o755)
    let path = fixture.path
    let error = Guarded<RecordingError?>(nil)
    BackgroundThread {
      guard BackgroundThread.useFilesAsNobody() else { return }
      let refusal = refusal(path)
      error.withLock { $0 = refusal }
    }.join()
    #expect(error.withLock { $0 } == .forbidden)
  }

  @Test("What stands where SQLite would look beside it is refused unless it is a file", arguments: ["-wal", "-shm"])
  func companion(_ suffix: String) throws {
    let fixture = try recording()
    mkfifo("\(fixture.path)\(suffix)", 0o600)
    #expect(refusal(fixture.path) == .misplaced(suffix))
  }

  @Test(
    "No code of the file runs: views, computed columns and virtual tables in the place of tables are refused",
    arguments: [
      "CREATE VIEW messages AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i AS row FROM n;",
      "CREATE TABLE messages(row INTEGER PRIMARY KEY, payload AS (zeroblob(1 << 29)));",
      "CREATE VIRTUAL TABLE messages USING fts5(row, payload);",
      "CREATE TEMP TABLE messages(row INTEGER PRIMARY KEY);",
    ]
  )
  func code(_ definition: String) throws {
    let folder = try TemporaryDirectory()
    let path = "\(folder.path)/recording"
    try write([], to: path)
    let others = RecordingSchema.tables.filter { !$0.contains("messages") }.joined(separator: ";\n")
    try Database(path: path).run("\(Self.header) \(others); \(definition)")
    #expect(refusal(path) == .foreign)
  }

  @Test("Triggers and indices of the file's own are never used")
  func triggersAndIndices() throws {
    let fixture = try recording()
    let count = try fixture.scan().count
    try fixture.change(
      """
      CREATE TRIGGER t AFTER INSERT ON messages BEGIN DELETE FROM messages; END;
      CREATE INDEX i ON messages(seq, time, run, peer, bytes, flags, answers, round_trip, payload);
      CREATE INDEX j ON messages(row) WHERE row < 3;
      """
    )
    #expect(try fixture.scan().count == count)
  }

  @Test(
    "A file that acts when a row is added is not recorded to, however that is written",
    arguments: [
      "CREATE TRIGGER t AFTER INSERT ON messages BEGIN DELETE FROM messages; END",
      """
      CREATE TRIGGER t AFTER INSERT ON runs BEGIN
        INSERT INTO peers WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i, i, i, i, i FROM n;
      END
      """,
      "CREATE INDEX i ON messages(seq) WHERE payload GLOB '*b'",
      """
      CREATE TRIGGER t AFTER INSERT ON messages BEGIN DELETE FROM messages; END; PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = replace(sql, 'CREATE TRIGGER', 'create/**/trigger') WHERE name = 't'
      """,
    ]
  )
  func recordingToActions(_ script: String) throws {
    let fixture = try recording()
    let count = try fixture.scan().count
    let told = fixture.told
    try fixture.change(script)
    fixture.begin()
    fixture.post([[1]])
    #expect(throws: RecordingError.unsuitable(reason: "it has triggers or indices of its own")) { try fixture.record() }
    #expect(fixture.told == told)
    #expect(try fixture.scan().count == count)
  }

  @Test("A view in a table's place, which takes rows and keeps none, is not recorded to")
  func recordingToViews() throws {
    let fixture = try JournalFixture()
    try write([], to: fixture.path)
    let others = RecordingSchema.tables.filter { !$0.contains("messages") }.joined(separator: ";\n")
    let view =
      "CREATE VIEW messages AS SELECT 1 AS row, 1 AS run, 1 AS seq, 1 AS time, 1 AS peer, 1 AS bytes, 1 AS flags, 1 AS payload"
    try Database(path: fixture.path).run(
      """
      \(Self.header) \(others); \(view);
      CREATE TRIGGER t INSTEAD OF INSERT ON messages BEGIN SELECT 1; END
      """
    )
    #expect(throws: RecordingError.unsuitable(reason: "it is something else than a recording")) { try fixture.record() }
  }

  @Test(
    "A file whose rows or runs are as many as there are numbers is damaged, and is not recorded to",
    arguments: [
      "UPDATE messages SET row = 9223372036854775807 WHERE row = 99", "UPDATE runs SET run = 9223372036854775807",
    ]
  )
  func recordingToEnds(_ script: String) throws {
    let fixture = try recording()
    try fixture.change(script)
    #expect(throws: RecordingError.damaged) { try fixture.record() }
  }

  @Test("Numbers that can't be and words that mean nothing are brought into bounds or left out")
  func values() throws {
    let fixture = try recording()
    try fixture.change(
      """
      UPDATE messages SET seq = -1, time = -9223372036854775807, bytes = -5, flags = -1, answers = row, round_trip = -1
        WHERE row = 2;
      UPDATE messages SET time = 9223372036854775807, bytes = 9223372036854775807, answers = -1, peer = -1 WHERE row = 3;
      UPDATE events SET alert = -7, notice = char(27) || '[2J', peer = 9223372036854775807 WHERE row = 1;
      UPDATE peers SET connection = -1 WHERE peer = 2;
      UPDATE peers SET address = '300.1.2.3:99999' WHERE peer = 3;
      UPDATE peers SET transport = 'carrier pigeon' WHERE peer = 4;
      UPDATE runs SET program = zeroblob(1000000), endpoints = printf('%.1000000c', '*');
      """
      .replacing("zeroblob(1000000)", with: "printf('%.1000000c', '*')")
    )
    var reader = try RecordingReader(path: fixture.path)
    let rows = try reader.contents()
    #expect(rows[1].row.sequence == 0)
    #expect(rows[1].row.time == Timestamp(nanoseconds: 0))
    #expect(rows[1].row.wireCount == 0)
    #expect(rows[1].row.flags.isDisjoint(with: [.notice, .alert, .hostile]))
    #expect(rows[1].row.answers == nil)
    #expect(rows[1].row.roundTrip == nil)
    #expect(rows[2].row.time.nanoseconds - rows[1].row.time.nanoseconds > 0)
    #expect(rows[2].row.wireCount == 1 << 40)
    #expect(rows[2].row.peer == nil)
    #expect(rows[0].row.flags == [.notice, .alert])
    #expect(rows[0].bytes == Array("\u{1b}[2J".utf8))
    #expect(rows.filter { $0.row.peer == nil }.count == 2 + 3 * 11)
    #expect(
      reader.runs.allSatisfy { $0.program.utf8.count == 256 && $0.endpoints == [String(repeating: "*", count: 4096)] }
    )
  }

  @Test("A run of many endpoints is no long list")
  func endpoints() throws {
    let fixture = try recording()
    try fixture.change("UPDATE runs SET endpoints = replace(printf('%.2000c', 'x'), 'x', 'x' || char(10))")
    let reader = try RecordingReader(path: fixture.path)
    #expect(reader.runs.map(\.endpoints.count) == [64])
  }

  @Test("Rows without order, gaps as wide as there are numbers, and one number twice end a scan or a search")
  func numbering() throws {
    let fixture = try recording()
    try fixture.change("UPDATE messages SET row = 9223372036854775807 WHERE row = 99")
    var reader = try RecordingReader(path: fixture.path)
    #expect(reader.rows == 1..<Int64.max)
    #expect(try reader.contents().count == 98)
    #expect(try reader.row(ofSequence: 3, run: 1) == 4)
    try fixture.change("UPDATE messages SET row = 1 WHERE row = 2; UPDATE messages SET row = -4 WHERE row = 3")
    #expect(throws: RecordingError.damaged) { try fixture.scan() }
  }

  @Test("Bytes changed anywhere are an error or other rows, and never more than that")
  func corruption() throws {
    let fixture = try recording()
    let whole = try bytes(of: fixture.path)
    let path = "\(fixture.folder.path)/broken"
    var random = TestRandom(seed: 3)
    var damaged = 0
    for round in 0..<1500 {
      var broken = whole
      // The pages' first bytes say what they hold and where: there most is to be broken.
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let page = Int.random(in: 0..<whole.count / 4096, using: &random) * 4096
        let place = page + Int.random(in: 0..<(round % 2 == 0 ? 4096 : 64), using: &random)
        broken[place] =
          [0, 1, 0x7f, 0xff, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
      }
      if round % 10 == 0 { broken.removeLast(Int.random(in: 0..<broken.count, using: &random)) }
      try write(broken, to: path)
      if !isReadable(path) { damaged += 1 }
    }
    #expect(damaged > 300)
  }

  /// Whether all that a reader does ends without an error.
  private func isReadable(_ path: String) -> Bool {
    do throws(RecordingError) {
      var reader = try RecordingReader(path: path)
      _ = try reader.row(ofSequence: 50, run: 1)
      for reversed in [false, true] { try reader.scan(reader.rows, reversed: reversed) { _, _ in true } }
      return true
    } catch {
      return false
    }
  }

  @Test("Pages linked time and again do not keep a reader for ever", arguments: ["messages", "sqlite_schema"])
  func endlessTree(_ table: String) throws {
    let fixture = try recording()
    let roots = try fixture.rows("SELECT rootpage FROM sqlite_schema WHERE name = '\(table)'")
    // Leaves of their own, which may be read any number of times.
    let definitions = (1...300).map { "CREATE TABLE t\($0)(a, b, c, d, e, f, g, h, i, j, k, l);" }
    try fixture.change(definitions.joined())
    try fixture.change(
      """
      PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = 'CREATE TABLE IF NOT EXISTS t(a, b, c, d, e, f, g, h, i, j)' WHERE name LIKE 't%';
      """
    )
    var tree = TreeFile(bytes: try bytes(of: fixture.path))
    tree.repeatLastChild(ofRoot: roots.first.flatMap { Int($0) } ?? 1, levels: 12)
    try write(tree.bytes, to: fixture.path)
    #expect(throws: RecordingError.damaged) { try fixture.scan() }
  }

  private func bytes(of path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 22)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
    return bytes
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    let file = try #require(fopen(path, "w"))
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }
}

/// The bytes of an SQLite file (sqlite.org/fileformat2.html, 1.6), whose trees can be made to have no end.
private struct TreeFile {
  private static let pageSize = 4096

  var bytes: [UInt8]

  /// Has the root lead to its last leaf only, by so many levels of pages that each lead to the next as often as they can.
  mutating func repeatLastChild(ofRoot root: Int, levels: Int) {
    let start = (root - 1) * TreeFile.pageSize + (root == 1 ? 100 : 0)
    precondition(bytes[start] == 5, "it has no leaves of its own")
    let leaf = number(at: start + 8, bytes: 4)
    for level in 0..<levels {
      let page = bytes.count / TreeFile.pageSize + 1
      // The deepest one first.
      append(copyOf: start, leadingTo: level == 0 ? leaf : page - 1)
    }
    set(bytes.count / TreeFile.pageSize, at: 28)
    lead(pageAt: start, to: bytes.count / TreeFile.pageSize)
  }

  private mutating func append(copyOf start: Int, leadingTo child: Int) {
    let page = start / TreeFile.pageSize * TreeFile.pageSize
    let copy = bytes.count
    bytes += bytes[page..<page + TreeFile.pageSize]
    let headerCount = 12 + 2 * number(at: start + 3, bytes: 2)
    let header = Array(bytes[start..<start + headerCount])
    bytes.replaceSubrange(copy..<copy + headerCount, with: header)
    lead(pageAt: copy, to: child)
  }

  private mutating func lead(pageAt start: Int, to child: Int) {
    let page = start / TreeFile.pageSize * TreeFile.pageSize
    for index in 0..<number(at: start + 3, bytes: 2) {
      set(child, at: page + number(at: start + 12 + 2 * index, bytes: 2))
    }
    set(child, at: start + 8)
  }

  private func number(at place: Int, bytes count: Int) -> Int {
    bytes[place..<place + count].reduce(0) { $0 << 8 | Int($1) }
  }

  private mutating func set(_ number: Int, at place: Int) {
    for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: number >> (24 - 8 * index)) }
  }
}
