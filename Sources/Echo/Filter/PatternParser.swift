import Screen

/// Reads a regular expression.
struct PatternParser {
  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var ignoresCase: Bool
  private var depth = 0

  private static let maximumDepth = 50
  private static let maximumCount = 1000

  private init(_ source: String, ignoresCase: Bool) {
    scalars = Array(source.unicodeScalars)
    self.ignoresCase = ignoresCase
  }

  static func parse(_ source: String, ignoresCase: Bool) throws(PatternError) -> PatternSyntax {
    var parser = PatternParser(source, ignoresCase: ignoresCase)
    let syntax = try parser.choice()
    guard parser.peek == nil else { throw parser.error("this ) closes no group; write \\) for the character") }
    guard syntax.size <= PatternSyntax.limit else { throw parser.error("the expression is too large", at: 0) }
    return syntax
  }

  private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  private mutating func take(_ text: String) -> Bool {
    guard scalars[index...].starts(with: text.unicodeScalars) else { return false }
    index += text.unicodeScalars.count
    return true
  }

  private func error(_ reason: String, at place: Int? = nil) -> PatternError {
    PatternError(column: min(place ?? index, scalars.count) + 1, reason: reason)
  }

  private func set(_ set: SymbolSet) -> SymbolSet { ignoresCase ? set.ignoringCase : set }
}

extension PatternParser {
  private mutating func choice() throws(PatternError) -> PatternSyntax {
    var parts = [try sequence()]
    while take("|") { parts.append(try sequence()) }
    return parts.count == 1 ? parts[0] : .choice(parts)
  }

  private mutating func sequence() throws(PatternError) -> PatternSyntax {
    var parts: [PatternSyntax] = []
    while let next = peek, next != "|", next != ")" {
      let part = try atom()
      parts.append(try repeated(part))
    }
    return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
  }

  private mutating func atom() throws(PatternError) -> PatternSyntax {
    let place = index
    guard let scalar = peek else { return .empty }
    index += 1
    switch scalar {
    case ".": return .symbol(.all)
    case "^": return .textStart
    case "$": return .textEnd
    case "(": return try group(from: place)
    case "[": return .symbol(set(try characterClass(from: place)))
    case "\\": return .symbol(set(try escape(from: place, joinsBytes: true).set))
    case "*", "+", "?":
      throw error("there is nothing before this \(scalar) to repeat; write \\\(scalar) for the character", at: place)
    default: return .symbol(set(SymbolSet(PatternSymbol(scalar))))
    }
  }

  /// What follows `(`.
  private mutating func group(from place: Int) throws(PatternError) -> PatternSyntax {
    let outer = ignoresCase
    if take("?i)") {
      // It holds to the end of the group around it, which puts the old state back.
      ignoresCase = true
      return .empty
    }
    if take("?i:") {
      ignoresCase = true
    } else if !take("?:"), peek == "?" {
      throw error("after (? only : or i can come: (?:group), (?i)", at: place)
    }
    depth += 1
    guard depth <= PatternParser.maximumDepth else { throw error("groups are nested too deeply", at: place) }
    let syntax = try choice()
    guard take(")") else { throw error("this ( is never closed; write \\( for the character", at: place) }
    depth -= 1
    ignoresCase = outer
    return syntax
  }

  private mutating func repeated(_ part: PatternSyntax) throws(PatternError) -> PatternSyntax {
    let place = index
    guard let (least, most) = try quantifier() else { return part }
    let syntax = PatternSyntax.repetition(part, least: least, most: most)
    guard syntax.size <= PatternSyntax.limit else { throw error("this repeats too much", at: place) }
    let second = index
    guard try quantifier() == nil else {
      throw error("a match is always the longest, there is no lazy one; to repeat again, write a group", at: second)
    }
    return syntax
  }

  private mutating func quantifier() throws(PatternError) -> (least: Int, most: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    return try braces()
  }

  /// `{2}`, `{2,}` or `{2,5}`; any other brace is a character.
  private mutating func braces() throws(PatternError) -> (least: Int, most: Int?)? {
    let place = index
    guard take("{"), let least = number() else {
      index = place
      return nil
    }
    var most: Int? = least
    if take(",") { most = number() }
    guard take("}") else {
      index = place
      return nil
    }
    guard least <= PatternParser.maximumCount, most ?? 0 <= PatternParser.maximumCount else {
      throw error("at most \(PatternParser.maximumCount) repetitions can be asked for", at: place)
    }
    guard least <= most ?? least else { throw error("the first number has to be the smaller one", at: place) }
    return (least, most)
  }

  /// A decimal number, no larger than just past what is allowed.
  private mutating func number() -> Int? {
    let start = index
    var value = 0
    while let digit = peek, ("0"..."9").contains(digit) {
      value = min(value * 10 + Int(digit.value - 0x30), PatternParser.maximumCount + 1)
      index += 1
    }
    return index > start ? value : nil
  }
}

extension PatternParser {
  /// What an escape stands for; a single symbol can be an end of a range.
  private struct Escaped {
    let set: SymbolSet
    var symbol: PatternSymbol?

    init(_ set: SymbolSet) { self.set = set }

    init(_ symbol: PatternSymbol) {
      set = SymbolSet(symbol)
      self.symbol = symbol
    }
  }

  /// What follows a backslash; `joinsBytes` reads `\xc3\xa9` as the scalar that the bytes are.
  private mutating func escape(from place: Int, joinsBytes: Bool) throws(PatternError) -> Escaped {
    guard let scalar = peek else { throw error("the backslash escapes nothing; write \\\\ for one", at: place) }
    index += 1
    switch scalar {
    case "d": return Escaped(.digits)
    case "D": return Escaped(.digits.inverted)
    case "w": return Escaped(.word)
    case "W": return Escaped(.word.inverted)
    case "s": return Escaped(.space)
    case "S": return Escaped(.space.inverted)
    case "n": return Escaped(PatternSymbol("\n"))
    case "r": return Escaped(PatternSymbol("\r"))
    case "t": return Escaped(PatternSymbol("\t"))
    case "e": return Escaped(PatternSymbol("\u{1B}"))
    case "0": return Escaped(PatternSymbol("\0"))
    case "x":
      guard let byte = hexadecimalByte() else { throw error("\\x takes two hexadecimal digits: \\x1b", at: place) }
      return Escaped(joinsBytes && byte >= 0x80 ? joined(byte) : PatternSymbol(byte: byte))
    case "u":
      guard let scalar = bracedScalar() else { throw error("\\u takes a code point in braces: \\u{202e}", at: place) }
      return Escaped(PatternSymbol(scalar))
    case "b", "B":
      throw error("\\\(scalar) is not known here; a border can be written as (^|\\W)", at: place)
    case "a"..."z", "A"..."Z", "0"..."9":
      throw error("\\\(scalar) is no escape; there are \\d \\w \\s \\n \\r \\t \\e \\0 \\xNN \\u{…}", at: place)
    default: return Escaped(PatternSymbol(scalar))
    }
  }

  /// The symbol of a byte that was written as `\xNN`, with those that follow it where they are a scalar together.
  private mutating func joined(_ first: UInt8) -> PatternSymbol {
    let place = index
    var bytes = [first]
    while bytes.count < 4, take("\\x"), let byte = hexadecimalByte() { bytes.append(byte) }
    let unit = bytes.withUnsafeBytes { Printable.Unit($0, at: 0) }
    index = place + 4 * (unit.length - 1)
    return PatternSymbol(unit)
  }

  private mutating func hexadecimalByte() -> UInt8? {
    guard scalars.count - index >= 2, let high = hexadecimal(scalars[index]), let low = hexadecimal(scalars[index + 1])
    else { return nil }
    index += 2
    return UInt8(high << 4 | low)
  }

  private mutating func bracedScalar() -> Unicode.Scalar? {
    guard take("{") else { return nil }
    var value: UInt32 = 0
    var count = 0
    while let digit = peek.flatMap(hexadecimal), count < 6 {
      value = value << 4 | digit
      count += 1
      index += 1
    }
    guard count > 0, take("}") else { return nil }
    return Unicode.Scalar(value)
  }

  private func hexadecimal(_ scalar: Unicode.Scalar) -> UInt32? {
    guard scalar.isASCII, let digit = Character(scalar).hexDigitValue else { return nil }
    return UInt32(digit)
  }
}

extension PatternParser {
  /// What follows `[`.
  private mutating func characterClass(from place: Int) throws(PatternError) -> SymbolSet {
    let isInverted = take("^")
    var set = SymbolSet([])
    var isFirst = true
    while let scalar = peek, scalar != "]" || isFirst {
      isFirst = false
      let start = index
      let low = try member()
      if let bottom = low.symbol, peek == "-", index + 1 < scalars.count, scalars[index + 1] != "]" {
        index += 1
        guard let top = try member().symbol else {
          throw error("a range ends with one character, not with a class", at: start)
        }
        set = set.union(try range(bottom, top, at: start))
      } else {
        set = set.union(low.set)
      }
    }
    guard take("]") else { throw error("this [ is never closed; write \\[ for the character", at: place) }
    // Before the inversion: what is left out is left out in both cases.
    if ignoresCase { set = set.ignoringCase }
    return isInverted ? set.inverted : set
  }

  private mutating func member() throws(PatternError) -> Escaped {
    let place = index
    guard let scalar = peek else { throw error("this class is never closed", at: place) }
    index += 1
    return scalar == "\\" ? try escape(from: place, joinsBytes: true) : Escaped(PatternSymbol(scalar))
  }

  /// From a character to a character or from a byte to a byte; between an ASCII character and a byte it is all ASCII from
  /// there, and all bytes up to there that are not UTF-8.
  private func range(
    _ bottom: PatternSymbol,
    _ top: PatternSymbol,
    at place: Int
  ) throws(PatternError) -> SymbolSet {
    guard bottom <= top else { throw error("this range is the wrong way round", at: place) }
    let bytes = PatternSymbol(byte: 0x80).value
    guard bottom.value < bytes, top.value >= bytes else { return SymbolSet([bottom.value..<(top.value + 1)]) }
    guard bottom.value < 0x80 else { throw error("a range can't go from a character to a byte", at: place) }
    return SymbolSet([bottom.value..<0x80, bytes..<(top.value + 1)])
  }
}
