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

  @Test("A recording that others may read or write, and what is beside it, is the user's alone once it is recorded to")
  func widerMode() throws {
    let fixture = try JournalFixture()
    try fixture.record()
    for mode in [0o644, 0o666, 0o640] as [mode_t] {
      chmod(fixture.path, mode)
      let reader = try OpenRecording(fixture.path)
      #expect(fixture.folder.mode(of: "recording-wal") == mode)
      try fixture.record {
        for name in fixture.folder.names { #expect(fixture.folder.mode(of: name) == 0o600) }
      }
      _ = try reader.rows("SELECT count(*) FROM runs")
    }
    let folder = try TemporaryDirectory()
    try write("", to: "\(folder.path)/empty")
    chmod("\(folder.path)/empty", 0o666)
    #expect(refusal("\(folder.path)/empty") == nil)
    #expect(folder.mode(of: "empty") == 0o600)
  }

  @Test("A folder in which others could put something else in the file's place is refused, and so is one below it")
  func openFolder() throws {
    let folder = try TemporaryDirectory()
    mkdir("\(folder.path)/open", 0o700)
    mkdir("\(folder.path)/open/below", 0o700)
    chmod("\(folder.path)/open", 0o777)
    let reason = RecordingError.exposed(folder: "\(folder.path)/open", .isOpenToOthers)
    for path in ["open/file", "open/below/file"] { #expect(refusal("\(folder.path)/\(path)") == reason) }
    chmod("\(folder.path)/open", 0o1777)
    #expect(refusal("\(folder.path)/open/below/file") == nil)
  }

  @Test("Another user's folder is refused", .enabled(if: geteuid() == 0))
  func foreignFolder() throws {
    let folder = try TemporaryDirectory()
    mkdir("\(folder.path)/theirs", 0o755)
    chown("\(folder.path)/theirs", 1, 1)
    #expect(
      refusal("\(folder.path)/theirs/file") == .exposed(folder: "\(folder.path)/theirs", .belongs(toUser: 1))
    )
  }

  @Test("A file is in its place as long as the path leads to it, whatever stands in the folder that it was opened in")
  func exchangedFolder() throws {
    let folder = try TemporaryDirectory()
    mkdir("\(folder.path)/real", 0o700)
    let file = try RecordingFile(path: "\(folder.path)/real/recording")
    let isInPlace = file.isInPlace
    rename("\(folder.path)/real", "\(folder.path)/moved")
    mkdir("\(folder.path)/real", 0o700)
    try write("", to: "\(folder.path)/real/recording")
    let isStillInPlace = file.isInPlace
    _ = consume file
    #expect(isInPlace && !isStillInPlace)
  }

  @Test("What a program that was killed while it made the tables has left is gone on with")
  func unfinished() throws {
    let magic: [UInt8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]
    for journal in [[], [UInt8](repeating: 0, count: 512), magic + [UInt8](repeating: 0, count: 504)] {
      let folder = try TemporaryDirectory()
      try write("", to: "\(folder.path)/file")
      let file = fopen("\(folder.path)/file-journal", "w")!
      fwrite(journal, 1, journal.count, file)
      fclose(file)
      #expect(refusal("\(folder.path)/file") == nil)
      #expect(folder.names == ["file"])
      #expect(try OpenRecording("\(folder.path)/file").rows("SELECT count(*) FROM messages") == ["0"])
    }
  }

  @Test("A file that says it is a recording and has no tables gets them")
  func noTables() throws {
    let folder = try TemporaryDirectory()
    let path = "\(folder.path)/file"
    #expect(refusal(path) == nil)
    try OpenRecording(path).run(
      "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema; PRAGMA writable_schema = OFF; VACUUM"
    )
    #expect(refusal(path) == nil)
    #expect(try OpenRecording(path).rows("SELECT count(*) FROM messages") == ["0"])
  }

  @Test("Two programs do not record to one file")
  func lock() throws {
    let fixture = try JournalFixture()
    try fixture.record { #expect(refusal(fixture.path) == .inUse) }
    #expect(refusal(fixture.path) == nil)
  }
}
