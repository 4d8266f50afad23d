import Glibc

/// Which processor does what: what is measured has one for itself, and its load comes from another.
package enum Processors {
  package static let measured: CInt = 0
  package static let other: CInt = count > 1 ? 1 : 0
  package static let count = sysconf(Int32(_SC_NPROCESSORS_ONLN))
}
