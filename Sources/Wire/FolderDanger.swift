/// Why what stands in a folder may not stay what it is: others can rename it, remove it, or put something in its place.
package enum FolderDanger: Hashable, Sendable {
  /// Another user's folder, and not root's.
  case belongs(toUser: UInt32)
  /// Its group, or everyone, may write to it, and it is not sticky.
  case isOpenToOthers

  /// What there is to fear from a folder with this owner and these permission bits (chmod(2)); nil is nothing.
  ///
  /// In a sticky folder only the owner of an entry, or of the folder, can rename or remove it.
  package init?(owner: UInt32, mode: UInt32, user: UInt32) {
    let writableByOthers: UInt32 = 0o022
    let sticky: UInt32 = 0o1000
    if owner != user, owner != 0 {
      self = .belongs(toUser: owner)
    } else if mode & writableByOthers != 0, mode & sticky == 0 {
      self = .isOpenToOthers
    } else {
      return nil
    }
  }
}
