import Screen

@testable import Echo

/// A regular expression finds what trying every way finds, and written anew from its tree it is the same tree.
enum PatternTarget {
  /// The expression up to a NUL, then what it is looked for in.
  static func run(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let source = String(decoding: parts[0].dropFirst(), as: UTF8.self)
    let ignoresCase = (parts[0].first ?? 0) & 1 == 1
    let syntax: PatternSyntax
    do throws(PatternError) {
      syntax = try PatternParser.parse(source, ignoresCase: ignoresCase)
    } catch {
      require((1...source.unicodeScalars.count + 1).contains(error.column), "column \(error.column) is in the text")
      require((try? BytePattern(source, ignoresCase: ignoresCase)) == nil, "a pattern is refused each time")
      return
    }
    checkSource(of: syntax)
    guard let pattern = try? BytePattern(source, ignoresCase: ignoresCase) else { fatalError("\(source) is refused") }
    require(pattern.source == source && pattern.ignoresCase == ignoresCase, "a pattern keeps its source")
    let subject = Array((parts.count > 1 ? parts[1] : []).prefix(24))
    guard weight(syntax) <= 3000, let small = try? BytePattern(source, ignoresCase: ignoresCase, maximumStates: 3)
    else { return }
    let units = DisplayPolicy.units(subject)
    let borders = units.map(\.range.lowerBound) + [subject.count]
    let oracle = PatternOracle(
      symbols: units.map { unit in
        unit.scalar.map { PatternSymbol($0) } ?? PatternSymbol(byte: subject[unit.range.lowerBound])
      }
    )
    let matches = borders.indices.map { oracle.firstMatch(syntax, from: $0) }
    subject.withUnsafeBytes { raw in
      for pattern in [pattern, small] {
        require(pattern.matches(raw) == (matches[0] != nil), "\(source) matches where it does")
        for (index, start) in borders.enumerated() {
          let expected = matches[index].map { borders[$0.lowerBound]..<borders[$0.upperBound] }
          let found = pattern.firstMatch(in: raw, from: start)
          require(found == expected, "from \(start) \(String(describing: found)), not \(String(describing: expected))")
          let end = min(start + 3, subject.count)
          let early = pattern.firstMatch(in: raw, from: start, before: end)
          require(early == expected.flatMap { $0.lowerBound < end ? $0 : nil }, "a match before a place is the same")
          checkReach(pattern, raw, from: start, borders, oracle, syntax)
        }
      }
    }
  }

  /// What is found with a short reach is a match too, if perhaps not the longest.
  private static func checkReach(
    _ pattern: BytePattern,
    _ raw: UnsafeRawBufferPointer,
    from start: Int,
    _ borders: [Int],
    _ oracle: PatternOracle,
    _ syntax: PatternSyntax
  ) {
    guard let match = pattern.firstMatch(in: raw, from: start, before: start + 6, reach: 4) else { return }
    guard let begin = borders.firstIndex(of: match.lowerBound), let end = borders.firstIndex(of: match.upperBound)
    else { fatalError("\(match) cuts a character") }
    require(match.lowerBound >= start && match.lowerBound < start + 6, "\(match) begins where it may")
    require(oracle.ends(syntax, from: begin).contains(end), "\(match) is a match")
  }

  /// What trying every way may cost, roughly.
  private static func weight(_ syntax: PatternSyntax) -> Int {
    switch syntax {
    case .empty, .symbol, .textStart, .textEnd: 1
    case .sequence(let parts), .choice(let parts): min(1 << 20, parts.reduce(1) { $0 + weight($1) })
    case .repetition(let part, let least, let most): min(1 << 20, weight(part) * min(24, (most ?? least + 24) + 1))
    }
  }

  private static func checkSource(of syntax: PatternSyntax) {
    guard let source = PatternSource.source(of: syntax) else { return }
    do throws(PatternError) {
      let again = try PatternParser.parse(source, ignoresCase: false)
      require(again == syntax, "\(source) is another expression")
    } catch {
      // It has more groups than the original, and with them can be nested too deeply.
      require(error.reason.contains("nested"), "\(source) is refused: \(error)")
    }
  }
}

/// Writes an expression of a tree.
enum PatternSource {
  /// nil if the tree has a set that can't be written.
  static func source(of syntax: PatternSyntax) -> String? {
    switch syntax {
    case .empty: return "(?:)"
    case .textStart: return "^"
    case .textEnd: return "$"
    case .symbol(.all): return "."
    case .symbol(let set): return source(of: set)
    case .sequence(let parts): return join(parts, "").map { "(?:\($0))" }
    case .choice(let parts): return join(parts, "|").map { "(?:\($0))" }
    case .repetition(let part, let least, let most):
      guard let part = source(of: part) else { return nil }
      return "(?:\(part)){\(least),\(most.map { "\($0)" } ?? "")}"
    }
  }

  private static func join(_ parts: [PatternSyntax], _ separator: String) -> String? {
    let sources = parts.map(source)
    return sources.contains { $0 == nil } ? nil : sources.compactMap { $0 }.joined(separator: separator)
  }

  private static func source(of set: SymbolSet) -> String? {
    if let members = members(of: set) { return "[\(members)]" }
    return members(of: set.inverted).map { "[^\($0)]" }
  }

  private static func members(of set: SymbolSet) -> String? {
    guard !set.ranges.isEmpty else { return nil }
    var text = ""
    for range in set.ranges {
      guard let low = symbol(range.lowerBound), let high = symbol(range.upperBound - 1),
        (range.lowerBound < 0x80) == (range.upperBound <= 0x80) || range.upperBound <= 0x11_0000,
        (range.lowerBound < 0x11_0000) == (range.upperBound <= 0x11_0000)
      else { return nil }
      text += "\(low)-\(high)"
    }
    return text
  }

  /// nil for the numbers that are neither a scalar nor a byte.
  private static func symbol(_ value: UInt32) -> String? {
    if let scalar = Unicode.Scalar(value) { return "\\u{\(String(scalar.value, radix: 16))}" }
    return value >= 0x11_0080 ? "\\x\(String(value - 0x11_0000, radix: 16))" : nil
  }
}
