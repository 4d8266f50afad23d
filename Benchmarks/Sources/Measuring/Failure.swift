import Glibc

/// Why nothing could be measured.
package struct Failure: Error {
  package let text: String

  package init(_ text: String) { self.text = text }

  /// A system call failed, for the reason that errno has.
  static func system(_ call: String) -> Failure { Failure("\(call): \(String(cString: strerror(errno)))") }
}

/// A line on standard error.
package func complain(_ text: String) {
  let line = Array("\(text)\n".utf8)
  _ = write(STDERR_FILENO, line, line.count)
}
