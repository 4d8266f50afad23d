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

  private let folder: FileHandle
  private let file: FileHandle
  private let name: String
  /// The file's path, with no symbolic link in it.
  let path: String
  /// Whether there is nothing in it yet.
  let isNew: Bool

  /// Opens a recording that is there, or makes a file for one; nothing is touched that can't be recorded to.
  init(path: String) throws(RecordingError) {
    // A limit on the size of files (RLIMIT_FSIZE) is then an error like a full disk, and not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    let (folderPath, name) = try RecordingFile.split(path)
    let folder = FileHandle(open(folderPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    guard folder.isOpen else { throw .system("open") }
    let realPath = try RecordingFile.realPath(of: folder.number) + "/" + name
    let file = try RecordingFile.openFile(name, in: folder.number)
    let status = try file.status()
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unsuitable(reason: "it is no regular file") }
    guard status.st_uid == geteuid() else { throw .unsuitable(reason: "it belongs to another user") }
    guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
      if errno == EWOULDBLOCK { throw .inUse }
      throw .system("flock")
    }
    let isNew = status.st_size == 0
    if !isNew { try RecordingFile.checkHeader(of: file.number) }
    for suffix in RecordingFile.companions {
      try RecordingFile.checkCompanion(suffix, of: name, in: folder.number, mayBeThere: !isNew)
    }
    self.folder = folder
    self.file = file
    self.name = name
    self.path = realPath
    self.isNew = isNew
  }

  private static func openFile(_ name: String, in folder: CInt) throws(RecordingError) -> FileHandle {
    let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    var file = FileHandle(openat(folder, name, flags))
    if !file.isOpen, errno == ENOENT {
      file = FileHandle(openat(folder, name, flags | O_CREAT | O_EXCL, 0o600 as mode_t))
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
    func number(at place: Int) -> Int64 { header[place..<place + 4].reduce(0) { $0 << 8 | Int64($1) } }
    guard header.count == count, header.starts(with: "SQLite format 3\0".utf8),
      number(at: 68) == RecordingSchema.applicationID
    else { throw .unsuitable(reason: "it is something else than a recording") }
    guard number(at: 60) == RecordingSchema.version else {
      throw .unsuitable(reason: "it was recorded by another version of this program")
    }
  }

  /// Throws if what SQLite would use beside the file is not what SQLite has put there.
  private static func checkCompanion(
    _ suffix: String,
    of name: String,
    in folder: CInt,
    mayBeThere: Bool
  ) throws(RecordingError) {
    var status = stat()
    guard fstatat(folder, name + suffix, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      if errno == ENOENT { return }
      throw .system("fstatat")
    }
    guard mayBeThere, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else {
      throw .unsuitable(reason: "something that is not its own stands beside it, with \(suffix) at the end of its name")
    }
  }

  /// Whether the path still leads to this file.
  var isInPlace: Bool {
    var named = stat()
    var opened = stat()
    return fstatat(folder.number, name, &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(file.number, &opened) == 0
      && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev
  }

  /// Whether SQLite, or another program that reads the file, still has something beside it.
  var hasCompanions: Bool {
    RecordingFile.companions.contains { suffix in
      var status = stat()
      return fstatat(folder.number, name + suffix, &status, AT_SYMLINK_NOFOLLOW) == 0
    }
  }

  /// Makes the file's name as lasting as what is in it.
  func syncFolder() { fsync(folder.number) }

  /// Gives the file the first free of the names that end in `.1`, `.2` and so on.
  func moveAside() throws(RecordingError) {
    var number = 1
    while true {
      let result = csystem_rename_new(folder.number, name, "\(name).\(number)")
      if result == 0 { return syncFolder() }
      guard result == -EEXIST else { throw .system("rename", code: -result) }
      number += 1
    }
  }

  private static func split(_ path: String) throws(RecordingError) -> (folder: String, name: String) {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
    guard !["", ".", ".."].contains(name) else { throw .unsuitable(reason: "it is a folder") }
    return (slash.map { String(path[...$0]) } ?? ".", name)
  }

  private static func realPath(of folder: CInt) throws(RecordingError) -> String {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = csystem_folder_path(folder, &bytes, bytes.count)
    guard count >= 0 else { throw .system("readlink", code: CInt(-count)) }
    let path = String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    return path == "/" ? "" : path
  }
}
