import Screen

/// The visible text of a short reply, made once for all that are alike, as receipts are.
struct ShortReply {
  /// They fit a word.
  private static let longest = 8
  /// Every byte may need an escape.
  static let longestText = longest * 10

  private var count = 0
  private var word: UInt64 = 0
  private(set) var text: [UInt8] = []

  /// Makes `text` that of the payload; false when that is a long one.
  mutating func take(_ payload: UnsafeRawBufferPointer) -> Bool {
    guard payload.count <= ShortReply.longest else { return false }
    var word: UInt64 = 0
    for byte in payload { word = word << 8 | UInt64(byte) }
    guard count != payload.count || self.word != word else { return true }
    (count, self.word) = (payload.count, word)
    text.removeAll(keepingCapacity: true)
    Printable.append(payload, to: &text)
    return true
  }
}
