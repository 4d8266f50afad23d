internal import CSystem

/// The name of a Unix socket in the file system, which goes with it, unless it has become another file's.
struct SocketName: ~Copyable {
  let path: String
  private let file: csystem_file_identity?

  /// The name of a socket that was just bound.
  init(path: String) {
    self.path = path
    file = csystem_file_identity.at(path)
  }

  deinit {
    if let file, let found = csystem_file_identity.at(path), found == file { _ = csystem_unlink(path) }
  }
}

extension csystem_file_identity {
  fileprivate static func at(_ path: String) -> csystem_file_identity? {
    var identity = csystem_file_identity()
    return csystem_file_identity_of(path, &identity) == 0 ? identity : nil
  }

  fileprivate static func == (left: Self, right: Self) -> Bool {
    left.device == right.device && left.number == right.number
  }
}
