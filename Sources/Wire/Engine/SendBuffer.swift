/// Bytes that a socket did not take yet, or may not get yet: empty, and without memory, for almost every connection.
struct SendBuffer {
  private var bytes: [UInt8] = []
  private var start = 0
  /// Bytes at the end that may not be sent yet.
  private(set) var withheld = 0

  var isEmpty: Bool { bytes.isEmpty }
  var count: Int { bytes.count &- start }
  var sendable: Int { count &- withheld }

  mutating func append(_ more: UnsafeRawBufferPointer) {
    if start > 0, start >= bytes.count / 2 {
      bytes.removeSubrange(..<start)
      start = 0
    }
    bytes.append(contentsOf: more)
  }

  /// Adds bytes that are not to be sent until they are released.
  mutating func withhold(_ more: UnsafeRawBufferPointer) {
    append(more)
    withheld += more.count
  }

  /// Lets the oldest of the withheld bytes go.
  mutating func release(_ count: Int) { withheld -= min(count, withheld) }

  mutating func dropWithheld() {
    bytes.removeLast(withheld)
    withheld = 0
    if start == bytes.count { removeAll() }
  }

  func withUnsent<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start..<(start + sendable)])) }
  }

  /// Forgets what the socket has taken.
  mutating func consume(_ count: Int) {
    start += count
    if start == bytes.count { removeAll() }
  }

  mutating func removeAll() {
    bytes = []
    start = 0
    withheld = 0
  }
}
