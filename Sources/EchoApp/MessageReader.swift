import Terminal

/// Cuts standard input into messages: a line each, without its LF; the last one also when nothing ends it.
struct MessageReader {
  /// The longest message that is taken from standard input, in bytes.
  static let limit = 64 << 20

  private let input = StandardInput()
  /// The beginning of a line whose end has not come.
  private var carry: [UInt8] = []
  private(set) var isAtEnd = false

  var descriptor: Int32 { input.descriptor }
  var isTerminal: Bool { input.isTerminal }

  /// Reads once, and hands on every message that is complete, until `body` wants no more.
  mutating func read(_ body: (ArraySlice<UInt8>) throws(Failure) -> Bool) throws(Failure) {
    let chunk = try Failure.onError(.ioError) { try input.read() }
    switch chunk {
    case .notYet: return
    case .end:
      isAtEnd = true
      if !carry.isEmpty { _ = try body(carry[...]) }
      carry = []
    case .bytes(let bytes): try cut(bytes, body)
    }
  }

  private mutating func cut(
    _ bytes: [UInt8],
    _ body: (ArraySlice<UInt8>) throws(Failure) -> Bool
  ) throws(Failure) {
    var start = 0
    while let end = bytes[start...].firstIndex(of: 0x0a) {
      defer { start = end + 1 }
      if carry.isEmpty {
        guard try body(bytes[start..<end]) else { return }
      } else {
        carry.append(contentsOf: bytes[start..<end])
        let line = carry
        carry = []
        guard try body(line[...]) else { return }
      }
    }
    carry.append(contentsOf: bytes[start...])
    guard carry.count <= MessageReader.limit else {
      throw Failure(.dataError, "a line of more than \(MessageReader.limit) bytes on standard input")
    }
  }
}
