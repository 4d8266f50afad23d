internal import CSystem

/// A folder that is this server's alone to put sockets into, as far as other servers of this kind go; free again when this
/// goes.
struct FolderLock: ~Copyable {
  /// Somebody who keeps it for longer does not keep the server from starting.
  private static let patience: Int32 = 2000

  private let descriptor: Int32

  /// Waits until nobody else has it; nil where that takes too long, or where the folder can't be locked.
  init?(path: String) {
    let descriptor = csystem_folder_lock(path, FolderLock.patience)
    guard descriptor >= 0 else { return nil }
    self.descriptor = descriptor
  }

  deinit { _ = csystem_close(descriptor) }
}
