/// How many columns a Unicode scalar takes on a terminal, and whether the display policy lets it be seen.
///
/// The widths are those of glibc 2.36's `wcwidth` in C.UTF-8 (Unicode 14.0), whatever the system's library says, so that
/// a picture is the same everywhere; a scalar assigned later counts as not printable.
package enum ScalarWidth {
  /// What the table knows of a scalar, as bits; tested by hand, for an option set costs more than the look-up.
  struct Class {
    let rawValue: UInt8

    /// 0, 1 or 2; 3 for what is not printable.
    var columns: Int { Int(rawValue & 3) }
    /// Shows nothing, or is not to be shown, whatever width it has: Cc, Cf, Zl, Zp, Co, Cn, Cs, spaces but U+0020,
    /// variation selectors, letters without a glyph, and zero-width scalars that are no marks (conjoining jamo).
    var isHidden: Bool { rawValue & 4 != 0 }
    /// Belongs to the base before it (Mn, Me, Mc).
    var isMark: Bool { rawValue & 8 != 0 }
    /// A skin tone, which merges with a wide base before it in some terminals.
    var isEmojiModifier: Bool { rawValue & 16 != 0 }
  }

  /// The columns of a scalar: 0, 1 or 2; nil when it is not printable (`wcwidth` −1).
  package static func columns(of scalar: Unicode.Scalar) -> Int? {
    let columns = classify(scalar).columns
    return columns == 3 ? nil : columns
  }

  /// Whether a scalar takes columns of its own and is nothing that the display policy hides (some have a width).
  package static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    let kind = classify(scalar)
    return !kind.isHidden && kind.columns > 0
  }

  static func classify(_ scalar: Unicode.Scalar) -> Class {
    let value = scalar.value
    if value &- 0x20 < 0x5F { return Class(rawValue: 1) }
    if let known = frequent(value) { return Class(rawValue: known) }
    return ScalarTable.runs.withUnsafeBufferPointer { runs in
      let page = Int(value >> 8)
      var (low, high) = pages.withUnsafeBufferPointer { (Int($0[page]), Int($0[page + 1]) + 1) }
      while high - low > 1 {
        let middle = (low + high) >> 1
        if runs[middle] >> 8 <= value { low = middle } else { high = middle }
      }
      return Class(rawValue: UInt8(truncatingIfNeeded: runs[low]))
    }
  }

  /// The class of the letters most texts are made of, without the table: Latin, Greek, Cyrillic, kana, Han, Hangul; and of
  /// the marks on them.
  @inline(__always)
  private static func frequent(_ value: UInt32) -> UInt8? {
    if value < 0x483 {
      if value &- 0xAE < 0x252 || value >= 0x3A3 { return 1 }
      // Control characters, for printable ASCII does not come here; NUL has no columns (3 is not printable).
      if value < 0xA0 { return value == 0 ? 4 : 7 }
      return value &- 0x300 < 0x70 && value != 0x34F ? 8 : nil
    }
    if value &- 0x4E00 < 0x5200 || value &- 0xAC00 < 0x2BA4 { return 2 }
    return value &- 0x3041 < 0x56 || value &- 0x30A0 < 0x60 ? 2 : nil
  }

  /// For each page of 256 scalars, and one past the last, the run that holds its first scalar.
  private static let pages: [UInt16] = {
    var run = 0
    return (0...0x1100 as ClosedRange<UInt32>).map { page in
      while run + 1 < ScalarTable.runs.count, ScalarTable.runs[run + 1] >> 8 <= page << 8 { run += 1 }
      return UInt16(run)
    }
  }()
}
