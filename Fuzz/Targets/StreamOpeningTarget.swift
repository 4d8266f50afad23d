@testable import Wire

/// Whether a stream speaks HTTP or TLS is told of the same streams, and as soon, wherever the reads fall.
enum StreamOpeningTarget {
  static func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let cuts = input.cuts()
    // A first line may be as long as what is looked at, and longer.
    let padding = [UInt8](repeating: input.byte(), count: input.number(upTo: 65) * 127)
    let stream = Array(input.rest.prefix(input.number(upTo: 40))) + padding + Array(input.rest)
    let expected = isForeign(stream)
    for pieces in [[stream[...]], FuzzInput.cut(stream, cuts), stream.indices.map { stream[$0...$0] }] {
      var opening = StreamOpening()
      var wasForeign = false
      for piece in pieces {
        Array(piece).withUnsafeBytes { opening.note($0) }
        require(opening.isForeign || !wasForeign, "what is foreign stays it")
        wasForeign = opening.isForeign
      }
      require(opening.isForeign == expected, "foreign: \(opening.isForeign) instead of \(expected)")
    }
  }

  private static let methods = ["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"]
  private static let lineLimit = 8192

  /// The same of the whole stream at once.
  private static func isForeign(_ stream: [UInt8]) -> Bool {
    func isEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
    let rest = stream.drop(while: isEnd)
    if rest.starts(with: [0x16, 0x03]) { return true }
    let line = rest.prefix { !isEnd($0) }
    let words = line.split(separator: 0x20, maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2 else { return false }
    if methods.contains(String(decoding: words[0], as: UTF8.self)) { return true }
    guard line.count < rest.count, line.count < lineLimit else { return false }
    return (5...8).contains { count in isVersion(Array(line.suffix(count))) }
  }

  /// `HTTP/2` or `http/1.1`.
  private static func isVersion(_ text: [UInt8]) -> Bool {
    guard let slash = text.firstIndex(of: 0x2F) else { return false }
    let version = text[(slash + 1)...].split(separator: 0x2E, omittingEmptySubsequences: false)
    return String(decoding: text[..<slash], as: UTF8.self).uppercased() == "HTTP" && (1...2).contains(version.count)
      && version.allSatisfy { digits in digits.count == 1 && digits.allSatisfy { (0x30...0x39).contains($0) } }
  }
}
