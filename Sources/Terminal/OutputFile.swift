#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A file that the user asked for: new, mode 0600, and whole or not there at all.
///
/// Symbolic links are never followed at the file's own name. One that is not finished is removed in `deinit`. Writing may
/// block for as long as the disk does.
package struct OutputFile: ~Copyable {
  /// The path as the user gave it, for messages.
  private let path: String
  private let name: String
  /// The name it has until it is finished: another one if it is to replace a file.
  private let workingName: String
  private let directory: Directory
  private let descriptor: CInt
  private var isFinished = false
  package private(set) var byteCount = 0

  /// Creates the file; a leading `~/` stands for `home`.
  ///
  /// With `isOverwriting` a regular file of that name is replaced, at `finish` and all at once; without, it is
  /// `OutputFileError.exists`. Anything else of that name is refused.
  package init(
    path: String,
    isOverwriting: Bool,
    home: String? = Surroundings.variable("HOME")
  ) throws(OutputFileError) {
    let (folder, name) = try OutputFile.split(path, home: home)
    // A limit on the size of files (RLIMIT_FSIZE) is then an error like a full disk, and not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    let directory = Directory(descriptor: open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    guard directory.descriptor >= 0 else { throw .failed(path: path, SystemCallError(call: "open")) }
    let isThere = try OutputFile.isRegular(name, in: directory.descriptor, path: path)
    if isThere, !isOverwriting { throw .exists(path: path) }
    let workingName = isThere ? OutputFile.temporaryName() : name
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let descriptor = openat(directory.descriptor, workingName, flags, 0o600 as mode_t)
    if descriptor < 0 {
      let error = SystemCallError(call: "open")
      throw error.code == EEXIST ? .exists(path: path) : .failed(path: path, error)
    }
    self.path = path
    self.name = name
    self.workingName = workingName
    self.directory = directory
    self.descriptor = descriptor
  }

  deinit {
    if !isFinished, isOurs { unlinkat(directory.descriptor, workingName, 0) }
    close(descriptor)
  }

  /// Writes all of the bytes.
  package mutating func write(_ bytes: some Sequence<UInt8>) throws(OutputFileError) {
    let bytes = Array(bytes)
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes { unistdWrite(descriptor, UnsafeRawBufferPointer(rebasing: $0[start...])) }
      if count > 0 {
        start += count
        byteCount += count
      } else if count == 0 || errno != EINTR {
        throw .failed(path: path, SystemCallError(call: "write", code: count == 0 ? EIO : errno))
      }
    }
  }

  /// Makes the file durable and gives it its name; returns the bytes written.
  package consuming func finish() throws(OutputFileError) -> Int {
    try check("fsync", fsync(descriptor))
    guard isOurs else { throw .unsuitable(path: path, reason: "it was changed meanwhile") }
    if workingName != name {
      _ = try OutputFile.isRegular(name, in: directory.descriptor, path: path)
      try check("rename", renameat(directory.descriptor, workingName, directory.descriptor, name))
    }
    isFinished = true
    // The file is whole; that its name is on the disk too is more than some file systems promise.
    fsync(directory.descriptor)
    return byteCount
  }

  private func check(_ call: String, _ result: CInt) throws(OutputFileError) {
    if result != 0 { throw .failed(path: path, SystemCallError(call: call)) }
  }

  /// Whether the name still is that of the file that was created here.
  private var isOurs: Bool {
    var named = stat()
    var opened = stat()
    return fstatat(directory.descriptor, workingName, &named, AT_SYMLINK_NOFOLLOW) == 0
      && fstat(descriptor, &opened) == 0
      && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev
  }

  /// The folder and the name in it.
  private static func split(
    _ path: String,
    home: String?
  ) throws(OutputFileError) -> (folder: String, name: String) {
    guard !path.isEmpty else { throw .unsuitable(path: path, reason: "no name is given") }
    guard !path.utf8.contains(0) else { throw .unsuitable(path: path, reason: "a name cannot hold a NUL") }
    var full = path
    if path.hasPrefix("~/") {
      guard let home else { throw .unsuitable(path: path, reason: "HOME is not set") }
      full = home + path.dropFirst()
    }
    let slash = full.utf8.lastIndex(of: UInt8(ascii: "/"))
    let name = slash.map { String(full[full.utf8.index(after: $0)...]) } ?? full
    guard !["", ".", ".."].contains(name) else { throw .unsuitable(path: path, reason: "it is a folder") }
    return (slash.map { String(full[...$0]) } ?? ".", name)
  }

  /// Whether a regular file of that name is there; throws if it is anything else.
  private static func isRegular(_ name: String, in directory: CInt, path: String) throws(OutputFileError) -> Bool {
    var status = stat()
    guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      if errno == ENOENT { return false }
      throw .failed(path: path, SystemCallError(call: "stat"))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return true
    case S_IFDIR: throw .unsuitable(path: path, reason: "it is a folder")
    case S_IFLNK: throw .unsuitable(path: path, reason: "it is a symbolic link, and none is followed")
    default: throw .unsuitable(path: path, reason: "it is no regular file")
    }
  }

  private static func temporaryName() -> String { ".echo-" + String(UInt64.random(in: .min ... .max), radix: 36) }
}

/// An open folder: what a name in it stands for does not change with the path to it.
private struct Directory: ~Copyable {
  let descriptor: CInt

  deinit { close(descriptor) }
}
