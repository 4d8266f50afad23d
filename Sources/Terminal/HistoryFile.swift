import Screen

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What the user entered, kept from run to run: a line an entry as `Printable` has it, the newest last.
///
/// The file is the user's alone: mode 0600, in a folder of the user's, of mode 0700 where it is made here; neither is reached through a symbolic link of its own
/// name. Whatever bytes are in it, a line that is no entry is only skipped. Programs that use it at the same time all keep
/// theirs: each entry is appended in one write, and flock(2) makes it wait for one that rewrites the file.
package struct HistoryFile: Hashable, Sendable {
  /// Entries that are read; a file of twice as many is rewritten with these.
  package static let countLimit = 1000
  /// Bytes that are read, from the file's end; a longer file is rewritten with the newest half as many.
  package static let byteLimit = 1 << 20
  /// Bytes of an entry's line; a longer entry is not kept, for it would push all others out.
  package static let entryLimit = 65_536

  private static let name = "client_history"

  /// The folder's path, and the file's.
  package let folder: String
  package var path: String { "\(folder)/\(HistoryFile.name)" }

  package init(folder: String) { self.folder = folder }

  /// The one in `$XDG_STATE_HOME/echo` or, as the XDG Base Directory Specification has it where that is unset or no
  /// absolute path, in `~/.local/state/echo`; nil where there is no home either.
  package init?(variable: (String) -> String? = Surroundings.variable) {
    if let state = variable("XDG_STATE_HOME"), state.hasPrefix("/") {
      self.init(folder: "\(state)/echo")
    } else if let home = variable("HOME"), home.hasPrefix("/") {
      self.init(folder: "\(home)/.local/state/echo")
    } else {
      return nil
    }
  }

  /// The newest entries, the oldest of them first; none where there is no file.
  package func read() throws(OutputFileError) -> [String] {
    let folder = try openFolder()
    guard folder.isOpen else { return [] }
    let file = try openFile(in: folder, O_RDONLY)
    guard file.isOpen else { return [] }
    let lines = HistoryFile.lines(of: file, limit: 2 * HistoryFile.countLimit)
    let isGrown = lines.count == 2 * HistoryFile.countLimit || (file.status?.st_size ?? 0) > HistoryFile.byteLimit
    // What can't be made smaller can still be read.
    if isGrown { try? shorten() }
    return lines.suffix(HistoryFile.countLimit).compactMap(HistoryFile.entry)
  }

  /// Adds an entry at the end, and makes the folders and the file where they are missing.
  package func append(_ entry: String) throws(OutputFileError) {
    let line = Array(Printable.text(entry.utf8).utf8) + [0x0a]
    guard line.count <= HistoryFile.entryLimit else { return }
    let folder = try makeFolder()
    let file = try openLocked(in: folder, LOCK_SH)
    let size = Int(file.status?.st_size ?? 0)
    // Whoever wrote the last line may not have come to its end.
    let isCut = size > 0 && file.read(1, from: size - 1) != [0x0a]
    do throws(SystemCallError) {
      try file.write((isCut ? [0x0a] : []) + line)
    } catch {
      throw .failed(path: path, error)
    }
    if size + line.count > HistoryFile.byteLimit {
      flock(file.number, LOCK_UN)
      try shorten()
    }
  }

  // MARK: Inside

  /// Puts a new file with the newest entries in the place of the old one.
  private func shorten() throws(OutputFileError) {
    let folder = try makeFolder()
    let file = try openLocked(in: folder, LOCK_EX)
    var lines = HistoryFile.lines(of: file, limit: HistoryFile.countLimit)
    var count = lines.reduce(0) { $0 + $1.count + 1 }
    while count > HistoryFile.byteLimit / 2, !lines.isEmpty { count -= lines.removeFirst().count + 1 }
    let temporary = OutputFile.temporaryName()
    let new = Descriptor(creating: temporary, in: folder.number)
    do throws(SystemCallError) {
      guard new.isOpen else { throw SystemCallError(call: "open") }
      try new.write(Array((lines + [[]]).joined(separator: [0x0a])))
      // Else a crash could leave an empty file of the old one's name.
      guard fsync(new.number) == 0 else { throw SystemCallError(call: "fsync") }
      guard renameat(folder.number, temporary, folder.number, HistoryFile.name) == 0 else {
        throw SystemCallError(call: "rename")
      }
    } catch {
      if new.isOpen { unlinkat(folder.number, temporary, 0) }
      throw .failed(path: path, error)
    }
  }

  /// The folder, made if there is none, and those above it.
  private func makeFolder() throws(OutputFileError) -> Descriptor {
    let descriptor = try openFolder()
    if descriptor.isOpen { return descriptor }
    var failure: SystemCallError?
    let ends = folder.utf8.indices.filter { folder.utf8[$0] == UInt8(ascii: "/") && $0 > folder.startIndex }
    for end in ends + [folder.endIndex] where mkdir(String(folder[..<end]), 0o700) != 0 && errno != EEXIST {
      // The folders below one that can't be made only fail because of that.
      failure = failure ?? SystemCallError(call: "mkdir")
    }
    let made = try openFolder()
    guard made.isOpen else { throw .failed(path: folder, failure ?? SystemCallError(call: "open", code: ENOENT)) }
    return made
  }

  /// The folder, if it is the user's own; one that is not open where there is none.
  private func openFolder() throws(OutputFileError) -> Descriptor {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    let descriptor = Descriptor(number: open(folder, flags))
    guard descriptor.isOpen else {
      if errno == ENOENT { return descriptor }
      throw HistoryFile.error(path: folder)
    }
    guard descriptor.status?.st_uid == geteuid() else {
      throw .unsuitable(path: folder, reason: "it belongs to another user")
    }
    return descriptor
  }

  /// The file, if it is a regular one of the user's own; one that is not open where there is none and none is made.
  private func openFile(in folder: borrowing Descriptor, _ access: CInt) throws(OutputFileError) -> Descriptor {
    // A pipe of that name would have opening wait for its other end.
    let flags = access | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    let file = Descriptor(number: openat(folder.number, HistoryFile.name, flags, 0o600 as mode_t))
    guard file.isOpen else {
      if errno == ENOENT, access & O_CREAT == 0 { return file }
      throw HistoryFile.error(path: path)
    }
    guard let status = file.status, status.st_mode & S_IFMT == S_IFREG else {
      throw .unsuitable(path: path, reason: "it is no regular file")
    }
    guard status.st_uid == geteuid() else { throw .unsuitable(path: path, reason: "it belongs to another user") }
    if status.st_mode & 0o077 != 0 { fchmod(file.number, 0o600) }
    return file
  }

  /// The file to append to, locked, and still of its name by then.
  private func openLocked(in folder: borrowing Descriptor, _ lock: CInt) throws(OutputFileError) -> Descriptor {
    var tries = 0
    while true {
      let file = try openFile(in: folder, O_RDWR | O_APPEND | O_CREAT)
      // A file system without locks is as good as one with them, for one program.
      while flock(file.number, lock) != 0, errno == EINTR {}
      var named = stat()
      let isNamed = fstatat(folder.number, HistoryFile.name, &named, AT_SYMLINK_NOFOLLOW) == 0
      let opened = file.status
      if isNamed, named.st_ino == opened?.st_ino, named.st_dev == opened?.st_dev { return file }
      // There are file systems on which no file seems to be the same twice.
      tries += 1
      if tries == 100 { return file }
    }
  }

  private static func error(path: String) -> OutputFileError {
    let error = SystemCallError(call: "open")
    switch error.code {
    case ELOOP, EMLINK: return .unsuitable(path: path, reason: "it is a symbolic link, and none is followed")
    case ENOTDIR: return .unsuitable(path: path, reason: "it is no folder, or a symbolic link to one")
    case EISDIR: return .unsuitable(path: path, reason: "it is a folder")
    default: return .failed(path: path, error)
    }
  }

  /// The newest lines that hold an entry, from no more than the bytes that are read.
  private static func lines(of file: borrowing Descriptor, limit: Int) -> [ArraySlice<UInt8>] {
    let size = Int(file.status?.st_size ?? 0)
    let start = max(0, size - byteLimit)
    var bytes = file.read(min(size, byteLimit), from: start)[...]
    // What was cut off at the front is no line.
    if start > 0 { bytes = bytes[(bytes.firstIndex(of: 0x0a) ?? bytes.endIndex)...] }
    var lines: [ArraySlice<UInt8>] = []
    while !bytes.isEmpty, lines.count < limit {
      let end = bytes.lastIndex(of: 0x0a)
      let line = bytes[(end.map { $0 + 1 } ?? bytes.startIndex)...]
      if entry(of: line) != nil { lines.append(line) }
      bytes = bytes[..<(end ?? bytes.startIndex)]
    }
    return lines.reversed()
  }

  private static func entry(of line: ArraySlice<UInt8>) -> String? {
    guard !line.isEmpty, line.count < entryLimit, let text = String(validating: line, as: UTF8.self) else { return nil }
    return Printable.bytes(of: text).flatMap { String(validating: $0, as: UTF8.self) }
  }
}
