import CNcurses

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The plain mode's output: a buffer over standard output (or standard error), written when flushed.
///
/// A reader that went away (EPIPE) makes it closed: what is appended after that is dropped. A loop that has other things
/// to heed than the reader uses `flushWithoutBlocking`, and waits until `descriptor` is writable.
package struct StandardOutput: ~Copyable {
  /// Bytes that are worth a flush.
  package static let capacity = 65_536
  /// Bytes that are taken at once when poll(2) says that the descriptor is writable: PIPE_BUF of a pipe or a socket, less of
  /// a terminal, which promises nothing and may block for a part of them; a file waits for no reader.
  private let slice: Int

  package let descriptor: CInt
  /// A terminal that was opened anew, because O_NONBLOCK on the descriptor itself would be shared with every program that
  /// has it.
  private let isReopened: Bool
  /// Nobody reads it any more, or it failed for good.
  package private(set) var isClosed = false
  private var buffer: [UInt8] = []
  private var start = 0

  package init(descriptor: CInt = STDOUT_FILENO) {
    let isTerminal = isatty(descriptor) == 1
    let again = isTerminal ? cncurses_terminal_reopen(descriptor) : -1
    isReopened = again >= 0
    self.descriptor = again >= 0 ? again : descriptor
    slice = isReopened ? .max : isTerminal ? 256 : StandardOutput.hasReader(descriptor) ? 4096 : .max
    buffer.reserveCapacity(StandardOutput.capacity)
  }

  deinit {
    if isReopened { close(descriptor) }
  }

  private static func hasReader(_ descriptor: CInt) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return true }
    return status.st_mode & S_IFMT == S_IFIFO || status.st_mode & S_IFMT == S_IFSOCK
  }

  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Bytes appended and not yet written.
  package var pendingCount: Int { buffer.count - start }

  package mutating func append(_ bytes: some Sequence<UInt8>) {
    if !isClosed { buffer.append(contentsOf: bytes) }
  }

  package mutating func append(_ text: String) { append(text.utf8) }

  /// Drops what is pending and what is to come: the reader is not waited for any more.
  package mutating func giveUp() {
    isClosed = true
    discard()
  }

  /// Writes all that is pending, however long the reader takes; EPIPE is not an error but makes it `isClosed`.
  package mutating func flush() throws(SystemCallError) {
    while pendingCount > 0, !isClosed {
      try writeSome(pendingCount)
      if pendingCount > 0, !isClosed { try waitUntilWritable() }
    }
  }

  /// Writes what the reader takes now without blocking; true when nothing is pending any more.
  package mutating func flushWithoutBlocking() throws(SystemCallError) -> Bool {
    while pendingCount > 0, !isClosed {
      guard isReopened || Waiter.isReady(descriptor, for: .writable) else { return false }
      guard try writeSome(slice) else { return false }
    }
    return true
  }

  private func waitUntilWritable() throws(SystemCallError) {
    var waiter = Waiter()
    waiter.watch(descriptor, for: .writable)
    try waiter.wait()
  }

  /// One write of at most `limit` bytes; false if the descriptor is non-blocking and full.
  @discardableResult
  private mutating func writeSome(_ limit: Int) throws(SystemCallError) -> Bool {
    let count = buffer.withUnsafeBytes { bytes in
      let end = start + min(bytes.count - start, limit)
      return unistdWrite(descriptor, UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
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
      giveUp()
      return true
    default:
      let error = SystemCallError(call: "write")
      giveUp()
      throw error
    }
  }

  private mutating func discard() {
    buffer.removeAll(keepingCapacity: true)
    start = 0
  }
}

/// write(2), out of the reach of methods that are called `write` too.
func unistdWrite(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
