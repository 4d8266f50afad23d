#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The bytes that come in on standard input, as the plain mode reads them.
package struct StandardInput: Sendable {
  /// The most bytes one read returns.
  package static let maximumRead = 65_536

  package enum Input: Hashable, Sendable {
    /// Some bytes, never none.
    case bytes([UInt8])
    /// Nothing more will come: end of file, or a terminal that hung up.
    case end
    /// Nothing is there now; only a descriptor that somebody made non-blocking says so.
    case notYet
  }

  package let descriptor: CInt

  package init(descriptor: CInt = STDIN_FILENO) { self.descriptor = descriptor }

  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Reads what is there, and blocks if nothing is: wait until the descriptor is readable first.
  package func read() throws(SystemCallError) -> Input {
    while true {
      var count = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: StandardInput.maximumRead) { buffer, length in
        count = unistdRead(descriptor, buffer)
        length = max(0, count)
      }
      if count > 0 { return .bytes(bytes) }
      if count == 0 { return .end }
      // Whether it is a terminal is found out by a call that may fail, too.
      let code = errno
      switch code {
      case EINTR: continue
      case EIO where isTerminal: return .end
      case EAGAIN: return .notYet
      default: throw SystemCallError(call: "read", code: code)
      }
    }
  }
}

/// read(2), out of the reach of methods that are called `read` too.
func unistdRead(_ descriptor: CInt, _ buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}
