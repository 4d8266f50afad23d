import Screen

/// A message as text that is laid out a block at a time, so that neither opening nor scrolling costs its whole length.
///
/// Blocks begin at places that depend on the bytes alone (about every `blockBytes`), and each begins a row.
struct DetailText: Sendable {
  /// The bytes shown.
  let bytes: ArraySlice<UInt8>
  /// nil for text shown as it came.
  let outline: JSONOutline?

  /// A block's bytes, about; a block of text has at most half as many more.
  static let blockBytes = 4096

  var blockCount: Int {
    guard outline == nil else { return outline?.points.count ?? 0 }
    // The last stretch may lie wholly in the block before it.
    let count = (bytes.count + DetailText.blockBytes - 1) / DetailText.blockBytes
    return count > 1 && start(of: count - 1) == bytes.count ? count - 1 : count
  }

  /// The block that holds a byte, or the nearest one.
  func block(of offset: Int) -> Int {
    if let outline { return outline.point(before: offset) }
    let offset = min(max(0, offset), max(0, bytes.count - 1))
    let block = offset / DetailText.blockBytes
    return start(of: block) > offset ? block - 1 : block
  }

  /// The rows of one block.
  func rows(block: Int, width: Int) -> DetailRows {
    bytes.withUnsafeBytes { raw in
      if let outline { return outline.rows(block: block, of: raw, width: width) }
      var rows = DetailRows(width: width)
      let range = start(of: block)..<start(of: block + 1)
      rows.append(raw, range, escapesBackslash: true, breaksAtLineFeed: true, role: .text)
      return rows
    }
  }

  /// Where a block begins: after the first LF of its stretch, or else between two characters.
  private func start(of block: Int) -> Int {
    let nominal = block * DetailText.blockBytes
    guard block > 0, nominal < bytes.count else { return min(nominal, bytes.count) }
    return bytes.withUnsafeBytes { raw in
      let end = min(nominal + DetailText.blockBytes / 2, raw.count)
      for index in (nominal - 1)..<end where raw[index] == 0x0A { return index + 1 }
      return DetailText.characterStart(raw, from: nominal)
    }
  }

  /// The first place from `index` on that is inside no scalar, and not between a base and a mark that may be shown on it.
  static func characterStart(_ bytes: UnsafeRawBufferPointer, from index: Int) -> Int {
    var index = index
    for back in 1...3 where index >= back {
      let length = scalar(bytes, at: index - back)?.length ?? 1
      if length > back { index += length - back }
    }
    // No base takes more marks than these: one after them is shown in the same way whatever came before.
    for _ in 0...Cell.maximumMarks {
      guard index < bytes.count, let (scalar, length) = scalar(bytes, at: index), length > 1,
        scalar.properties.generalCategory.isMark || scalar.properties.isEmojiModifier
      else { break }
      index += length
    }
    return index
  }

  private static func scalar(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (scalar: Unicode.Scalar, length: Int)? {
    var decoder = UTF8()
    var rest = bytes[index...].prefix(4).makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&rest) else { return nil }
    return (scalar, UTF8.width(scalar))
  }
}

extension Unicode.GeneralCategory {
  fileprivate var isMark: Bool { self == .nonspacingMark || self == .spacingMark || self == .enclosingMark }
}
