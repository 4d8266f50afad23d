import Screen

/// What a terminal may be shown, judged by the standard library's Unicode data, not by the programs' own table.
package enum VisibleText {
  private static let noGlyph: Set<UInt32> = [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0]

  /// Why a text may not go to a terminal, or nil.
  package static func complaint(about text: String) -> String? {
    var marks = Cell.maximumMarks
    for scalar in text.unicodeScalars {
      let number = "U+" + String(scalar.value, radix: 16)
      let properties = scalar.properties
      switch properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
        return "\(number) is \(properties.generalCategory)"
      case .spaceSeparator where scalar != " ": return "\(number) is a space"
      case .nonspacingMark, .enclosingMark, .spacingMark:
        marks += 1
        if marks > Cell.maximumMarks { return "\(number) is a mark too many" }
      default: marks = 0
      }
      if properties.isVariationSelector { return "\(number) is a variation selector" }
      if properties.isDefaultIgnorableCodePoint || noGlyph.contains(scalar.value) { return "\(number) shows nothing" }
      if ScalarWidth.columns(of: scalar) == nil { return "\(number) has no width" }
    }
    return nil
  }
}
