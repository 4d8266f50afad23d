import Terminal
import Wire

/// Cuts standard input into messages: a line each, without its LF; the last one also when nothing ends it.
struct MessageReader {
  /// The longest message that is taken from standard input, in bytes.
  static let limit = 64 << 20

  private let input = StandardInput()
  private var framer = Framer(.line, limit: limit)
  /// Nothing more is read: the input has ended, or a line of it is too long.
  private(set) var isAtEnd = false
  /// Something was read that is behind a stop message.
  private(set) var hasRest = false

  var descriptor: Int32 { input.descriptor }
  var isTerminal: Bool { input.isTerminal }

  /// Reads once, and adds every message that is complete, up to a stop message.
  mutating func read(into collector: inout MessageCollector) throws(Failure) {
    let chunk = try Failure.onError(.ioError) { try input.read() }
    switch chunk {
    case .notYet: return
    case .end:
      isAtEnd = true
      if framer.finish() != nil { framer.held.withUnsafeBytes { collector.add($0) } }
    case .bytes(let bytes): bytes.withUnsafeBytes { cut($0, into: &collector) }
    }
  }

  private mutating func cut(_ bytes: UnsafeRawBufferPointer, into collector: inout MessageCollector) {
    var position = 0
    var isTooLong = false
    while !collector.hasStopped, !isTooLong {
      collector.addRun(of: bytes, from: &position, by: &framer)
      guard let frame = framer.next(in: bytes, from: &position) else { break }
      isTooLong = frame.isTruncated
      if !isTooLong { framer.withPayload(of: frame, in: bytes) { collector.add($0) } }
    }
    hasRest = collector.hasStopped && position < bytes.count
    guard isTooLong || framer.pendingCount > MessageReader.limit else { return }
    isAtEnd = true
    collector.leaveOut("a line of more than \(MessageReader.limit) bytes, and what follows it")
  }
}
