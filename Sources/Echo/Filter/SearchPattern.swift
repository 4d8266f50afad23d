import Screen

/// What a search looks for: text, `hex:` and bytes, or a regular expression between slashes.
struct SearchPattern: Hashable, Sendable {
  private enum Method: Hashable {
    case bytes(ByteSearch)
    case pattern(BytePattern)
  }

  private let method: Method

  /// How far before a window a match of a regular expression may begin and still be found in it, and how far from its begin
  /// its end is looked for: what `.*` takes to the end of a megabyte is not to be followed there for each row of a screen.
  private static let reach = 4096

  /// Reads `hex:1b5b`, `/regex/` or `/regex/i`; anything else is text, in which spaces and slashes are meant as they are,
  /// and the screen's escapes stand for their bytes. Text without an upper-case ASCII letter matches either case.
  static func parse(_ source: String) throws(FilterError) -> SearchPattern {
    do throws(FilterError) {
      return SearchPattern(method: try method(FilterScanner.characters(of: source)))
    } catch {
      throw error.inCharacters(of: source)
    }
  }

  private static func method(_ characters: [Character]) throws(FilterError) -> Method {
    guard !characters.isEmpty else { throw FilterError(column: 1, reason: "here is nothing to look for") }
    if characters.starts(with: "hex:") {
      guard let bytes = FilterParser.bytes(hexadecimal: characters[4...]) else {
        throw FilterError(column: 5, reason: FilterHint.bytes)
      }
      return .bytes(ByteSearch(exact: bytes))
    }
    if let (pattern, ignoresCase) = delimited(characters) {
      do throws(PatternError) {
        return .pattern(try BytePattern(String(pattern), ignoresCase: ignoresCase))
      } catch {
        throw FilterError(column: error.column + 1, reason: error.reason)
      }
    }
    return .bytes(ByteSearch(smartCase: try EscapedText(characters[...]).bytes))
  }

  private static func delimited(_ characters: [Character]) -> (ArraySlice<Character>, ignoresCase: Bool)? {
    var scanner = FilterScanner(String(characters))
    guard characters.first == "/", let (source, ignoresCase) = try? scanner.delimitedPattern(), scanner.peek == nil,
      !source.isEmpty
    else { return nil }
    return (source, ignoresCase)
  }

  func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
    switch method {
    case .bytes(let search): search.matches(bytes)
    case .pattern(let pattern): pattern.matches(bytes)
    }
  }

  /// The first match that begins at `start` (a border between scalars) or after it and, if given, before `limit`.
  func firstMatch(
    in bytes: UnsafeRawBufferPointer,
    from start: Int = 0,
    before limit: Int = .max
  ) -> Range<Int>? {
    switch method {
    case .bytes(let search): search.firstMatch(in: bytes, from: start, before: limit)
    case .pattern(let pattern):
      pattern.firstMatch(in: bytes, from: start, before: limit, reach: SearchPattern.reach)
    }
  }

  /// The matches that can be seen in `window`, in order and apart: at most `limit`, and none that is empty.
  func ranges(
    in bytes: UnsafeRawBufferPointer,
    window: Range<Int> = 0..<Int.max,
    limit: Int = 256
  ) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = firstStart(before: window.lowerBound, in: bytes)
    while ranges.count < limit, let match = firstMatch(in: bytes, from: start, before: window.upperBound) {
      if !match.isEmpty, match.upperBound > window.lowerBound { ranges.append(match) }
      start = match.isEmpty ? SearchPattern.border(after: match.upperBound, in: bytes) : match.upperBound
    }
    return ranges
  }

  /// Where to look from, so that a match that reaches into a window from before it is found.
  private func firstStart(before place: Int, in bytes: UnsafeRawBufferPointer) -> Int {
    let reach =
      switch method {
      case .bytes(let search): search.needle.count - 1
      case .pattern: SearchPattern.reach
      }
    var start = max(0, min(place, bytes.count) - reach)
    for _ in 0..<3 where start > 0 && start < bytes.count && bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }

  private static func border(after place: Int, in bytes: UnsafeRawBufferPointer) -> Int {
    guard place < bytes.count else { return bytes.count + 1 }
    return place + Printable.Unit(bytes, at: place).length
  }
}
