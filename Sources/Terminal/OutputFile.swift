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
  private let directory: Descriptor
  private let file: Descriptor
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
    let directory = Descriptor(number: open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    guard directory.isOpen else { throw .failed(path: path, SystemCallError(call: "open")) }
    let isThere = try OutputFile.isRegular(name, in: directory.number, path: path)
    if isThere, !isOverwriting { throw .exists(path: path) }
    let workingName = isThere ? OutputFile.temporaryName() : name
    let file = Descriptor(creating: workingName, in: directory.number)
    if !file.isOpen {
      let error = SystemCallError(call: "open")
      throw error.code == EEXIST ? .exists(path: path) : .failed(path: path, error)
    }
    self.path = path
    self.name = name
    self.workingName = workingName
    self.directory = directory
    self.file = file
  }

  deinit {
    if !isFinished, isOurs { unlinkat(directory.number, workingName, 0) }
  }

  /// Writes all of the bytes.
  package mutating func write(_ bytes: some Sequence<UInt8>) throws(OutputFileError) {
    let bytes = Array(bytes)
    do throws(SystemCallError) {
      try file.write(bytes)
    } catch {
      throw .failed(path: path, error)
    }
    byteCount += bytes.count
  }

  /// Makes the file durable and gives it its name; returns the bytes written.
  package consuming func finish() throws(OutputFileError) -> Int {
    try check("fsync", fsync(file.number))
    guard isOurs else { throw .unsuitable(path: path, reason: "it was changed meanwhile") }
    if workingName != name {
      _ = try OutputFile.isRegular(name, in: directory.number, path: path)
      try check("rename", renameat(directory.number, workingName, directory.number, name))
    }
    isFinished = true
    // The file is whole; that its name is on the disk too is more than some file systems promise.
    fsync(directory.number)
    return byteCount
  }

  private func check(_ call: String, _ result: CInt) throws(OutputFileError) {
    if result != 0 { throw .failed(path: path, SystemCallError(call: call)) }
  }

  /// Whether the name still is that of the file that was created here.
  private var isOurs: Bool {
    var named = stat()
    var opened = stat()
    return fstatat(directory.number, workingName, &named, AT_SYMLINK_NOFOLLOW) == 0
      && fstat(file.number, &opened) == 0
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

  static func temporaryName() -> String { ".echo-" + String(UInt64.random(in: .min ... .max), radix: 36) }
}
