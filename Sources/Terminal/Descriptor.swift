#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// An open file or folder, closed with its owner: what a name in a folder stands for does not change with the path to it.
struct Descriptor: ~Copyable {
  let number: CInt

  deinit { if number >= 0 { close(number) } }

  init(number: CInt) { self.number = number }

  /// A new file of the user's alone (mode 0600), open for writing; not open if the name is taken, by a link too.
  init(creating name: String, in folder: CInt = AT_FDCWD) {
    number = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600 as mode_t)
  }

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
