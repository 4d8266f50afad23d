internal import CSystem

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The folder in which a user's servers have their control sockets.
package struct ControlFolder: Hashable, Sendable {
  /// Why a folder's sockets are not to be trusted, or can't be known.
  package enum Problem: Error, Hashable, Sendable {
    /// It is another user's, or others may do something in it.
    case isUnsafe
    case system(SystemError)
  }

  private static let ending = ".sock"

  package let path: String

  package init(path: String) { self.path = path }

  /// The user's own; `runtimeDirectory` is what XDG_RUNTIME_DIR says.
  package static func standard(runtimeDirectory: String?) -> ControlFolder {
    if let runtimeDirectory, runtimeDirectory.hasPrefix("/") { return ControlFolder(path: "\(runtimeDirectory)/echo") }
    let user = csystem_user()
    let run = "/run/user/\(user)"
    return ControlFolder(path: (try? isPrivate(run)) == true ? "\(run)/echo" : "/tmp/echo-\(user)")
  }

  /// The control socket of a server by its name.
  package func socketPath(of name: String) -> String { "\(path)/\(name)\(ControlFolder.ending)" }

  /// Whether there is a folder; throws if others may have put something into it.
  package func isThere() throws(Problem) -> Bool {
    let isPrivate: Bool
    do throws(SystemError) { isPrivate = try ControlFolder.isPrivate(path) } catch {
      if error.code == Errno.noEntry { return false }
      throw .system(error)
    }
    guard isPrivate else { throw .isUnsafe }
    return true
  }

  /// The names of all that may be servers, sorted; none where there is no folder.
  package func names() throws(Problem) -> [String] {
    guard try isThere() else { return [] }
    guard let folder = opendir(path) else { throw .system(SystemError("opendir", code: errno)) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        String(validatingCString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
      }
      guard let name, name.hasSuffix(ControlFolder.ending) else { continue }
      names.append(String(name.dropLast(ControlFolder.ending.count)))
    }
    return names.sorted()
  }

  /// Whether a folder is the user's, and nobody else's to enter.
  private static func isPrivate(_ path: String) throws(SystemError) -> Bool {
    let status = try SocketFolder(path: path).status()
    return status.owner == csystem_user() && status.mode & 0o077 == 0
  }
}
