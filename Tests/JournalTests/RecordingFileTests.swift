import Glibc
import TestKit
import Testing

@testable import Journal
@testable import Wire

/// What a recording is never written over.
@Suite struct RecordingFileTests {
  private func refusal(_ path: String) -> RecordingError? {
    do throws(RecordingError) {
      _ = try Recording(RecordingSettings(path: path))
      return nil
    } catch {
      return error
    }
  }

  private func write(_ text: String, to path: String) throws {
    let file = fopen(path, "w")!
    fputs(text, file)
    fclose(file)
  }

  @Test("A file that is something else is refused and stays as it was")
  func foreignFile() throws {
    let folder = try TemporaryDirectory()
    let text = String(repeating: "my own notes\n", count: 20)
    try write(text, to: "\(folder.path)/notes")
    #expect(refusal("\(folder.path)/notes") == .unsuitable(reason: "it is something else than a recording"))
    #expect(folder.contents(of: "notes") == text)
    #expect(folder.names == ["notes"])
  }

  @Test("A database of another program, or a recording of another version, is refused")
  func foreignDatabase() throws {
    let fixture = try JournalFixture()
    try fixture.record()
    try fixture.change("PRAGMA user_version = 1; PRAGMA wal_checkpoint(TRUNCATE)")
    #expect(refusal(fixture.path) == .unsuitable(reason: "it was recorded by another version of this program"))
    try fixture.change("PRAGMA application_id = 1; PRAGMA wal_checkpoint(TRUNCATE)")
    #expect(refusal(fixture.path) == .unsuitable(reason: "it is something else than a recording"))
  }

  @Test("A symbolic link is not followed, whether it leads anywhere or not")
  func link() throws {
    let folder = try TemporaryDirectory()
    symlink("target", "\(folder.path)/link")
    let reason = RecordingError.unsuitable(reason: "it is a symbolic link, and none is followed")
    #expect(refusal("\(folder.path)/link") == reason)
    #expect(folder.names == ["link"])
    try write("", to: "\(folder.path)/target")
    #expect(refusal("\(folder.path)/link") == reason)
  }

  @Test("A folder's name may be a link, for it is the user who typed it")
  func linkedFolder() throws {
    let folder = try TemporaryDirectory()
    mkdir("\(folder.path)/real", 0o700)
    symlink("real", "\(folder.path)/link")
    #expect(refusal("\(folder.path)/link/recording") == nil)
    #expect(folder.mode(of: "real/recording") == 0o600)
  }

  @Test("A pipe, a folder, and a file in a folder that is not there are refused")
  func noFile() throws {
    let folder = try TemporaryDirectory()
    mkfifo("\(folder.path)/pipe", 0o600)
    mkdir("\(folder.path)/folder", 0o700)
    #expect(refusal("\(folder.path)/pipe") == .unsuitable(reason: "it is no regular file"))
    for path in ["folder", "folder/", "folder/.."] {
      #expect(refusal("\(folder.path)/\(path)") == .unsuitable(reason: "it is a folder"))
    }
    #expect(refusal("\(folder.path)/nowhere/file") == .unsuitable(reason: "the folder does not exist"))
  }

  @Test("Another user's file is refused", .enabled(if: geteuid() == 0))
  func foreignOwner() throws {
    let folder = try TemporaryDirectory()
    try write("", to: "\(folder.path)/file")
    chown("\(folder.path)/file", 1, 1)
    #expect(refusal("\(folder.path)/file") == .unsuitable(reason: "it belongs to another user"))
  }

  @Test(
    "What stands where SQLite would write beside a new file is refused and stays",
    arguments: ["-wal", "-shm", "-journal"]
  )
  func companion(_ suffix: String) throws {
    let folder = try TemporaryDirectory()
    try write("mine", to: "\(folder.path)/file\(suffix)")
    #expect(refusal("\(folder.path)/file") != nil)
    #expect(folder.contents(of: "file\(suffix)") == "mine")
  }

  @Test("Two programs do not record to one file")
  func lock() throws {
    let fixture = try JournalFixture()
    try fixture.record { #expect(refusal(fixture.path) == .inUse) }
    #expect(refusal(fixture.path) == nil)
  }
}
