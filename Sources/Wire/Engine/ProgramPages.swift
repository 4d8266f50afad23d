internal import CSystem

/// The pages of the program's file and of its libraries: what its start alone needed would stay in its resident memory.
package enum ProgramPages {
  /// Lets go of all of them (madvise(2), MADV_DONTNEED); what is needed comes back from the file's cache, where they stay.
  ///
  /// Not in a debug build: a debugger's breakpoints are in such pages, and would be lost.
  package static func leave() {
    #if !DEBUG
    csystem_leave_file_pages()
    #endif
  }
}
