#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The plain mode's output: a 64 KiB buffer over standard output (or standard error), written when full or flushed.
///
/// A reader that went away (EPIPE) makes it closed: what is appended after that is dropped. A loop that must not be held
/// up by a slow reader uses `flushWithoutBlocking`, waits until `descriptor` is writable, and appends no more than fits.
package struct StandardOutput: ~Copyable {
  package static let capacity = 65_536
  /// Bytes a pipe takes at once when poll(2) says that it is writable: PIPE_BUF.
  private static let slice = 4096

  package let descriptor: CInt
  /// Nobody reads it any more, or it failed for good.
  package private(set) var isClosed = false
  private var buffer: [UInt8] = []
  private var start = 0

  package init(descriptor: CInt = STDOUT_FILENO) {
    self.descriptor = descriptor
    buffer.reserveCapacity(StandardOutput.capacity)
  }

  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Bytes appended and not yet written.
  package var pendingCount: Int { buffer.count - start }

  /// Adds bytes, and writes what is there when it comes to 64 KiB.
  package mutating func append(_ bytes: some Sequence<UInt8>) throws(SystemError) {
    guard !isClosed else { return }
    buffer.append(contentsOf: bytes)
    if pendingCount >= StandardOutput.capacity { try flush() }
  }

  package mutating func append(_ text: String) throws(SystemError) { try append(text.utf8) }

  /// Writes all that is pending, however long the reader takes; EPIPE is not an error but makes it `isClosed`.
  package mutating func flush() throws(SystemError) {
    while pendingCount > 0, !isClosed {
      try writeSome(pendingCount)
      if pendingCount > 0, !isClosed { try waitUntilWritable() }
    }
  }

  /// Writes what the reader takes now without blocking; true when nothing is pending any more.
  package mutating func flushWithoutBlocking() throws(SystemError) -> Bool {
    while pendingCount > 0, !isClosed {
      guard Waiter.isReady(descriptor, for: .writable) else { return false }
      guard try writeSome(StandardOutput.slice) else { return false }
    }
    return true
  }

  private func waitUntilWritable() throws(SystemError) {
    var waiter = Waiter()
    waiter.watch(descriptor, for: .writable)
    try waiter.wait()
  }

  /// One write of at most `limit` bytes; false if the descriptor is non-blocking and full.
  @discardableResult
  private mutating func writeSome(_ limit: Int) throws(SystemError) -> Bool {
    let count = buffer.withUnsafeBytes { bytes in
      unistdWrite(descriptor, UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + limit)]))
    }
    guard count < 0 else {
      start += count
      if start == buffer.count {
        discard()
      } else if start >= StandardOutput.capacity {
        buffer.removeFirst(start)
        start = 0
      }
      return true
    }
    switch errno {
    case EINTR: return true
    case EAGAIN: return false
    case EPIPE:
      isClosed = true
      discard()
      return true
    default:
      let error = SystemError(call: "write")
      isClosed = true
      discard()
      throw error
    }
  }

  private mutating func discard() {
    buffer.removeAll(keepingCapacity: true)
    start = 0
  }
}

/// Lines for whoever watches standard error, each written at once and whole.
package enum StandardError {
  package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Writes the line and a line feed; a failure has nowhere to be told.
  package static func writeLine(_ line: String) {
    var output = StandardOutput(descriptor: STDERR_FILENO)
    try? output.append(line)
    try? output.append([0x0A])
    try? output.flush()
  }
}

/// write(2), out of the reach of methods that are called `write` too.
func unistdWrite(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
