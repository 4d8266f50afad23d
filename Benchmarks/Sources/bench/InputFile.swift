import CMeasuring
import Glibc
import Measuring

/// A file of lines in memory, for a client's standard input: nothing is left of it when this program has ended.
final class InputFile {
  let messageCount: Int
  private let descriptor: CInt

  /// Where a program finds it, to read it from its beginning.
  var path: String { "/dev/fd/\(descriptor)" }

  /// About `byteCount` bytes in lines of `size` bytes, the LF included.
  init(size: Int, byteCount: Int) throws(Failure) {
    descriptor = open_memory()
    let payload = make_payload(size)
    defer { free(payload.data) }
    let blockCount = max(1, byteCount / payload.bytes)
    messageCount = blockCount * payload.bytes / size
    for _ in 0..<blockCount {
      guard write(descriptor, payload.data, payload.bytes) == payload.bytes else {
        throw Failure("the input: \(String(cString: strerror(errno)))")
      }
    }
  }

  deinit { close(descriptor) }
}
