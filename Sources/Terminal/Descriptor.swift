#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// An open file or folder, closed with its owner: what a name in a folder stands for does not change with the path to it.
struct Descriptor: ~Copyable {
  let number: CInt

  deinit { if number >= 0 { close(number) } }

  var isOpen: Bool { number >= 0 }

  /// What fstat(2) tells; nil if it fails.
  var status: stat? {
    var status = stat()
    return fstat(number, &status) == 0 ? status : nil
  }

  /// At most `count` bytes from `offset` on; fewer at the end of the file, or when reading fails.
  func read(_ count: Int, from offset: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
      length = 0
      while length < count {
        let more = pread(number, buffer.baseAddress.map { $0 + length }, count - length, off_t(offset + length))
        if more < 0, errno == EINTR { continue }
        guard more > 0 else { return }
        length += more
      }
    }
  }

  /// Writes all of the bytes, in one call where the system takes them so.
  func write(_ bytes: [UInt8]) throws(SystemCallError) {
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes { unistdWrite(number, UnsafeRawBufferPointer(rebasing: $0[start...])) }
      if count > 0 {
        start += count
      } else if count == 0 || errno != EINTR {
        throw SystemCallError(call: "write", code: count == 0 ? EIO : errno)
      }
    }
  }
}
