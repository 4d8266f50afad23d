#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A system call that failed.
package struct SystemCallError: Error, Hashable, CustomStringConvertible {
  /// The call's name, as its man page has it.
  package let call: String
  /// Its errno.
  package let code: CInt

  package init(call: String, code: CInt = errno) {
    self.call = call
    self.code = code
  }

  package var description: String {
    guard let text = strerror(code) else { return "\(call): error \(code)" }
    return "\(call): \(String(cString: text))"
  }
}
