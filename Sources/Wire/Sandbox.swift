/// What stays allowed to a program that confines itself.
///
/// Everything else that the kernel can forbid is: starting programs, reading, writing and making files, binding and
/// connecting TCP sockets, and connecting to abstract Unix sockets. What is open stays open.
package struct Sandbox: Hashable, Sendable {
  /// Folders below which regular files may be made, written, replaced and removed; those that are not there are left out.
  package var writableFolders: [String] = []
  /// Folders below which regular files may, besides, be read.
  package var databaseFolders: [String] = []
  /// Folders below which files may be removed.
  package var removableFolders: [String] = []
  package var readsFiles = false
  /// TCP ports that may be connected to, whatever the address.
  package var connectablePorts: [UInt16] = []

  package init() {}
}
