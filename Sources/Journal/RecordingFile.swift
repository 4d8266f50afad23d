internal import CSystem

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A recording's file as the file system has it: this user's alone, no link, and locked against a second writer.
///
/// SQLite's own locks are lost when any descriptor of the file is closed (fcntl(2)): this has to outlive the database.
struct RecordingFile: ~Copyable {
  /// What SQLite puts beside a file of its own.
  private static let companions = ["-journal", "-wal", "-shm"]

  private let place: RecordingPlace
  private let file: FileHandle
  /// Whether there is nothing in it yet.
  let isNew: Bool

  /// The file's path, with no symbolic link in it.
  var path: String { place.path }

  /// Opens a recording that is there, or makes a file for one; nothing is touched that can't be recorded to.
  init(path: String) throws(RecordingError) {
    // A limit on the size of files (RLIMIT_FSIZE) is then an error like a full disk, and not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    let place = try RecordingPlace(path)
    let file = try RecordingFile.openFile(at: place)
    let status = try file.status()
    guard status.st_mode & S_IFMT == S_IFREG else { throw .irregular }
    guard status.st_uid == geteuid() else { throw .unsuitable(reason: "it belongs to another user") }
    guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
      if errno == EWOULDBLOCK { throw .inUse }
      throw .system("flock")
    }
    let isNew = status.st_size == 0
    if !isNew { try RecordingFile.checkHeader(of: file.number) }
    for suffix in RecordingFile.companions {
      try RecordingFile.checkCompanion(suffix, of: place, mayBeThere: !isNew)
    }
    self.place = place
    self.file = file
    self.isNew = isNew
  }

  private static func openFile(at place: borrowing RecordingPlace) throws(RecordingError) -> FileHandle {
    let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    var file = FileHandle(openat(place.folder.number, place.name, flags))
    if !file.isOpen, errno == ENOENT {
      file = FileHandle(openat(place.folder.number, place.name, flags | O_CREAT | O_EXCL, 0o600 as mode_t))
    }
    guard file.isOpen else { throw .system("open") }
    return file
  }

  /// Throws unless the file is a recording that this version can continue.
  private static func checkHeader(of file: CInt) throws(RecordingError) {
    // SQLite's file format, 1.3: user_version is at byte 60, application_id at 68, big end first.
    let count = 72
    let header = [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
      length = max(0, pread(file, buffer.baseAddress, count, 0))
    }
    guard header.count == count, header.starts(with: "SQLite format 3\0".utf8) else { throw .foreign }
    func number(at place: Int) -> Int64 { header[place..<place + 4].reduce(0) { $0 << 8 | Int64($1) } }
    try RecordingSchema.check(applicationID: number(at: 68), version: number(at: 60))
  }

  /// Throws if what SQLite would use beside the file is not what SQLite has put there.
  private static func checkCompanion(
    _ suffix: String,
    of place: borrowing RecordingPlace,
    mayBeThere: Bool
  ) throws(RecordingError) {
    guard let status = try place.status(suffix) else { return }
    guard mayBeThere, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else {
      throw .misplaced(suffix)
    }
  }

  /// Whether the path still leads to this file.
  var isInPlace: Bool {
    var opened = stat()
    guard fstat(file.number, &opened) == 0, let named = try? place.status() else { return false }
    return named.st_ino == opened.st_ino && named.st_dev == opened.st_dev
  }

  /// Whether SQLite, or another program that reads the file, still has something beside it.
  var hasCompanions: Bool {
    RecordingFile.companions.contains { (try? place.status($0)) != nil }
  }

  /// Makes the file's name as lasting as what is in it.
  func syncFolder() { fsync(place.folder.number) }

  /// Gives the file the first free of the names that end in `.1`, `.2` and so on; returns its path then.
  func moveAside() throws(RecordingError) -> String {
    var number = 1
    while true {
      let result = csystem_rename_new(place.folder.number, place.name, "\(place.name).\(number)")
      if result == 0 {
        syncFolder()
        return "\(path).\(number)"
      }
      guard result == -EEXIST else { throw .system("rename", code: -result) }
      number += 1
    }
  }
}
