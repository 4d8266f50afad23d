/// How many columns a Unicode scalar takes on a terminal, and whether the display policy lets it be seen.
///
/// The widths are those of glibc 2.36's `wcwidth` in C.UTF-8 (Unicode 14.0), whatever the system's library says, so that
/// a picture is the same everywhere; a scalar assigned later counts as not printable.
package enum ScalarWidth {
  /// What the table knows of a scalar, as bits.
  struct Class: OptionSet {
    let rawValue: UInt8

    /// Shows nothing, or is not to be shown, whatever width it has: Cc, Cf, Zl, Zp, Co, Cn, Cs, spaces but U+0020,
    /// variation selectors, letters without a glyph, and zero-width scalars that are no marks (conjoining jamo).
    static let hidden = Class(rawValue: 4)
    /// Belongs to the base before it (Mn, Me, Mc).
    static let mark = Class(rawValue: 8)
    /// A skin tone, which merges with a wide base before it in some terminals.
    static let emojiModifier = Class(rawValue: 16)

    /// 0, 1 or 2; 3 for what is not printable.
    var columns: Int { Int(rawValue & 3) }
  }

  /// The columns of a scalar: 0, 1 or 2; nil when it is not printable (`wcwidth` −1).
  package static func columns(of scalar: Unicode.Scalar) -> Int? {
    let columns = classify(scalar).columns
    return columns == 3 ? nil : columns
  }

  static func classify(_ scalar: Unicode.Scalar) -> Class {
    let value = scalar.value
    if value &- 0x20 < 0x5F { return Class(rawValue: 1) }
    return ScalarTable.runs.withUnsafeBufferPointer { runs in
      var low = 0
      var high = runs.count
      while high - low > 1 {
        let middle = (low + high) >> 1
        if runs[middle] >> 8 <= value { low = middle } else { high = middle }
      }
      return Class(rawValue: UInt8(truncatingIfNeeded: runs[low]))
    }
  }
}
