import Terminal
import Wire

/// Cuts standard input into messages: a line each, without its LF; the last one also when nothing ends it.
struct MessageReader {
  /// The longest message that is taken from standard input, in bytes.
  static let limit = 64 << 20

  private let input = StandardInput()
  private var framer = Framer(.line, limit: limit)
  private(set) var isAtEnd = false

  var descriptor: Int32 { input.descriptor }
  var isTerminal: Bool { input.isTerminal }

  /// Reads once, and hands on every message that is complete, until `body` wants no more.
  mutating func read(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Bool) throws(Failure) {
    let chunk = try Failure.onError(.ioError) { try input.read() }
    switch chunk {
    case .notYet: return
    case .end:
      isAtEnd = true
      if framer.finish() != nil { _ = try handOnHeld(body) }
    case .bytes(let bytes):
      try bytes.withUnsafeBufferPointer { bytes throws(Failure) in try cut(UnsafeRawBufferPointer(bytes), body) }
    }
  }

  private mutating func cut(
    _ bytes: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Bool
  ) throws(Failure) {
    var position = 0
    while let frame = framer.next(in: bytes, from: &position) {
      guard !frame.isTruncated else { throw MessageReader.tooLong }
      let wantsMore =
        frame.isHeld
        ? try handOnHeld(body)
        : try body(UnsafeRawBufferPointer(rebasing: bytes[frame.start..<(frame.start + frame.count)]))
      guard wantsMore else { return }
    }
    guard framer.pendingCount <= MessageReader.limit else { throw MessageReader.tooLong }
  }

  private func handOnHeld(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Bool) throws(Failure) -> Bool {
    try framer.held.withUnsafeBufferPointer { held throws(Failure) in try body(UnsafeRawBufferPointer(held)) }
  }

  private static var tooLong: Failure {
    Failure(.dataError, "a line of more than \(limit) bytes on standard input")
  }
}
