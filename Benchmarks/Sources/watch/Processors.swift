import Glibc

/// Which processor does what: the programs that are watched have one for themselves, and their load comes from another.
enum Processors {
  static let watched: CInt = 0
  static let other: CInt = sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1 ? 1 : 0
}
