import CNcurses

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Bytes on their way to standard output, standard error or a terminal, written when flushed.
///
/// A reader that went away (EPIPE) makes it closed: what is appended after that is dropped. A loop that has other things
/// to heed than the reader uses `flushWithoutBlocking`, and waits until `descriptor` is writable.
package struct StandardOutput: ~Copyable {
  /// Bytes that are worth a flush.
  package static let capacity = 65_536
  /// Bytes that are taken at once when poll(2) says that the descriptor is writable; nil where a write needs no asking: it
  /// takes what it can, or never waits for anybody.
  private let slice: Int?

  package let descriptor: CInt
  /// A terminal or a pipe that was opened anew, because O_NONBLOCK on the descriptor itself would be shared with every
  /// program that has it.
  private let isReopened: Bool
  /// Nobody reads it any more, or it failed for good.
  package private(set) var isClosed = false
  private var buffer: [UInt8] = []
  private var start = 0

  package init(descriptor: CInt = STDOUT_FILENO) {
    let kind = DescriptorKind(of: descriptor)
    let again = kind == .terminal || kind == .pipe ? cncurses_reopen(descriptor) : -1
    isReopened = again >= 0
    self.descriptor = again >= 0 ? again : descriptor
    slice =
      switch kind {
      case _ where isReopened: nil
      case .file, .device, .nothing: nil
      // It promises nothing, and may block for a part of what poll(2) let through.
      case .terminal: 256
      // PIPE_BUF.
      case .pipe, .other: 4096
      }
    buffer.reserveCapacity(StandardOutput.capacity)
  }

  deinit {
    if isReopened { close(descriptor) }
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

  /// Writes all that is pending; EPIPE is not an error but makes it `isClosed`. What the reader has not taken within the
  /// time is dropped; without one it may take as long as it likes.
  package mutating func flush(within time: Duration? = nil) throws(SystemCallError) {
    let deadline = time.map { ContinuousClock.now + $0 }
    while try !flushWithoutBlocking() {
      let left = deadline.map { ContinuousClock.now.duration(to: $0) }
      if let left, left <= .zero { return discard() }
      var waiter = Waiter()
      waiter.watch(descriptor, for: .writable)
      try waiter.wait(timeout: left)
    }
  }

  /// Writes what the reader takes now without blocking; true when nothing is pending any more.
  package mutating func flushWithoutBlocking() throws(SystemCallError) -> Bool {
    while pendingCount > 0, !isClosed {
      guard slice == nil || Waiter.isReady(descriptor, for: .writable) else { return false }
      guard try writeSome(slice ?? .max) else { return false }
    }
    return true
  }

  /// One write of at most `limit` bytes; false if the descriptor is non-blocking and full.
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
