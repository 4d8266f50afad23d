/// What may stand on a terminal, judged by the standard library's Unicode data and not by the programs' own table.
enum DisplayPolicy {
  private static let maximumMarks = 3
  /// Letters and marks without a glyph, which no category tells.
  private static let blanks: Set<UInt32> = [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0]

  /// Why a text may not be shown, or nil.
  static func complaint(about text: String) -> String? {
    // As after an escape: a mark at the start has nothing to stand on.
    var marks = maximumMarks
    for scalar in text.unicodeScalars {
      let name = "U+" + String(scalar.value, radix: 16)
      let properties = scalar.properties
      switch properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
        return "\(name) is \(properties.generalCategory)"
      case .spaceSeparator where scalar != " ": return "\(name) is a space"
      case .nonspacingMark, .enclosingMark, .spacingMark:
        marks += 1
        if marks > maximumMarks { return "\(name) is a mark too many" }
      default: marks = 0
      }
      if properties.isVariationSelector { return "\(name) is a variation selector" }
      if properties.isBidiControl { return "\(name) turns the text" }
      if properties.isDefaultIgnorableCodePoint || blanks.contains(scalar.value) { return "\(name) shows nothing" }
    }
    return nil
  }

  /// What bytes hold: scalars, and nil for each byte that is none; as the standard library decodes them.
  static func units(_ bytes: [UInt8]) -> [(scalar: Unicode.Scalar?, range: Range<Int>)] {
    var units: [(scalar: Unicode.Scalar?, range: Range<Int>)] = []
    var index = 0
    while index < bytes.count {
      var decoder = UTF8()
      var rest = bytes[index...].prefix(4).makeIterator()
      if case .scalarValue(let scalar) = decoder.decode(&rest) {
        units.append((scalar, index..<(index + UTF8.width(scalar))))
      } else {
        units.append((nil, index..<(index + 1)))
      }
      index = units[units.count - 1].range.upperBound
    }
    return units
  }
}
