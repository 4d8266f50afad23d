import Glibc

/// A file of lines without a name, for a client's standard input: nothing is left of it when this program has ended.
final class InputFile {
  let messageCount: Int
  let byteCount: Int
  private let descriptor: CInt

  /// Where a child process of this one finds it.
  var path: String { "/dev/fd/\(descriptor)" }

  /// At least `byteCount` bytes in lines of `size` bytes, the LF included.
  init(size: Int, byteCount: Int) throws(ChildProcess.Failure) {
    var template = Array("/tmp/echo-bench-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(&template)
    let block = InputFile.lines(of: size)
    let blockCount = (byteCount + block.count - 1) / block.count
    messageCount = blockCount * block.count / size
    self.byteCount = blockCount * block.count
    for _ in 0..<blockCount {
      guard write(descriptor, block, block.count) == block.count else {
        throw ChildProcess.Failure(text: "the input: \(String(cString: strerror(errno)))")
      }
    }
  }

  deinit { close(descriptor) }

  /// Letters by xorshift, as the load generator has them.
  private static func lines(of size: Int) -> [UInt8] {
    var state: UInt64 = 88_172_645_463_325_252
    return (0..<max(1, (256 << 10) / size) * size).map { place in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return place % size == size - 1 ? 0x0a : 0x61 + UInt8(state % 26)
    }
  }
}
