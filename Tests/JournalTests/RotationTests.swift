import Glibc
import TestKit
import Testing

@testable import Journal
@testable import Wire

@Suite struct RotationTests {
  private static let limit: Int64 = 64 << 10

  @Test("At its limit the file gets a number that was free, and the run goes on in a new one; nothing is lost")
  func rotation() throws {
    let fixture = try JournalFixture()
    fclose(fopen("\(fixture.path).2", "w"))
    fixture.begin()
    for _ in 0..<300 { fixture.post([[UInt8](repeating: 0x61, count: 1000)]) }
    #expect(try fixture.record(durability: .each, byteLimit: Self.limit, endsAfter: 300) == nil)
    let names = fixture.folder.names
    #expect(Set(names).isSuperset(of: ["recording", "recording.1", "recording.2", "recording.3"]))
    #expect(fixture.folder.contents(of: "recording.2") == "")
    var sequences: [Int] = []
    for name in names where name != "recording.2" {
      let file = try OpenRecording("\(fixture.folder.path)/\(name)")
      #expect(fixture.folder.mode(of: name) == 0o600)
      #expect(try file.rows("PRAGMA integrity_check") == ["ok"])
      #expect(try file.rows("SELECT run, program FROM runs") == ["1|test"])
      sequences += try file.rows("SELECT seq FROM messages WHERE run = 1").compactMap(Int.init)
      let rows = try file.rows("SELECT row FROM messages ORDER BY row").compactMap(Int.init)
      #expect(rows == Array(1..<rows.count + 1))
    }
    #expect(sequences.sorted() == Array(1...300))
    let numbers = fixture.told.compactMap { if case .recordingRotated(let number) = $0 { number } else { nil } }
    #expect(names.count == numbers.count + 2)
    #expect(numbers.first == 1 && numbers.dropFirst().first == 3)
  }

  @Test("A file that a reader has open goes on over its limit")
  func attendedFile() throws {
    let fixture = try JournalFixture()
    try fixture.record()
    let reader = try OpenRecording(fixture.path)
    fixture.begin()
    for _ in 0..<200 { fixture.post([[UInt8](repeating: 0x61, count: 1000)]) }
    #expect(try fixture.record(durability: .each, byteLimit: Self.limit, endsAfter: 200) == nil)
    #expect(try reader.rows("SELECT count(*) FROM messages") == ["200"])
    #expect(!fixture.folder.names.contains("recording.1"))
  }

  @Test("A file that is too old is followed by another")
  func age() throws {
    let fixture = try JournalFixture()
    fixture.begin()
    fixture.post([[1]])
    try fixture.record()
    try fixture.change("UPDATE runs SET started = started - 20000000000")
    fixture.begin()
    fixture.post([[2]])
    fixture.post([[3]])
    #expect(try fixture.record(durability: .each, ageLimit: 10, endsAfter: 2) == nil)
    #expect(try fixture.rows("SELECT run, seq FROM messages") == ["2|2"])
    #expect(try OpenRecording("\(fixture.path).1").rows("SELECT run, seq FROM messages") == ["1|1", "2|1"])
  }
}
