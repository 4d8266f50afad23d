internal import CSystem

/// An open folder on the way to a Unix socket: it stays the same whatever becomes of the path to it.
struct SocketFolder: ~Copyable {
  private let descriptor: Int32

  init(path: String) throws(SystemError) { try self.init(csystem_folder_open(path)) }

  private init(_ descriptor: Int32) throws(SystemError) {
    guard descriptor >= 0 else { throw SystemError("open", code: -descriptor) }
    self.descriptor = descriptor
  }

  deinit { _ = csystem_close(descriptor) }

  /// The path that leads to it now; nil where the system does not tell.
  private var path: String? {
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = csystem_folder_path(descriptor, &bytes, bytes.count)
    return count < 0 ? nil : String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  func status() throws(SystemError) -> csystem_folder {
    var status = csystem_folder()
    let result = csystem_folder_status(descriptor, &status)
    guard result >= 0 else { throw SystemError("fstat", code: -result) }
    return status
  }

  /// The first folder, this one or one above it, in which others than `user` and root could put something else in the place
  /// of what stands there; nil if there is none.
  consuming func danger(to user: UInt32) throws(SystemError) -> (folder: String?, danger: FolderDanger)? {
    var folder = self
    while true {
      let status = try folder.status()
      if let danger = FolderDanger(owner: status.owner, mode: status.mode, user: user) { return (folder.path, danger) }
      let parent = try SocketFolder(csystem_folder_parent(folder.descriptor))
      let above = try parent.status()
      if above.device == status.device, above.number == status.number { return nil }
      folder = parent
    }
  }

  /// The path of the folder that a path's last name stands in.
  static func path(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: 0x2f) else { return "." }
    return String(path[...slash])
  }
}
