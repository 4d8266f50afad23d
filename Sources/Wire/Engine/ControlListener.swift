internal import CSystem

/// The control socket as long as it can be reached.
final class ControlListener {
  let socket: Socket
  /// What the server is called by.
  let name: String
  let path: String
  private var fileName: SocketName?

  private init(socket: consuming Socket, name: String, path: String) {
    self.socket = socket
    self.name = name
    self.path = path
    fileName = SocketName(path: path)
  }

  deinit {
    // Before it is closed: the next server, which finds nobody there, would have its own removed.
    fileName = nil
  }

  /// Makes the folder where there is none, and the socket in it; a name that a running server has gets the process behind it.
  static func bind(in folder: ControlFolder, name: String) throws(ControlFailure) -> ControlListener {
    try prepare(folder)
    do throws(ControlFailure) {
      return try bind(folder, name)
    } catch .system(let error, _) where error.code == Errno.addressInUse || error.code == Errno.fileExists {
      return try bind(folder, "\(name)-\(Socket.ownProcess)")
    }
  }

  private static func bind(_ folder: ControlFolder, _ name: String) throws(ControlFailure) -> ControlListener {
    let path = folder.socketPath(of: name)
    do throws(SystemError) {
      return ControlListener(socket: try Socket.listener(atPath: path), name: name, path: path)
    } catch {
      throw .system(error, path: path)
    }
  }

  /// Others may do nothing in the folder, nor put another one in its place.
  private static func prepare(_ folder: ControlFolder) throws(ControlFailure) {
    let made = csystem_folder_make(folder.path)
    guard made == 0 || made == -Errno.fileExists else {
      throw .system(SystemError("mkdir", code: -made), path: folder.path)
    }
    let danger: String?
    do throws(SystemError) {
      danger = try self.danger(in: folder.path)
    } catch {
      throw .system(error, path: folder.path)
    }
    if let danger { throw .unsafeFolder(danger) }
  }

  /// The folder that is not safe, this one or one above it.
  private static func danger(in path: String) throws(SystemError) -> String? {
    let folder = try SocketFolder(path: path)
    let status = try folder.status()
    let isLink = csystem_path_kind(path) != 3
    guard !isLink, status.owner == Socket.ownUser, status.mode & 0o077 == 0 else { return path }
    return try folder.danger(to: Socket.ownUser).map { $0.folder ?? path }
  }
}

extension ControlFailure {
  /// Whether there is no folder for it, and none can be made.
  package var isAbsence: Bool {
    guard case .system(let error, _) = self else { return false }
    return error.call == "mkdir" && [Errno.noEntry, Errno.accessDenied, Errno.readOnly].contains(error.code)
  }
}
