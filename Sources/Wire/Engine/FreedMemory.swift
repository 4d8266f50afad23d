internal import CSystem

/// What becomes of memory that is freed: batches come and go between two threads, and fresh pages of the system cost more
/// than what is written to them.
package enum FreedMemory {
  /// Keeps some megabytes for what is allocated next, in the whole process; for programs that pass on a lot.
  package static func keep() { csystem_keep_freed_memory() }
}
