import Screen

/// How much of some bytes is not plain text, for the line below a message.
struct ByteCounts: Hashable, Sendable {
  /// Control bytes and C1 scalars beside TAB, LF and CR.
  private(set) var control = 0
  /// Scalars that the display policy hides: bidi controls, zero width, odd spaces.
  private(set) var hidden = 0
  /// Bytes that are not UTF-8.
  private(set) var illFormed = 0

  init() {}

  init(of bytes: UnsafeRawBufferPointer) {
    var pieces = Printable.Pieces(bytes, escapesBackslash: false)
    while let piece = pieces.next() {
      guard piece.escape != nil else { continue }
      let byte = bytes[piece.range.lowerBound]
      switch (piece.range.count, byte) {
      case (1, 0x09), (1, 0x0A), (1, 0x0D): break
      case (1, 0x80...): illFormed += 1
      case (1, _): control += 1
      // U+0080…U+009F.
      case (2, 0xC2) where bytes[piece.range.lowerBound + 1] < 0xA0: control += 1
      default: hidden += 1
      }
    }
  }
}
