import CNcurses

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Bytes on their way to a terminal that may not take them: nothing here blocks for longer than it says.
struct TerminalOutput: ~Copyable {
  /// What is polled for being writable.
  let descriptor: CInt
  /// The terminal is gone; what is appended is dropped.
  private(set) var isClosed = false
  private let isNonBlocking: Bool
  private var pending: [UInt8] = []
  private var start = 0

  /// Opens the terminal behind `descriptor` anew, because O_NONBLOCK on the descriptor itself would be shared with every
  /// program that has it. Where that is not allowed, short writes after poll(2) have to do.
  init(terminal descriptor: CInt) {
    let again = cncurses_reopen(descriptor)
    isNonBlocking = again >= 0
    self.descriptor = again >= 0 ? again : descriptor
  }

  deinit {
    if isNonBlocking { close(descriptor) }
  }

  /// Bytes that the terminal has not taken yet.
  var pendingCount: Int { pending.count - start }

  mutating func append(_ bytes: some Sequence<UInt8>) {
    if !isClosed { pending.append(contentsOf: bytes) }
  }

  /// Writes what the terminal takes now; true when nothing is left.
  mutating func drain() -> Bool {
    while start < pending.count {
      if !isNonBlocking, !Waiter.isReady(descriptor, for: .writable) { return false }
      let end = isNonBlocking ? pending.count : min(pending.count, start + 256)
      let count = pending.withUnsafeBytes {
        unistdWrite(descriptor, UnsafeRawBufferPointer(rebasing: $0[start..<end]))
      }
      if count >= 0 {
        start += count
      } else if errno == EAGAIN {
        return false
      } else if errno != EINTR {
        isClosed = true
        start = pending.count
      }
    }
    pending.removeAll(keepingCapacity: true)
    start = 0
    return true
  }

  /// Writes what is left and gives a slow terminal so much time for it; false if it was not enough, and the rest is dropped.
  @discardableResult
  mutating func drain(within time: Duration) -> Bool {
    let deadline = ContinuousClock.now + time
    while !drain() {
      let left = ContinuousClock.now.duration(to: deadline)
      guard left > .zero else {
        pending.removeAll(keepingCapacity: true)
        start = 0
        return false
      }
      var waiter = Waiter()
      waiter.watch(descriptor, for: .writable)
      _ = try? waiter.wait(timeout: left)
    }
    return true
  }
}
