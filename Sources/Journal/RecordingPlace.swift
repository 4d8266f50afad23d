internal import CSystem
import Wire

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Where a recording is: a name in a folder that stays the same folder, whatever its path comes to mean.
struct RecordingPlace: ~Copyable {
  let folder: FileHandle
  let name: String
  /// The file's path, with no symbolic link on the way to its folder.
  let path: String

  init(_ path: String) throws(RecordingError) {
    let (folderPath, name) = try RecordingPlace.split(path)
    let folder = FileHandle(open(folderPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    guard folder.isOpen else { throw .system("open") }
    let realPath = try RecordingPlace.realPath(of: folder.number)
    self.folder = folder
    self.name = name
    self.path = "\(realPath)/\(name)"
  }

  /// What stands at the name with this at its end, itself and not what it links to; nil is nothing.
  func status(_ suffix: String = "") throws(RecordingError) -> stat? {
    var status = stat()
    if fstatat(folder.number, name + suffix, &status, AT_SYMLINK_NOFOLLOW) == 0 { return status }
    if errno == ENOENT { return nil }
    throw .system("fstatat")
  }

  /// Throws if others than this user and root could put something else in the place of what stands here.
  func checkFolders() throws(RecordingError) {
    var above = FileHandle(openat(folder.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    var last: FileIdentity?
    while above.isOpen {
      let status = try above.status()
      guard FileIdentity(status) != last else { return }
      last = FileIdentity(status)
      if let danger = FolderDanger(owner: status.st_uid, mode: UInt32(status.st_mode), user: geteuid()) {
        throw .exposed(folder: try RecordingPlace.realPath(of: above.number), danger)
      }
      above = FileHandle(csystem_folder_parent(above.number))
    }
    throw .system("open")
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
