import Glibc
import TestKit
import Testing

@testable import Journal
@testable import Wire

@Suite struct JournalTests {
  @Test("What was recorded is read back: messages, their peers, events, and who recorded")
  func readsBack() throws {
    let fixture = try JournalFixture()
    let peer = JournalFixture.peer(7)
    fixture.begin()
    fixture.post(.connected(peer, at: Timestamp(nanoseconds: 5)))
    fixture.post([Array("hello".utf8), [], [0, 0xff, 0x0a]], from: peer)
    fixture.post(.stopping(.asked, at: Timestamp(nanoseconds: 9)))
    #expect(try fixture.record() == nil)
    #expect(
      try fixture.rows("SELECT row, run, seq, time, bytes, flags, hex(payload), typeof(payload) FROM messages") == [
        "2|1|1|1000|6|16|68656C6C6F|blob", "3|1|2|2000|1|16||blob", "4|1|3|3000|4|16|00FF0A|blob",
      ]
    )
    #expect(try fixture.rows("SELECT connection, transport, address FROM peers") == ["7|tcp|127.0.0.1:50007"])
    #expect(
      try fixture.rows("SELECT row, run, seq, time, kind, peer, alert, notice, json FROM events") == [
        "1|1|0|5|connected|1|0|connected!|{connected}", "5|1|3|9|stopping|NULL|0|stopping!|{stopping}",
      ]
    )
    #expect(
      try fixture.rows("SELECT run, program, version, framing, reply, endpoints FROM runs") == [
        "1|test|1.0|line|ok|tcp 127.0.0.1:5000"
      ]
    )
    #expect(try fixture.rows("PRAGMA integrity_check") == ["ok"])
  }

  @Test("A second run goes on in the same file, under a number of its own")
  func secondRun() throws {
    let fixture = try JournalFixture()
    for _ in 0..<2 {
      fixture.begin()
      fixture.post([Array("hello".utf8)])
      #expect(try fixture.record() == nil)
    }
    #expect(try fixture.rows("SELECT row, run, seq FROM messages") == ["1|1|1", "2|2|1"])
  }

  @Test("Text is found once the reader has had the search table filled")
  func search() throws {
    let fixture = try JournalFixture()
    fixture.begin()
    fixture.post([Array("an apple".utf8), Array("a pear".utf8), [0xff, 0x20, 0x70, 0x65, 0x61, 0x72]])
    #expect(try fixture.record() == nil)
    try fixture.change("INSERT INTO search(search) VALUES('rebuild')")
    #expect(try fixture.rows("SELECT rowid FROM search WHERE search MATCH 'pear' ORDER BY rowid") == ["2", "3"])
  }

  @Test("What is safe is told, up to the last message of each group; without durability nothing waits for that")
  func told() throws {
    for (durability, told) in [(RecordingSettings.Durability.none, []), (.group, [ServerCommand.recorded(upTo: 3)])] {
      let fixture = try JournalFixture()
      fixture.begin()
      fixture.post([[1], [2], [3]])
      #expect(try fixture.record(durability: durability) == nil)
      #expect(fixture.told == told)
    }
  }

  @Test("Message by message it goes only while the server runs: the end is not kept waiting for so many disks")
  func toldEach() throws {
    let fixture = try JournalFixture()
    fixture.begin()
    fixture.post((1...9).map { [$0] })
    #expect(try fixture.record(durability: .each, endsAfter: 3) == nil)
    #expect(fixture.told == [1, 2, 3, 9].map { .recorded(upTo: $0) })
    #expect(try fixture.rows("SELECT count(*) FROM messages") == ["9"])
  }

  @Test("The file, and what SQLite puts beside it, is the user's alone, whatever the umask")
  func mode() throws {
    let fixture = try JournalFixture()
    try fixture.record {
      #expect(fixture.folder.names == ["recording", "recording-shm", "recording-wal"])
      for name in fixture.folder.names { #expect(fixture.folder.mode(of: name) == 0o600) }
    }
    #expect(fixture.folder.names == ["recording"])
  }

  @Test(
    "A file that was moved, replaced or removed is an error before anything is acknowledged that is not found in its place",
    arguments: ["moved", "replaced", "removed", "log removed"]
  )
  func notInPlace(_ what: String) throws {
    let fixture = try JournalFixture()
    fixture.begin()
    fixture.post([[1], [2]])
    let failure = try fixture.record {
      switch what {
      case "moved": rename(fixture.path, "\(fixture.path).mine")
      case "replaced":
        rename(fixture.path, "\(fixture.path).mine")
        fclose(fopen(fixture.path, "w"))
      case "removed": unlink(fixture.path)
      default: unlink("\(fixture.path)-wal")
      }
    }
    #expect(failure?.reason == "the file, or its -wal, was moved, replaced or removed")
    #expect(fixture.told == [failure.map { .recordingFailed($0) }])
    if what == "moved" || what == "replaced" {
      let moved = try OpenRecording("\(fixture.path).mine")
      #expect(try moved.rows("SELECT seq FROM messages") == ["1", "2"])
      #expect(try moved.rows("PRAGMA integrity_check") == ["ok"])
    }
  }

  @Test("Where a file was moved away or removed another one can be begun")
  func goneFile() throws {
    let fixture = try JournalFixture()
    fixture.begin()
    fixture.post([[1]])
    try fixture.record { unlink(fixture.path) }
    #expect(fixture.folder.names == [])
    fixture.begin()
    fixture.post([[2]])
    #expect(try fixture.record() == nil)
    #expect(try fixture.rows("SELECT hex(payload) FROM messages") == ["02"])
  }

  @Test("A file whose numbers leave no room for more is refused", arguments: ["runs", "messages"])
  func fullNumbers(_ table: String) throws {
    let fixture = try JournalFixture()
    fixture.begin()
    fixture.post([[1]])
    try fixture.record()
    let key = table == "runs" ? "run" : "row"
    try fixture.change("UPDATE \(table) SET \(key) = 9223372036854775807")
    #expect(throws: RecordingError.failed(reason: "it is damaged")) { try fixture.record() }
  }

  @Test("A reader has the file open while it is written, and reads what is committed")
  func reader() throws {
    let fixture = try JournalFixture()
    fixture.begin()
    fixture.post([[1]])
    try fixture.record()
    var rows: [String] = []
    try fixture.record { rows = try fixture.rows("SELECT count(*) FROM messages") }
    #expect(rows == ["1"])
  }
}
