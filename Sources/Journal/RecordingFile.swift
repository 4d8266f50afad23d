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
  private let identity: FileIdentity

  /// The file's path, with no symbolic link in it.
  var path: String { place.path }

  /// Opens a recording that is there, or makes a file for one; nothing is touched that can't be recorded to.
  init(path: String) throws(RecordingError) {
    let place = try RecordingPlace(path)
    try place.checkFolders()
    let file = try RecordingFile.openFile(at: place)
    let status = try file.status()
    guard status.st_mode & S_IFMT == S_IFREG else { throw .irregular }
    guard status.st_uid == geteuid() else { throw .unsuitable(reason: "it belongs to another user") }
    guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
      if errno == EWOULDBLOCK { throw .inUse }
      throw .system("flock")
    }
    if status.st_size > 0 { try RecordingFile.checkHeader(of: file.number) }
    for suffix in RecordingFile.companions {
      // Whoever was killed while making the tables left no more than that beside an empty file.
      let mayBeThere = status.st_size > 0 || suffix == "-journal" && RecordingFile.isJournal(at: place)
      try RecordingFile.checkCompanion(suffix, of: place, mayBeThere: mayBeThere)
    }
    self.place = place
    self.file = file
    identity = FileIdentity(status)
    keepFromOthers()
  }

  /// Takes from others what another mode, by a copy or by hand, has allowed them; where the file system has no modes, nothing.
  private func keepFromOthers() {
    fchmod(file.number, 0o600)
    for suffix in RecordingFile.companions { fchmodat(place.folder.number, place.name + suffix, 0o600, 0) }
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

  /// Whether there is something beside the file, and it is how SQLite's journal of a change begins: not yet written, or with
  /// the magic number of SQLite's file format, 3.
  private static func isJournal(at place: borrowing RecordingPlace) -> Bool {
    let journal = FileHandle(
      openat(place.folder.number, "\(place.name)-journal", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    )
    guard journal.isOpen else { return false }
    var magic: UInt64 = 0
    let count = pread(journal.number, &magic, 8, 0)
    return count == 0 || count == 8 && [0, 0xd9d5_05f9_20a1_63d7].contains(UInt64(bigEndian: magic))
  }

  /// Throws unless all that SQLite has put beside the file is this user's.
  func checkCompanions() throws(RecordingError) {
    for suffix in RecordingFile.companions { try RecordingFile.checkCompanion(suffix, of: place, mayBeThere: true) }
  }

  /// Which file stands beside this one, with that at the end of its name.
  func companion(_ suffix: String) -> FileIdentity? { RecordingFile.identity(of: path + suffix) }

  private static func identity(of path: String) -> FileIdentity? {
    var status = stat()
    return lstat(path, &status) == 0 ? FileIdentity(status) : nil
  }

  /// Whether the path, which is all that SQLite knows, still leads to this file.
  var isInPlace: Bool { RecordingFile.identity(of: path) == identity }

  /// Whether nothing has the file's name any more.
  var isGone: Bool { RecordingFile.identity(of: path) == nil }

  /// Takes away what would keep another file from being begun under the name.
  func removeCompanions() {
    for suffix in RecordingFile.companions { unlinkat(place.folder.number, place.name + suffix, 0) }
  }

  /// Whether SQLite, or another program that reads the file, still has something beside it.
  var hasCompanions: Bool {
    RecordingFile.companions.contains { (try? place.status($0)) != nil }
  }

  /// Makes the file's name as lasting as what is in it.
  func syncFolder() { fsync(place.folder.number) }

  /// Gives the file the first free of the names that end in `.1`, `.2` and so on; returns the number.
  func moveAside() throws(RecordingError) -> Int {
    var number = 1
    while true {
      let result = csystem_rename_new(place.folder.number, place.name, "\(place.name).\(number)")
      if result == 0 {
        syncFolder()
        return number
      }
      guard result == -EEXIST else { throw .system("rename", code: -result) }
      number += 1
    }
  }
}
